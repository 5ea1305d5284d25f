"""`python -m training estimate`: what a run on one's own edits will be like; and options that it shares with `fit`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.fine_tuning import PRESETS, SETTINGS


def ranged(key: str, about: str, parts: bool = False) -> Any:
    """An option for one of `SETTINGS`, refused outside of its range with the sentence that the form shows.

    Args:
        key: of the setting.
        about: what it is, for the help.
        parts: whether a part of one counts as one.
    """
    setting = SETTINGS[key]
    refusal = setting.problem_of_part if parts else setting.problem

    def check(value: float | None) -> float | None:
        problem = None if value is None else refusal(value)
        if problem is not None:
            raise typer.BadParameter(problem)
        return value

    return typer.Option(callback=check, help=f"{about.removesuffix('.')}, {setting.low:g} to {setting.high:,.10g}.")


def with_preset(preset: str, minutes: float | None, references: int | None) -> tuple[float | None, int | None]:
    """Minutes and references of a preset, where nothing else is given.

    Raises:
        PieError: there is no such preset.
    """
    if preset not in PRESETS:
        raise PieError(f"There is no preset {preset}; choose {' or '.join(PRESETS)}.")
    chosen = PRESETS[preset]
    return minutes or chosen.minutes, references or chosen.references


def estimate(
    pairs: Annotated[list[Path], typer.Option(help="Folder of your own edits; can be repeated.")],
    originals: Annotated[Path | None, typer.Option(help="Folder of the originals, if they are elsewhere.")] = None,
    init: Annotated[Path | None, typer.Option(help="Model (bundle) to start from; default: the shipped one.")] = None,
    models: Annotated[Path | None, typer.Option(help="Folder of your models: earlier runs say what to expect.")] = None,
    preset: Annotated[str | None, typer.Option(help="quick or full; other options go before.")] = None,
    minutes: Annotated[float | None, ranged("minutes", "Time limit of the run", parts=True)] = None,
    references: Annotated[int | None, ranged("references", "Most reference images per sample.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = None,
    json: Annotated[Path | None, typer.Option(help="File for the estimate, as JSON.")] = None,
    events: Annotated[str | None, typer.Option(help="'-': JSON lines on stdout.")] = None,
) -> None:
    """Say before a run how many pairs train, how long it takes, how much memory, and what gain to expect."""
    from training.fit.config import override, own_pairs_config
    from training.fit.estimate import estimate as run_estimate
    from training.running.events import json_sink

    config, start = own_pairs_config(pairs, init)
    if preset is not None:
        minutes, references = with_preset(preset, minutes, references)
    run, data = {"minutes": minutes, "device": device}, {"references": references}
    found: dict[str, Any] = {}
    for event in run_estimate(override(config, {"run": run, "data": data}), start, originals, models):
        if events == "-":
            json_sink(event)
        found = event
    if json is not None:
        try:
            with atomic_write(json) as temporary:
                temporary.write_text(json_files.to_text(found), encoding="utf-8")
        except OSError as error:
            raise PieError(f"{json} cannot be written: {error.strerror or error}.") from error
    if events != "-":
        for line in found["lines"]:
            Console().print(line, soft_wrap=True, markup=False, highlight=False)
