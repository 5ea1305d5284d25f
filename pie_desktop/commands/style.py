"""`pie-desktop style`: make, list, show, mend, delete and pass on styles."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pie_desktop.commands.arguments import (
    AsJson,
    Device,
    Model,
    Originals,
    edit_pairs,
    isolate_decoding,
    open_engine,
    open_library,
)
from pie_desktop.commands.console import (
    EXIT_FAILURES,
    EXIT_PROBLEM,
    interruptible,
    print_json,
    say,
    say_problem,
    showing_progress,
)
from pie_desktop.errors import StyleError
from pie_desktop.styles.style import WHAT_TO_DO, Limit, Style, contradiction

if TYPE_CHECKING:
    from pie_desktop.engine.style_report import StyleReport
    from pie_desktop.styles.store import StyleLibrary

commands = typer.Typer(help="Make, list, show, delete and pass on styles.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name or id of the style.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="style")


@commands.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the new style.")],
    edits: Annotated[list[Path], typer.Argument(metavar="EDIT", help="1 to 50 of your edits, or their folder.")],
    before: Originals = None,
    as_json: AsJson = False,
) -> None:
    """Make a style from your own edits; it keeps small copies, so you can move the files afterwards."""
    isolate_decoding()
    pairs = edit_pairs(edits, before or [])
    with interruptible() as should_cancel, showing_progress() as progress:
        report = open_library().create(name, pairs, progress, should_cancel)
    for remark in report.remarks:
        say_problem(remark)
    if as_json:
        found = {"added": report.added, "problems": list(report.problems), "limits": _named(report.limits)}
        print_json(_described(report.style) | found)
    else:
        say(f"“{report.style.name}” was made from {_counted(report.style)}.")


@commands.command("list")
def list_styles(as_json: AsJson = False) -> None:
    """List all styles, yours first."""
    library = open_library()
    styles = library.list()
    for problem in library.take_problems():
        say_problem(problem)
    if as_json:
        print_json([_described(style) for style in styles])
        return
    for style in styles:
        say(f"{style.name}: {_counted(style)}{', built in' if style.builtin else ''}{_only_with(style)}")


@commands.command()
def show(
    name: Name,
    fits: Annotated[bool, typer.Option("--fits", help="Also show how well each reference fits the others.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the references of a style."""
    from pie_desktop.styles.consistency import Fit
    from pie_desktop.styles.readiness import left_out, readiness
    from pie_desktop.styles.survey import survey

    library = open_library()
    style = library.find(name)
    report = _report(library, style) if fits else None
    agreement = report.agreement if report is not None else {}
    seen = report.seen if report is not None and not style.builtin else survey(style)
    ready, limits = readiness(style, agreement, seen), seen.limits
    if as_json:
        said = {"level": ready.level.value, "reason": ready.reason, "advice": ready.advice}
        print_json(
            _described(style, agreement) | {"limits": _named(limits), "damaged": list(seen.damaged), "readiness": said}
        )
        return
    say(f"{style.name}: {_counted(style)}")
    say(f"made {style.created.astimezone():%Y-%m-%d %H:%M}, kept in {style.folder}")
    for reference in style.references:
        original = f" with its original {reference.before_source}" if reference.before is not None else ", no original"
        paired = reference.before is not None and reference.id in agreement
        fit = f", {Fit.of(agreement[reference.id]).value}" if paired else ""
        muted = ", muted" if reference.muted else ""
        say(f"{reference.id}  {reference.source}{original}{fit}{muted}")
    say(f"{ready.level.value}: {ready.reason}{f' {ready.advice}' if ready.advice else ''}")
    if left_out(style, seen):
        say_problem(left_out(style, seen))
    for reference in style.references:
        if reference.doubt is not None:
            say_problem(f"{reference.id}: {reference.doubt} `pie-desktop style swap` swaps the two.")
    for limit in limits:
        say_problem(limit.sentence)
    found = contradiction(list(agreement.values()))
    if found is not None:
        say_problem(f"{found.sentence} {WHAT_TO_DO}")


@commands.command()
def swap(name: Name, reference: Annotated[str, typer.Argument(help="Its number, as printed by `style show`.")]) -> None:
    """Swap the edit and the original of a reference that are the wrong way round."""
    library = open_library()
    style = library.swap_pair(library.find(name).id, reference)
    swapped = next(item for item in style.references if item.id == reference)
    say(f"{reference}  {swapped.source} with its original {swapped.before_source}")


