"""Exports from the command line: what `export` and `enhance` have in common."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pie_desktop.commands import console as output
from pie_desktop.commands.plan_output import show_plan
from pie_desktop.edit.edit import Edit
from pie_desktop.errors import Cancelled, PieError

if TYPE_CHECKING:
    from pie_desktop.engine.blending import AnyPreference
    from pie_desktop.engine.engine import Engine
    from pie_desktop.export.job import ExportProgress, ExportReport, ExportSettings, PlannedPhoto, Running
    from pie_desktop.export.kept import KeptExport
    from pie_desktop.export.photo_edits import CopiesOf, EditOf
    from pie_desktop.export.presets import ExportPreset
    from pie_desktop.imaging.development import Development

Policy = Literal["skip", "unique", "overwrite"]

_ON_CONFLICT = (
    "skip: photos exported before are skipped, and one whose name another file has gets a new name; "
    "unique: always a new name; overwrite: a file of that name is replaced."
)
OnConflict = Annotated[Policy, typer.Option("--on-conflict", help=_ON_CONFLICT)]
Workers = Annotated[int | None, typer.Option(min=1, help="Photos at a time; by default what suits this computer.")]
Name = Annotated[
    str,
    typer.Option("--name", metavar="TEMPLATE", help="Template of the names, such as {date:%Y-%m-%d}/{name}_{seq:04d}."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and write nothing.")]
Receipt = Annotated[
    Path | None,
    typer.Option("--receipt", metavar="FILE", help="Write a receipt for all photos to a .json, .html or .txt file."),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Export on a Dask cluster, such as tcp://host:8786."),
]
BurstLock = Annotated[
    bool,
    typer.Option("--burst-lock/--no-burst-lock", help="Give the frames of a burst the same look, to avoid flicker."),
]

Learn = Callable[[], "AnyPreference | None"]
Read = Callable[[output.Progress, output.ShouldCancel], Learn]
"""Reads what a preference is learned from, without the model, and gives what learns it, with the model."""


@dataclass(frozen=True)
class Edits:
    """Where photos have edits of their own.

    Attributes:
        edit_of: finds the edit of a photo or virtual copy.
        copies_of: finds the virtual copies of a photo.
        take_problems: sentences about what could not be used.
    """

    edit_of: "EditOf"
    copies_of: "CopiesOf"
    take_problems: Callable[[], Sequence[str]]


@dataclass(frozen=True)
class How:
    """How a batch runs and what it reports.

    Attributes:
        workers: photos at a time, None for what suits.
        dry_run: show the plan only.
        as_json: one document on stdout.
        receipt: a file for the receipt, or None.
        scheduler: address of a Dask cluster, or None.
    """

    workers: int | None = None
    dry_run: bool = False
    as_json: bool = False
    receipt: Path | None = None
    scheduler: str | None = None

    def running(self, progress: output.Progress, should_cancel: output.ShouldCancel) -> "Running":
        from pie_desktop.export.job import Running

        def tell(state: "ExportProgress") -> None:
            progress(state.fraction, state.current)

        return Running(self.workers, self.scheduler, self.receipt, tell, should_cancel)


def export_settings(
    destination: Path,
    presets: "Sequence[ExportPreset]",
    on_conflict: Policy,
    edit: Edit,
    name: str,
    style: str | None = None,
    burst_lock: bool = False,
) -> "list[ExportSettings]":
    """One export for each preset; a preset without a name is that of the options alone."""
    from pie_desktop.export.job import ExportSettings
    from pie_desktop.export.presets import settings_for

    base = ExportSettings(destination, presets[0].encode, on_conflict, edit, name, style)
    base = replace(base, burst_lock=burst_lock)
    return settings_for(base, presets)


def run_batch(
    photos: Sequence[Path],
    exports: "Sequence[ExportSettings]",
    engine: "Engine",
    read: Read,
    how: How,
    edits: Edits | None = None,
) -> None:
    """Write the photos, once for each of the exports, which share a destination, and report what came of each.

    Args:
        photos: what to write.
        exports: how; `edit` and `style` count without `edits`.
        engine: the model.
        read: the preference of the one edit.
        how: how it runs.
        edits: each photo's own edit in place of one for all.

    Raises:
        PieError: nothing can be done at all, such as for want of a usable reference.
        Cancelled: Ctrl-C; what was written until then is complete and reported.
        typer.Exit: with 1 when some photos failed, with 2 when all did.
    """
    from pie_desktop.export.by_edit import in_order, parts_by_edit
    from pie_desktop.export.job import FEW_PHOTOS, run_job
    from pie_desktop.export.photo_edits import Remembered, one_for_all, unapplied_in
    from pie_desktop.export.presets import plan_all
    from pie_desktop.export.settings import make_part
    from pie_desktop.export.sources import expand_sources

    destination = exports[0].destination
    if len(photos) <= FEW_PHOTOS and not how.dry_run:
        # Beside the planning, which waits for the process that decodes to be ready.
        threading.Thread(target=_load_quietly, args=(engine,), name="pie-load-model").start()
    with output.interruptible() as should_cancel, output.showing_progress() as progress:
        edit_of = Remembered(edits.edit_of if edits is not None else one_for_all(exports[0].edit, exports[0].style))
        versions = expand_sources(photos, edits.copies_of if edits is not None else None)
        plans = plan_all(versions, exports, lambda fraction: progress(fraction, "Planning"), should_cancel, edit_of)
        for problem in edits.take_problems() if edits is not None else ():
            output.say_problem(problem)
        if (told := unapplied_in(edit_of.found)) is not None:
            output.say_problem(told)
        if how.dry_run:
            show_plan([photo for plan in plans for photo in plan], destination, how.as_json, edit_of)
            return
        preference = None
        planned = list(zip(exports, plans, strict=True))
        writing = [(photo, settings) for settings, plan in planned for photo in plan if photo.writes]
        if writing:
            learn = read(progress, should_cancel)
            if len(writing) <= FEW_PHOTOS and how.workers is None and how.scheduler is None:
                photo, settings = writing[0]
                _decode_ahead(photo, settings, edit_of(photo.version).edit.development, should_cancel)
            engine.load()  # a missing model is one problem, not one of each photo
            preference = learn()
        if edits is not None:
            parts = parts_by_edit(engine, planned, edit_of, progress, should_cancel)
        else:
            parts = [make_part(engine, settings, tuple(plan), preference) for settings, plan in planned]
        report = run_job(parts, how.running(progress, should_cancel))
        report = in_order(report, [photo.target for plan in plans for photo in plan])
    _report_all(report, engine, destination, how.as_json)


def _decode_ahead(
    photo: "PlannedPhoto", settings: "ExportSettings", development: "Development", should_cancel: output.ShouldCancel
) -> None:
    """Have the first photo decoded while the model is loading; its export, the next task, finds the pixels."""
    from pie_desktop.export.decoded import exact_proxy
    from pie_desktop.imaging import isolation

    if photo.burst is None:  # all frames of a burst are looked at first
        with contextlib.suppress(PieError), isolation.cancellable(should_cancel):  # its export tells what is wrong
            exact_proxy(photo.source, settings.encode, development)


def _load_quietly(engine: "Engine") -> None:
    with contextlib.suppress(PieError):  # reported when the model is needed
        engine.load()


def resume_batch(kept: "KeptExport", engine: "Engine", how: How) -> None:
    """Go on with an interrupted export; as `run_batch`."""
    from pie_desktop.export.job import run_job
    from pie_desktop.export.unfinished import continued

    if how.dry_run:
        show_plan(kept.missing, kept.destination, how.as_json)
        return
    with output.interruptible() as should_cancel, output.showing_progress() as progress:
        report = run_job(continued(kept, engine), how.running(progress, should_cancel), kept)
    _report_all(report, engine, kept.destination, how.as_json)


def _report_all(report: "ExportReport", engine: "Engine", destination: Path, as_json: bool) -> None:
    for notice in (engine.notice, report.notice):
        if notice:
            output.say_problem(notice)
    _tell(report, destination, as_json)


def _tell(report: "ExportReport", destination: Path, as_json: bool) -> None:
    nothing_done = report.count("failed") == len(report.items) > 0
    # Such as a destination that is no folder: the same for all photos, and said once.
    for message in dict.fromkeys(item.message for item in report.items if item.message and item.status != "cancelled"):
        output.say_problem(message)
    if as_json:
        receipt = str(report.receipt) if report.receipt is not None else None
        output.print_json(report.to_dict() | {"receipt": receipt})
    elif not nothing_done:
        output.say(f"{report.summary}; the results are in {destination.absolute()}")
        for sentence in filter(None, (report.expectation, report.fit)):
            output.say(sentence)
        if report.receipt is not None:
            output.say(f"Receipt: {report.receipt}")
    if report.cancelled:
        raise Cancelled
    if report.count("failed"):
        raise typer.Exit(output.EXIT_PROBLEM if nothing_done else output.EXIT_FAILURES)
