"""`pie-desktop enhance`: photos in the style of some edits, without keeping a style."""

from pathlib import Path
from typing import Annotated

import typer

from pie_desktop.commands import batch
from pie_desktop.commands import output_options as encoding
from pie_desktop.commands.arguments import (
    AS_IT_IS,
    AsJson,
    Device,
    Model,
    Originals,
    edit_pairs,
    open_engine,
    open_library,
    photos_in,
    with_edit,
)
from pie_desktop.commands.console import Progress, ShouldCancel, say_problem
from pie_desktop.edit.edit import Edit

_NO_STYLE = "from edits"  # in names of files and in their metadata, where the name of a style stands otherwise


def register(app: typer.Typer) -> None:
    app.command("enhance")(enhance)


@with_edit
@encoding.with_options
def enhance(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Photos or folders; these come first.")],
    references: Annotated[list[Path], typer.Option("--refs", metavar="EDIT...", help="1 to 50 of your edits.")],
    destination: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write to.")],
    before: Originals = None,
    edit: Edit = AS_IT_IS,
    presets: encoding.Presets = None,
    changes: encoding.Changes = encoding.UNCHANGED,
    on_conflict: batch.OnConflict = "unique",
    name: batch.Name = "{name}",
    burst_lock: batch.BurstLock = False,
    receipt: batch.Receipt = None,
    workers: batch.Workers = None,
    model: Model = None,
    device: Device = "auto",
    dry_run: batch.DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Enhance photos the way some edits were made: `enhance PHOTO... --refs EDIT... -o DIR`."""
    encoded = encoding.chosen_presets(presets, changes)
    pairs = edit_pairs(references, before or [])
    engine = open_engine(open_library(), model, device)

    def read(progress: Progress, should_cancel: ShouldCancel) -> batch.Learn:
        from pie_desktop.engine.references import read_edits

        references = read_edits(pairs, progress, should_cancel, on_problem=say_problem)
        return lambda: engine.learn(references, progress, should_cancel)

    settings = batch.export_settings(destination, encoded, on_conflict, edit, name, _NO_STYLE, burst_lock)
    how = batch.How(workers, dry_run, as_json, receipt)
    batch.run_batch(photos_in(photos), settings, engine, read, how)
