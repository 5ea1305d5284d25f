"""`pie-desktop model`: list, export, import and delete models."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pie_desktop.commands.arguments import AsJson
from pie_desktop.commands.console import EXIT_FAILURES, EXIT_PROBLEM, print_json, say, say_problem
from pie_desktop.errors import BundleError

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

commands = typer.Typer(help="List, export, import and delete models.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name or id of a model of your own.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="model")


@commands.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List all models, yours first; the one that the editor uses is marked."""
    from pie_desktop.engine.bundles import default_bundle, own_bundles, shipped_bundles

    own, shipped = own_bundles(), shipped_bundles()
    try:
        used: Path | None = default_bundle()
    except BundleError:
        used = None
    rows = [_described(info, info in own, info.path == used) for info in (*own, *shipped)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(f"{row['name']}: {', '.join(_facts(row))}")


@commands.command("export")
def export_one(
    name: Name,
    output: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="By default the model's name, in this folder.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
) -> None:
    """Write a model as a .piemodel file for another computer; there is no photo, and no name of one, in it."""
    from pie_desktop.engine.own_models import find_own
    from pie_desktop.model.model_file import export_model, file_name

    info = find_own(name)
    target = output or Path(file_name(info))
    if target.is_dir():
        target = target / file_name(info)
    export_model(info, target, overwrite=overwrite)
    say(str(target))


@commands.command("import")
def import_models(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files that `model export` wrote.")],
    as_json: AsJson = False,
) -> None:
    """Take models in from .piemodel files, or from the folders that training writes."""
    from pie_desktop.engine.own_models import import_own

    taken, failed = [], False
    for file in files:
        try:
            taken.append(import_own(file))
        except BundleError as error:
            if len(files) == 1:
                raise
            say_problem(str(error))
            failed = True
    if as_json:
        print_json([_described(info, True, False) for info in taken])
    else:
        for info in taken:
            say(f"“{info.name}” was imported.")
    if failed:
        raise typer.Exit(EXIT_FAILURES if taken else EXIT_PROBLEM)


@commands.command()
def delete(name: Name) -> None:
    """Delete a model; it stays in the trash for a month."""
    from pie_desktop.engine.own_models import delete_model, find_own

    info = find_own(name)
    say(f"“{info.name}” was deleted; `pie-desktop model restore {delete_model(info)}` brings it back.")


@commands.command()
def restore(token: Annotated[str, typer.Argument(help="The token that `model delete` printed.")]) -> None:
    """Bring a deleted model back."""
    from pie_desktop.engine.own_models import restore_model
    from pie_desktop.model.bundle import read_bundle_info

    say(f"“{read_bundle_info(restore_model(token)).name}” was restored.")


def _described(info: "BundleInfo", own: bool, used: bool) -> dict[str, Any]:
    from pie_desktop.engine.own_models import held_out, is_imported, trained_pairs

    numbers = held_out(info)
    return {
        "name": info.name,
        "id": info.id,
        "created": info.created,
        "folder": str(info.path),
        "own": own,
        "imported": is_imported(info),
        "system": info.system,
        "used": used,
        "pairs": trained_pairs(info),
        "gain": None if numbers is None else numbers.gain,
        "verdict": None if numbers is None else numbers.verdict,
    }


def _facts(row: dict[str, Any]) -> list[str]:
    facts = ["from a file" if row["imported"] else "your training" if row["own"] else "comes with the program"]
    facts += ["a system of the study"] if row["system"] else []
    facts.append(str(row["created"])[:10])
    if row["pairs"] is not None:
        facts.append(f"{row['pairs']:,} pairs")
    if row["gain"] is not None:
        facts.append(f"{row['gain']:+.2f} dB on held-out photos: {row['verdict']}")
    return [*facts, "in use"] if row["used"] else facts
