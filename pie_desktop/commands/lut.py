"""`pie-desktop lut`: what a style does, to one photo or on average, as a look for other programs."""

from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pie_desktop.commands.arguments import (
    AS_IT_IS,
    Blend,
    Device,
    Mix,
    Model,
    Style,
    chosen_styles,
    open_engine,
    open_library,
    with_edit,
)
from pie_desktop.commands.console import interruptible, say, showing_progress
from pie_desktop.edit.edit import Edit
from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.imaging.lut.looks import LookFormat


class Size(IntEnum):
    """Points per axis that other programs read; 17 is what the model makes."""

    SMALL = 17
    MEDIUM = 33
    LARGE = 65


class Format(StrEnum):
    """Of `imaging.look_files`, which is not imported before it is needed."""

    CUBE = "cube"
    RESOLVE = "resolve"
    CLF = "clf"
    HALD = "hald"
    DARKTABLE = "darktable"


_BY_SUFFIX = {".cube": Format.CUBE, ".clf": Format.CLF, ".png": Format.HALD}


def register(app: typer.Typer) -> None:
    app.command("lut")(lut)


@with_edit
def lut(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write; for darktable, a folder.")
    ],
    photo: Annotated[Path | None, typer.Argument(metavar="PHOTO", help="The photo whose edit is wanted.")] = None,
    kind: Annotated[
        Format | None, typer.Option("--format", help="By default it follows the suffix.", show_default=False)
    ] = None,
    style: Style = None,
    blend: Blend = None,
    mix: Mix = None,
    edit: Edit = AS_IT_IS,
    size: Annotated[
        int | None,
        typer.Option(
            help="Points per axis: 17, 33 or 65; by default 33, or more where needed. A HaldCLUT has 64.",
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    model: Model = None,
    device: Device = "auto",
) -> None:
    """Write a style as a look for other programs: .cube, .clf, HaldCLUT (.png) or a darktable style.

    With --format resolve a .cube file gets a curve before its LUT (a shaper), which DaVinci Resolve and programs with
    OpenColorIO read and others do not: it holds adjustments as exactly as a CLF does.

    With PHOTO it is the edit of this photo; without, the averages what the style does to typical photos: the originals
    of its pairs, or sample photographs where it has fewer than two. How far the look is from PIE Desktop's own
    rendering is measured on these photos and on a million colours, printed, and kept in the file.
    """
    if size is not None and size not in set(Size):
        raise PieError(f"A LUT of {size} points per axis cannot be made; use 17, 33 or 65.")
    chosen_format = _format(kind, output)
    if photo is not None and photo.exists() and output.exists() and output.samefile(photo):
        raise PieError(f"“{output}” is the photo itself, which is never replaced; choose another file.")
    if output.exists() and not overwrite:
        raise PieError(f"“{output}” already exists; choose another file or use --overwrite.")
    from pie_desktop.export.looks import average_look, export_look, photo_look

    library = open_library()
    engine = open_engine(library, model, device)
    chosen = chosen_styles(library, style, blend, mix)
    edit = edit.with_part(edit.style.choosing([one.id for one in chosen], mix))
    with interruptible() as should_cancel, showing_progress() as progress:
        preference = engine.preference_of(edit.style, progress, should_cancel)
        if photo is not None:
            look = photo_look(engine, chosen, preference, photo, edit)
        else:
            look = average_look(engine, chosen, preference, edit)
        report = export_look(output, look, chosen_format, size, overwrite)
    say(str(report.path))
    for sentence in report.sentences:
        say(sentence)


def _format(kind: Format | None, output: Path) -> "LookFormat":
    found = kind or _BY_SUFFIX.get(output.suffix.lower())
    if found is None:
        raise PieError(f"“{output.name}” does not show its format; use .cube, .clf, .png (HaldCLUT) or --format.")
    return found.value
