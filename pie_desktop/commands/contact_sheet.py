"""`pie-desktop contact-sheet`: photos in several styles, side by side on pages."""

from pathlib import Path
from typing import Annotated

import typer

from pie_desktop.commands import console as output
from pie_desktop.commands.arguments import AsJson, Device, open_engine, open_library, photos_in
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.errors import PieError

NEUTRAL = "neutral"


def register(app: typer.Typer) -> None:
    app.command("contact-sheet")(contact_sheet)


def contact_sheet(
    sources: Annotated[list[Path], typer.Argument(metavar="SRC", help="Photos, or folders of photos: the rows.")],
    file: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="A .jpg, .png or .tif file; pages get numbers.")
    ],
    styles: Annotated[
        list[str] | None,
        typer.Option("--style", metavar="STYLE", help=f"Name or id of a style, or “{NEUTRAL}”; once for each column."),
    ] = None,
    original: Annotated[bool, typer.Option("--original/--no-original", help="Begin with the originals.")] = True,
    paper: Annotated[str, typer.Option("--paper", help="a4, a4-wide, a3, a3-wide or screen.")] = "a4",
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Include subfolders.")] = False,
    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="Name or folder of a model, by default that of the editor; of several, each makes every style.",
        ),
    ] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Draw photos in rows and styles in columns, for a look at many at once or for print (300 pixels per inch).

    What was made of the photos on the Edit page does not count. A file that exists is never replaced. A photo that
    cannot be read says so in its row; the others are drawn.
    """
    from pie_desktop.engine.bundles import find_bundle
    from pie_desktop.export.photo_edits import one_for_all
    from pie_desktop.export.sheet import ContactSheet, SheetOrder, write_sheet
    from pie_desktop.export.sheet_layout import PAPERS

    library = open_library()
    chosen = tuple(None if name.lower() == NEUTRAL else library.find(name).id for name in styles or [])
    sizes = {one.id: one for one in PAPERS}
    if paper not in sizes:
        raise PieError(f"There is no paper “{paper}”; choose {', '.join(sizes)}.")
    photos = tuple(PhotoVersion(photo) for photo in photos_in(sources, recursive))
    engine = open_engine(library, models[0] if models else None, device)
    compared = tuple(find_bundle(name) for name in models) if models and len(models) > 1 else None
    order = SheetOrder(photos, chosen, original, sizes[paper], compared)
    with output.interruptible() as should_cancel, output.showing_progress() as progress:
        sheet = ContactSheet(
            engine, library, one_for_all(Edit(), None), order, progress=progress, should_cancel=should_cancel
        )
        files = write_sheet(sheet, file, order.paper, None, progress, should_cancel)
    if engine.notice:
        output.say_problem(engine.notice)
    for problem in sheet.problems:
        output.say_problem(problem)
    if as_json:
        output.print_json({"files": [str(one) for one in files], "problems": sheet.problems})
    else:
        for one in files:
            output.say(str(one))
    if sheet.problems:
        raise typer.Exit(output.EXIT_FAILURES)
