"""Writing many photos from the command line: what `export` and `enhance` have in common."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pie_desktop.commands import output
from pie_desktop.commands.plan_table import show_plan
from pie_desktop.errors import Cancelled

if TYPE_CHECKING:
    from pie_desktop.engine.enhance import Engine
    from pie_desktop.engine.export import ExportProgress, ExportReport, ExportSettings
    from pie_desktop.engine.presets import ExportPreset
    from pie_desktop.model.preference import Preference

Policy = Literal["skip", "unique", "overwrite"]

OnConflict = Annotated[Policy, typer.Option("--on-conflict", help="What happens when a file of that name exists.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Photos at a time; by default what suits this machine.")]
Name = Annotated[
    str,
    typer.Option("--name", metavar="TEMPLATE", help="Names of the results, such as {date:%Y-%m-%d}/{name}_{seq:04d}."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and write nothing.")]

MakePreference = Callable[[output.Progress, output.ShouldCancel], "Preference | None"]


def export_settings(
    destination: Path,
    presets: "Sequence[ExportPreset]",
    on_conflict: Policy,
    strength: float,
    amount: float,
    name: str,
    style: str | None = None,
) -> "list[ExportSettings]":
    """One export for each preset; a preset without a name is that of the options alone."""
    from pie_desktop.engine.export import ExportSettings
    from pie_desktop.engine.presets import settings_for

    base = ExportSettings(destination, presets[0].encode, on_conflict, strength, amount, name, style)
    return settings_for(base, presets)


def run_batch(
    photos: Sequence[Path],
    exports: "Sequence[ExportSettings]",
    engine: "Engine",
    make_preference: MakePreference,
    *,
    workers: int | None,
    as_json: bool,
    dry_run: bool = False,
) -> None:
    """Write the photos, once for each of the exports, which share a destination, and tell what came of each.

    Raises:
        PieError: nothing can be done at all, such as for want of a usable reference.
        Cancelled: Ctrl-C; what was written until then is complete and told.
        typer.Exit: with 1 when some photos failed, with 2 when all did.
    """
    from pie_desktop.engine.export import ExportReport, run_export
    from pie_desktop.engine.presets import plan_all

    reports: list[ExportReport] = []
    destination = exports[0].destination
    with output.interruptible() as should_cancel, output.showing_progress() as progress:
        plans = plan_all(photos, exports, lambda fraction: progress(fraction, "Planning"), should_cancel)
        if dry_run:
            show_plan([photo for plan in plans for photo in plan], destination, as_json)
            return
        preference = None
        if any(photo.writes for plan in plans for photo in plan):
            engine.load()  # a missing model is one problem, not one of each photo
            preference = make_preference(progress, should_cancel)

        def tell(state: "ExportProgress") -> None:
            progress((len(reports) + state.fraction) / len(exports), state.current)

        for settings, plan in zip(exports, plans, strict=True):
            reports.append(
                run_export(
                    plan,
                    settings,
                    lambda proxy: engine.transform(proxy, preference),
                    tell,
                    should_cancel,
                    workers,
                )
            )
    report = ExportReport(tuple(item for part in reports for item in part.items), sum(part.seconds for part in reports))
    if engine.notice:
        output.say_problem(engine.notice)
    _tell(report, destination, as_json)


def _tell(report: "ExportReport", destination: Path, as_json: bool) -> None:
    nothing_done = report.count("failed") == len(report.items) > 0
    # Such as a destination that is no folder: the same for all photos, and said once.
    for message in dict.fromkeys(item.message for item in report.items if item.message and item.status != "cancelled"):
        output.say_problem(message)
    if as_json:
        output.print_json(report.to_dict())
    elif not nothing_done:
        output.say(f"{report.summary}; the results are in {destination.absolute()}")
    if report.cancelled:
        raise Cancelled
    if report.count("failed"):
        raise typer.Exit(output.EXIT_PROBLEM if nothing_done else output.EXIT_FAILURES)
