"""`pie-desktop demo`: the main job on sample photographs, for a first look and for machines without a display."""

from pathlib import Path
from typing import Annotated

import typer

from pie_desktop.commands.arguments import Device, Model
from pie_desktop.commands.console import interruptible, say, showing_progress

DEFAULT_FOLDER = "pie-desktop-demo"


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A new or empty folder.")] = None,
    model: Model = None,
    device: Device = "auto",
) -> None:
    """Learn a style from sample edits, enhance sample photographs, and draw a before/after contact sheet."""
    from pie_desktop.engine.bundles import find_bundle
    from pie_desktop.export.demo import run_demo

    bundle = find_bundle(model) if model is not None else None
    with interruptible() as should_cancel, showing_progress() as progress:
        result = run_demo(output or _unused_folder(), bundle, device, progress, should_cancel)
    for photo, enhanced, share in zip(result.photos, result.enhanced, result.shares, strict=True):
        say(f"{photo.name} -> {enhanced}: general dE {share.general:.1f}, the style's dE {share.preference:.1f}")
    say(f"Before and after: {result.contact_sheet}")
    say(f"Everything is in {result.folder.resolve()}")


def _unused_folder() -> Path:
    folder, number = Path(DEFAULT_FOLDER), 2
    while folder.exists():
        folder, number = Path(f"{DEFAULT_FOLDER}-{number}"), number + 1
    return folder
