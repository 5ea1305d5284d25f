"""Arguments that several commands share, and what is made of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pie_desktop.commands.console import say_problem
from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.engine.engine import Engine
    from pie_desktop.imaging.pairs.find import EditPair
    from pie_desktop.styles.store import StyleLibrary

Style = Annotated[str | None, typer.Option("--style", help="Name or id of a style; neutral enhancement without it.")]
Strength = Annotated[float, typer.Option(min=0.0, max=1.5, help="How strongly the preference counts; 1 is your own.")]
Amount = Annotated[float, typer.Option(min=0.0, max=1.0, help="How much of the whole edit is applied.")]
Model = Annotated[str | None, typer.Option("--model", help="Name or folder of a model; the editor's choice otherwise.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:N or mps.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]

Originals = Annotated[
    list[Path] | None,
    typer.Option("--before", metavar="ORIGINAL...", help="Their originals, where these are not found by themselves."),
]

SPREAD_OPTIONS = ("--refs", "--before")


def spread_values(arguments: Sequence[str]) -> list[str]:
    """`--refs a b c` as `--refs a --refs b --refs c`: that is what a shell makes of `--refs edits/*.jpg`."""
    spread: list[str] = []
    option: str | None = None
    for position, argument in enumerate(arguments):
        if argument == "--":
            return spread + list(arguments[position:])
        if argument in SPREAD_OPTIONS:
            option = argument
        elif argument.startswith("-"):
            option = None
            spread.append(argument)
        elif option is not None:
            spread += [option, argument]
        else:
            spread.append(argument)
    return spread


def photos_in(sources: Sequence[Path], recursive: bool = False, except_in: Path | None = None) -> list[Path]:
    """The photos that are named, folders replaced by the photos in them, but for those in the folder `except_in`.

    In a folder, RAW + JPEG of one name are one photo: the RAW.

    A file is taken at the user's word, whatever its suffix and even when it is missing: reading it will tell, and the
    rest goes on. Raises PieError for a folder without photos.
    """
    from pie_desktop.imaging.listing import list_photos, one_per_photo

    photos: list[Path] = []
    for source in sources:
        if source.is_dir():
            found = one_per_photo(list_photos(source, recursive=recursive))
            if except_in is not None and except_in.resolve() != source.resolve():
                found = [photo for photo in found if not photo.resolve().is_relative_to(except_in.resolve())]
            if not found:
                raise PieError(f"There are no photos in the folder “{source}”.")
            photos += found
        else:
            photos.append(source)
    return list(dict.fromkeys(photos))


def edit_pairs(edits: Sequence[Path], originals: Sequence[Path]) -> "list[EditPair]":
    """Each edit with its original: one of `originals`, or looked for where such files are usually kept.

    Originals that belong to no edit by their names are taken in the order given when there are as many such edits.
    """
    from pie_desktop.imaging.pairs.find import EditPair, find_pairs

    given = photos_in(originals)
    pairs = {guess.after: guess.before for guess in find_pairs(photos_in(edits), given)}
    left = [original for original in given if original not in pairs.values()]
    waiting = [edit for edit, before in pairs.items() if before not in given]
    if len(left) == len(waiting):
        pairs.update(zip(waiting, left, strict=True))
    else:
        for original in left:
            say_problem(f"“{original.name}” belongs to none of the edits by its name and is not used.")
    return [EditPair(after, before) for after, before in pairs.items()]


def open_library() -> "StyleLibrary":
    """The user's styles; tells about damaged ones when they are listed."""
    from pie_desktop.styles.store import StyleLibrary

    return StyleLibrary()


def isolate_decoding() -> None:
    """From here on a photo that crashes its decoder costs a sentence, not the command."""
    from pie_desktop.imaging import isolation

    isolation.start(warm=0)


def open_engine(library: "StyleLibrary", model: str | None, device: str) -> "Engine":
    """What enhances photos, and reads them in processes of their own."""
    isolate_decoding()
    from pie_desktop.engine.bundles import find_bundle
    from pie_desktop.engine.engine import Engine

    return Engine(library, find_bundle(model) if model is not None else None, device)
