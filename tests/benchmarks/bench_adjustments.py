"""What adjustments by hand cost: a step of a slider with all of them in use, an export with five, and its memory."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from bench_export import LEAST_SHARE as _LEAST_WITHOUT
from bench_export import WORKERS, Rate, codecs_alone, export_photos, fixed_transform, linked, recode
from bench_memory import BUDGET_GB, copies_of_large, worker_peaks
from bench_slider import measured_moves
from measurement import Measurement
from photographs import camera_jpegs

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import Parameter, Part, part_types
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.tones import TonesPart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.imaging.warm_up import warm_up
from pie_desktop.ui.canvas.panes import View

FIVE = (
    Edit()
    .with_part(WhiteBalancePart(temperature=15.0))
    .with_part(ExposurePart(0.4))
    .with_part(ContrastPart(20.0))
    .with_part(TonesPart(highlights=-40.0, shadows=30.0))
    .with_part(SaturationPart(vibrance=20.0))
)
LEAST_SHARE = 0.70
PHOTOS, ROUNDS = 16, 3
LARGE = 20
MOVED = ("exposure", "shadows", "curve_darks", "blue_luminance", "vibrance")
STEPS = 60


def measure() -> list[Measurement]:
    assert warm_up()
    return [_slider(), *_throughput(), _memory()]


def _color_parts() -> list[type[Part]]:
    return [kind for kind in part_types() if kind.apply is not Part.apply]


def everything() -> Edit:
    """Every adjustment of colours a quarter of the way to its end."""
    edit = Edit()
    for one in (parameter for kind in _color_parts() for parameter in kind.parameters()):
        edit = edit.with_value(one, one.default + 0.25 * (one.high - one.default))
    return edit


def _slider() -> Measurement:
    edit = everything()
    parameters = {one.name: one for kind in _color_parts() for one in kind.parameters()}
    moves: list[tuple[Parameter, Edit]] = [(parameters[name], edit) for name in MOVED]
    return measured_moves(View.SINGLE, moves, "slider move with every adjustment in use, 2560x1440 canvas", STEPS)


def _throughput() -> list[Measurement]:
    with tempfile.TemporaryDirectory(prefix="pie-adjusted-") as name:
        folder = Path(name)
        photos = camera_jpegs(folder / "in", 4)
        photos = [linked(photo, index) for index in range(PHOTOS // 4) for photo in photos]
        adjusted: list[Rate] = []
        alone: list[Rate] = []
        for number in range(ROUNDS):  # in turn, so that both are disturbed alike
            adjusted.append(export_photos(photos, folder / f"out{number}", fixed_transform, edit=FIVE))
            alone.append(codecs_alone(photos, folder / f"codecs{number}", recode))
            for made in ("out", "codecs"):
                shutil.rmtree(folder / f"{made}{number}")
    speed, codecs = max(one.photos for one in adjusted), max(one.photos for one in alone)
    effort, least = min(one.seconds for one in adjusted), min(one.seconds for one in alone)
    by_clock = Measurement(
        name=f"export of 24 MP JPEGs with five adjustments, {WORKERS} workers",
        budget=f">= {LEAST_SHARE:.0%} of decode + encode alone",
        measured=speed,
        unit="photos/s",
        ratio=speed / codecs,
        note=f"throughput against the same codecs and workers alone ({codecs:.2f} photos/s); without adjustments the "
        f"budget is {_LEAST_WITHOUT:.0%}",
        met=speed >= LEAST_SHARE * codecs,
    )
    return [
        by_clock,
        replace(
            by_clock,
            name="processor time per photo: the same",
            budget="",
            measured=effort,
            unit="s",
            ratio=least / effort,
            note=f"workers and main process; the codecs alone ({least:.3f} s) against it",
            met=None,
        ),
    ]


def _memory() -> Measurement:
    peak = float(worker_peaks(LARGE, copies_of_large, FIVE).max())
    return Measurement(
        name="memory of an export worker with five adjustments, 24 MP",
        budget=f"<= {BUDGET_GB} GB",
        measured=peak / 1e9,
        unit="GB",
        note=f"largest resident size of {WORKERS} workers over {LARGE} photos",
        met=peak <= BUDGET_GB * 1e9,
    )


def main() -> None:
    for row in measure():
        print(row)


if __name__ == "__main__":
    main()
