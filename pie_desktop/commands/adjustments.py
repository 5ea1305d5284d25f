"""`pie-desktop adjustments`: what an enhancement does to a photo, as sliders."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pie_desktop import json_files
from pie_desktop.commands import console as output
from pie_desktop.commands.arguments import (
    AS_IT_IS,
    AsJson,
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
from pie_desktop.edit.edit import Edit
from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.edit.approximation import Approximation


def register(app: typer.Typer) -> None:
    app.command("adjustments")(adjustments)


@with_edit
def adjustments(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="The photo.")],
    file: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A .json file to write the edit to, for --edit."),
    ] = None,
    auto: Annotated[
        bool,
        typer.Option("--auto", help="Only exposure, white balance, contrast and tones, as Auto in the editor."),
    ] = False,
    style: Style = None,
    blend: Blend = None,
    mix: Mix = None,
    edit: Edit = AS_IT_IS,
    model: Model = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Show what a style, or an edit, does to a photo as values of the editor's sliders.

    The sliders are fitted to the colours of the photo, few of them and by little; how far they are from the edit is
    printed as mean CIEDE2000. Written to a file, they are an edit without a style: `export PHOTO --edit FILE`.
    """
    if auto and style is not None:
        raise PieError("--auto is the general enhancement without a style; leave one of --auto and --style out.")
    if file is not None and file.exists():
        raise PieError(f"“{file}” already exists; choose another file.")
    from pie_desktop.edit.approximation import as_adjustments, auto_approximation
    from pie_desktop.export.decoded import exact_proxy
    from pie_desktop.imaging.encode import EncodeOptions

    library = open_library()
    engine = open_engine(library, model, device)
    chosen = chosen_styles(library, style, blend, mix)
    edit = edit.with_part(edit.style.choosing([one.id for one in chosen], mix))
    with output.interruptible() as should_cancel, output.showing_progress() as progress:
        preference = engine.preference_of(edit.style, progress, should_cancel)
        proxy = exact_proxy(photo, EncodeOptions(), edit.development)
        transform = engine.transform(proxy, preference)
        found = (auto_approximation if auto else as_adjustments)(proxy, transform, edit)
    if file is not None:
        _write(found.edit, file)
    if as_json:
        output.print_json(_document(photo, found))
        return
    for parameter, value in found.sliders():
        output.say(f"{parameter.label}: {parameter.text(value)}")
    output.say(f"{found.said} ΔE {found.remaining:.1f} is left of ΔE {found.before:.1f}.")


def _write(edit: Edit, file: Path) -> None:
    from pie_desktop.imaging.atomic import atomic_write, write_problem

    try:
        with atomic_write(file, overwrite=False) as temporary:
            temporary.write_text(json_files.to_text(edit.to_json()), encoding="utf-8")
    except OSError as error:
        raise PieError(write_problem(file, error)) from error


def _document(photo: Path, found: "Approximation") -> dict[str, Any]:
    return {
        "photo": str(photo),
        "edit": found.edit.to_json(),
        "sliders": {parameter.option: value for parameter, value in found.sliders()},
        "remaining": found.remaining,
        "before": found.before,
    }
