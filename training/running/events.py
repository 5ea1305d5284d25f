"""Events of a training run: one JSON object per line for the editor's training tab, or plain text for people."""

import os
import sys
from collections.abc import Callable
from itertools import chain
from typing import Any

from rich.console import Console

from pie_desktop import json_files

Event = dict[str, Any]
Sink = Callable[[Event], None]


def json_sink(event: Event) -> None:
    """Write one JSON line to stdout at once."""
    sys.stdout.write(json_files.to_text(event, indent=None))
    sys.stdout.flush()


class Reporter:
    """Passes events to a sink until nobody takes them any more: a dead editor or a closed terminal costs no checkpoint.

    Attributes:
        lost: whether the other side is gone; a reason to stop the run, with its checkpoint.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.lost = False

    def __call__(self, event: Event) -> None:
        if self.lost:
            return
        try:
            self._sink(event)
        except (OSError, ValueError):  # a closed pipe, or a stream that was closed here
            self.lost = True
            # What is still buffered must not raise when the process ends.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the rest of the process


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def _short(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def text_sink(console: Console, every: int = 20) -> Sink:
    """A sink that prints every `every`-th step and all other events."""

    def write(event: Event) -> None:
        kind = event["event"]
        if kind == "step":
            if event["step"] % every == 0:
                # How many there will be is not known where time or a plateau decides.
                number = f"{event['step']}/{event['steps']}" if event["steps"] else f"{event['step']}"
                left = time_left(event["eta_least"], event["eta"])
                console.print(f"step {number}  loss {event['loss']:.4f}  {event['rate']:.2f}/s  {left} left")
        elif kind == "baseline":
            for title, key in (("unedited", "unedited"), ("no references", "neutral"), ("references", "references")):
                score = event[key]
                console.print(
                    f"{event['photos']} held-out photos, {title}: PSNR {score['psnr']:.2f} dB  dE00 {score['de00']:.2f}"
                )
        elif kind == "validation":
            console.print(
                f"step {event['step']}  validation PSNR {event['psnr']:.2f} dB (start {event['baseline_psnr']:.2f} dB"
                f"{_interval(event.get('gain'))})  dE00 {event['de00']:.2f}"
            )
        elif kind not in ("pictures", "map"):  # which are to be looked at
            lists = [value for value in event.values() if isinstance(value, list)]
            facts = {key: value for key, value in event.items() if not isinstance(value, list | dict | None)}
            message = facts.pop("message", None)
            console.print("  ".join(f"{key}: {_short(value)}" for key, value in facts.items()))
            for sentence in chain([message] if message else [], *lists):
                console.print(f"  {sentence}", soft_wrap=True, markup=False, highlight=False)

    return write


def time_left(least: float, most: float) -> str:
    """`0:12:30`, or `0:04:00 to 0:30:00` where the end depends on what is gained."""
    return duration(most) if duration(least) == duration(most) else f"{duration(least)} to {duration(most)}"


def _interval(gain: dict[str, float] | None) -> str:
    return "" if gain is None else f"; {gain['mean']:+.2f}, 95 % {gain['low']:+.2f} to {gain['high']:+.2f}"