@commands.command()
def mute(
    name: Name,
    reference: Annotated[str, typer.Argument(help="Its number, as printed by `style show`.")],
    off: Annotated[bool, typer.Option("--off", help="Learn from it again.")] = False,
) -> None:
    """Keep a reference without learning from it."""
    library = open_library()
    style = library.set_muted(library.find(name).id, reference, not off)
    say(f"{style.name}: {_counted(style)}")


@commands.command()
def delete(name: Name) -> None:
    """Delete a style; it stays in the trash for a month."""
    library = open_library()
    style = library.find(name)
    token = library.delete(style.id)
    say(f"“{style.name}” was deleted; `pie-desktop style restore {token}` brings it back.")


@commands.command()
def restore(token: Annotated[str, typer.Argument(help="The token that `style delete` printed.")]) -> None:
    """Bring a deleted style back."""
    say(f"“{open_library().undelete(token).name}” was restored.")


@commands.command("export")
def export_style(
    name: Name,
    output: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="By default the style's name, in this folder.")
    ] = None,
    without_photos: Annotated[
        bool, typer.Option("--without-photos", help="Pass on what the model learned, and no photo.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    model: Model = None,
    device: Device = "auto",
) -> None:
    """Write a style as a .piestyle file for somebody else; it says who gets it can see what."""
    from pie_desktop.engine.sharing import share_style
    from pie_desktop.styles.style_file import WITH_PHOTOS, WITHOUT_PHOTOS, file_name

    library = open_library()
    style = library.find(name)
    target = output or Path(file_name(style))
    if target.is_dir():
        target = target / file_name(style)
    engine = open_engine(library, model, device)
    with interruptible() as should_cancel, showing_progress() as progress:
        share_style(
            engine,
            style,
            target,
            photos=not without_photos,
            overwrite=overwrite,
            progress=progress,
            should_cancel=should_cancel,
        )
    say(str(target))
    say(WITHOUT_PHOTOS if without_photos else WITH_PHOTOS)


@commands.command("import")
def import_styles(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files that `style export` wrote.")],
    as_json: AsJson = False,
) -> None:
    """Take styles in from .piestyle files; one that has the name of another gets a number."""
    from pie_desktop.styles.importing import import_style

    isolate_decoding()
    library = open_library()
    taken, failed = [], False
    with interruptible() as should_cancel, showing_progress() as progress:
        for file in files:
            try:
                taken.append(import_style(library, file, progress, should_cancel))
            except StyleError as error:
                if len(files) == 1:
                    raise
                say_problem(str(error))
                failed = True
    if as_json:
        print_json([_described(style) for style in taken])
    else:
        for style in taken:
            say(f"“{style.name}” was imported: {_counted(style)}{_only_with(style)}.")
    if failed:
        raise typer.Exit(EXIT_FAILURES if taken else EXIT_PROBLEM)


def _only_with(style: Style) -> str:
    return f", without photos, for the model {style.only_model.name}" if style.only_model is not None else ""


def _named(limits: Sequence[Limit]) -> list[str]:
    return [limit.name.lower() for limit in limits]


def _report(library: "StyleLibrary", style: Style) -> "StyleReport":
    from pie_desktop.engine.style_report import report_on

    engine = open_engine(library, None, "auto")
    with interruptible() as should_cancel, showing_progress() as progress:
        return report_on(engine, style, progress, should_cancel)


def _counted(style: Style) -> str:
    muted = len(style.references) - len(style.active)
    alone = len(style.active) - style.pair_count
    pairs = f"{style.pair_count} pair{'s' * (style.pair_count != 1)}"
    edits = f"{alone} edit{'s' * (alone != 1)} without original"
    said = " and ".join(part for part, count in ((pairs, style.pair_count), (edits, alone)) if count) or "no references"
    return f"{said}, {muted} muted" if muted else said


def _described(style: Style, agreement: Mapping[str, float] | None = None) -> dict[str, Any]:
    return {
        "id": style.id,
        "name": style.name,
        "created": style.created.isoformat(),
        "builtin": style.builtin,
        "only_model": style.only_model.id if style.only_model is not None else None,
        "folder": str(style.folder),
        "references": [
            {
                "id": reference.id,
                "source": reference.source,
                "original": reference.before_source if reference.before is not None else None,
                "doubt": reference.doubt,
                "muted": reference.muted,
                "fits": agreement.get(reference.id) if agreement else None,
            }
            for reference in style.references
        ],
    }
