"""`pie-desktop review`: which photos a style is unsure of, and which edits by hand would help it most."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pie_desktop.commands import console as output
from pie_desktop.commands.arguments import AsJson, Device, Model, open_engine, open_library, photos_in

if TYPE_CHECKING:
    from pie_desktop.engine.review import Review

_SHOWN = 20
_LEARNING_SHARE = 0.2  # of the progress


def register(app: typer.Typer) -> None:
    app.command("review")(review)


def review(
    style: Annotated[str, typer.Argument(metavar="STYLE", help="Name or id of a style.")],
    sources: Annotated[list[Path], typer.Argument(metavar="SRC", help="Photos, or folders of photos.")],
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help=f"List at most so many photos; by default {_SHOWN}, with --json all."),
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Include subfolders.")] = False,
    model: Model = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """List the photos that a style is unsure of, and say which of them to edit by hand for it.

    For each photo, the unsure ones first: the expected difference between the style's result and your own edit, as mean
    CIEDE2000. An edit of yours tells the style most about photos that are like it; up to three are suggested, each with
    the share of the expected difference of all photos that it would speak about. Nothing is written.
    """
    library = open_library()
    chosen = library.find(style)
    photos = photos_in(sources, recursive)
    engine = open_engine(library, model, device)
    from pie_desktop.engine.review import review as review_photos

    with output.interruptible() as should_cancel, output.showing_progress() as progress:
        preference = engine.preference(
            chosen, lambda share, text: progress(_LEARNING_SHARE * share, text), should_cancel
        )
        found = review_photos(
            engine,
            preference,
            photos,
            lambda share, text: progress(_LEARNING_SHARE + (1 - _LEARNING_SHARE) * share, text),
            should_cancel,
        )
    if engine.notice:
        output.say_problem(engine.notice)
    for problem in found.problems:
        output.say_problem(problem)
    if as_json:
        output.print_json(_document(chosen.name, found, limit))
    elif found.photos:
        _print(chosen.name, found, limit or _SHOWN)
    if found.problems:
        raise typer.Exit(output.EXIT_FAILURES if found.photos else output.EXIT_PROBLEM)


def _document(style: str, found: "Review", limit: int | None) -> dict[str, Any]:
    return {
        "style": style,
        "count": len(found.photos),
        "mean_expected_error": found.mean_error,
        "photos": [
            {"photo": str(entry.photo), "expected_error": entry.expected_error} for entry in found.photos[:limit]
        ],
        "suggestions": [{"photo": str(entry.photo), "share": entry.share} for entry in found.suggestions],
    }


def _print(style: str, found: "Review", limit: int) -> None:
    for entry in found.photos[:limit]:
        output.say(f"ΔE {entry.expected_error:4.1f}  {entry.photo}")
    more = len(found.photos) - limit
    if more > 0:
        output.say(f"... and {more} that “{style}” is surer of.")
    count = len(found.photos)
    output.say(f"{count} photo{'s' * (count != 1)}, expected difference from your own edits ΔE {found.mean_error:.1f}")
    for number, suggestion in enumerate(found.suggestions):
        what = "Edit this one by hand and add it to the style" if not number else "Then this one"
        output.say(f"{what}: {suggestion.photo} ({suggestion.share:.0%} of the expected difference of all)")
