"""`pie-desktop presets`: named ways to write photos."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pie_desktop.commands import output_options as encoding
from pie_desktop.commands.arguments import AsJson
from pie_desktop.commands.console import print_json, say, say_problem

commands = typer.Typer(help="List, save, delete, import and export presets of export settings.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the preset.")]
Replace = Annotated[bool, typer.Option("--overwrite", help="Replace an existing one.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="presets")


@commands.command("list")
def list_presets(as_json: AsJson = False) -> None:
    """List all presets, the built-in ones first."""
    from pie_desktop.export.presets import PresetLibrary

    library = PresetLibrary()
    presets = library.presets()
    for problem in library.take_problems():
        say_problem(problem)
    if as_json:
        print_json([asdict(preset) for preset in presets])
        return
    for preset in presets:
        say(f"{preset.name}: {preset.encode.summary}{' (built in)' if preset.builtin else ''}")


@commands.command()
@encoding.with_options
def save(
    name: Name,
    preset: Annotated[str | None, typer.Option("--preset", help="A preset to start from.")] = None,
    changes: encoding.Changes = encoding.UNCHANGED,
    overwrite: Replace = False,
) -> None:
    """Save options under a name."""
    from pie_desktop.export.presets import PresetLibrary

    (chosen,) = encoding.chosen_presets([preset] if preset is not None else None, changes)
    saved = PresetLibrary().save(name, chosen.encode, overwrite=overwrite)
    say(f"{saved.name}: {saved.encode.summary}")


@commands.command()
def delete(name: Name) -> None:
    """Delete one of your presets."""
    from pie_desktop.export.presets import PresetLibrary

    say(f"“{PresetLibrary().delete(name).name}” was deleted.")


@commands.command("import")
def import_presets(files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Preset files.")]) -> None:
    """Import preset files from another computer; a name that is already taken gets a number."""
    from pie_desktop.export.presets import PresetLibrary

    library = PresetLibrary()
    for file in files:
        preset = library.import_file(file)
        say(f"{preset.name}: {preset.encode.summary}")


@commands.command("export")
def export_preset(
    name: Name,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The .piepreset file to write.")],
    overwrite: Replace = False,
) -> None:
    """Write a preset as a file for another computer."""
    from pie_desktop.export.presets import PresetLibrary, write_preset

    write_preset(PresetLibrary().find(name), output, overwrite=overwrite)
    say(str(output))
