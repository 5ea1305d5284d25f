"""`pie-desktop export`: photos and folders in a style; with `--resume`, an interrupted export goes on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pie_desktop.commands import batch
from pie_desktop.commands import output_options as encoding
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
    photos_in,
    with_edit,
)
from pie_desktop.commands.console import Progress, ShouldCancel
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.naming import blend_name
from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.export.kept import KeptExport
    from pie_desktop.styles.store import StyleLibrary


def register(app: typer.Typer) -> None:
    app.command("export")(export)


@with_edit
@encoding.with_options
def export(
    sources: Annotated[list[Path] | None, typer.Argument(metavar="SRC", help="Photos, or folders of photos.")] = None,
    destination: Annotated[
        Path | None, typer.Argument(metavar="DST", help="Folder to write to; created if missing.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Continue the last interrupted export (to DST) with its own settings; if there is none, export SRC.",
        ),
    ] = False,
    style: Style = None,
    blend: Blend = None,
    mix: Mix = None,
    neutral: Annotated[
        bool, typer.Option("--neutral", help="Neutral enhancement for all photos, whatever was decided in the editor.")
    ] = False,
    edit: Edit = AS_IT_IS,
    presets: encoding.Presets = None,
    changes: encoding.Changes = encoding.UNCHANGED,
    on_conflict: batch.OnConflict = "skip",
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Include subfolders.")] = False,
    name: batch.Name = "{name}",
    burst_lock: batch.BurstLock = False,
    receipt: batch.Receipt = None,
    workers: batch.Workers = None,
    scheduler: batch.Scheduler = None,
    model: Model = None,
    device: Device = "auto",
    dry_run: batch.DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Enhance photos and write them to a folder; the originals stay as they are.

    Each photo is written as the editor shows it: with its own edit, else in the style of its folder, else neutral, and
    each of its virtual copies as a file of its own. With --style, --neutral, or a number such as --strength, all photos
    get that one edit instead, and virtual copies are left out.
    """
    if neutral and style is not None:
        raise PieError("--neutral and --style contradict each other; give one of them.")
    encoded = encoding.chosen_presets(presets, changes)
    library = open_library()
    how = batch.How(workers, dry_run, as_json, receipt, scheduler)
    if resume:
        kept = find_unfinished(destination, failed_too=not sources)
        if kept is not None:
            batch.resume_batch(kept, open_engine(library, kept.parts[0].bundle_id or model, device), how)
            return
    if not sources or destination is None:
        raise nothing_to_resume(destination) if resume else PieError("Give the photos and the folder to write to.")
    chosen = chosen_styles(library, style, blend, mix)
    edit_for_all = edit.with_part(edit.style.choosing([one.id for one in chosen], mix))
    engine = open_engine(library, model, device)

    one_for_all = style is not None or neutral or edit is not AS_IT_IS
    edits = None if one_for_all else edits_of_editor(library)

    def read(progress: Progress, should_cancel: ShouldCancel) -> batch.Learn:
        return lambda: engine.preference_of(edit_for_all.style, progress, should_cancel)

    settings = batch.export_settings(
        destination,
        encoded,
        on_conflict,
        edit_for_all,
        name,
        blend_name([one.name for one in chosen]) or None,
        burst_lock,
    )
    # What an earlier export wrote into a folder of the sources is no source.
    photos = photos_in(sources, recursive, except_in=destination)
    batch.run_batch(photos, settings, engine, read, how, edits)


def edits_of_editor(library: "StyleLibrary") -> batch.Edits:
    """The edits and the styles of folders that the editor keeps; nothing is made where it was never used."""
    from pie_desktop import paths
    from pie_desktop.catalog.store import Catalog
    from pie_desktop.export.photo_edits import PhotoEdits, neutral_for_all

    if not paths.catalog_path().exists():
        return batch.Edits(neutral_for_all, lambda photo: (), list)
    catalog = Catalog(paths.catalog_path())
    edits = PhotoEdits(catalog, library)
    return batch.Edits(edits.of, edits.copies, catalog.take_problems)


def find_unfinished(destination: Path | None, failed_too: bool) -> "KeptExport | None":
    """The latest export to a folder (None for any) with photos left to write.

    Args:
        destination: the folder.
        failed_too: also one that came to its end, where some photos failed. Not where photos are named: a damaged one
            would keep all new ones from being exported, every time.
    """
    from pie_desktop import paths
    from pie_desktop.export.unfinished import latest_unfinished

    return latest_unfinished(paths.exports_dir(), destination, interrupted_only=False, failed_too=failed_too)


def nothing_to_resume(destination: Path | None) -> PieError:
    where = f" to {destination}" if destination is not None else ""
    return PieError(f"There is no unfinished export{where}; give photos and a folder to start one.")
