"""What a study prints while it runs: a line every few seconds, and one for every event."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from training.running.events import Event, Sink, duration


def study_sink(console: Console, seconds: float = 5.0, clock: Callable[[], float] = time.monotonic) -> Sink:
    """A sink for the events of `training.study.runner`.

    In a terminal the last step stands on a line of its own that is replaced; elsewhere there is one every `seconds`.
    """
    status = console.status("") if console.is_terminal else None
    written = float("-inf")

    def write(event: Event) -> None:
        nonlocal written
        kind, name = event["event"], event.get("system", "")
        if kind != "step":
            text = _line(event)
            if text:
                console.print(f"[bold]{escape(name)}[/] {escape(text)}", highlight=False, soft_wrap=True)
            if status is not None and kind in ("done", "stopped", "failed"):
                status.stop()
            return
        if clock() - written < (0.2 if status is not None else seconds):
            return
        written = clock()
        line = (
            f"{name} step {event['step']} ({event['stage']})  loss {event['loss']:.4f}  {event['rate']:.2f}/s"
            f"  {event['fraction']:.0%}, {duration(event['eta'])} left"
        )
        if status is None:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            status.start()
            status.update(escape(line))

    return write


def _line(event: Event) -> str | None:
    kind = event["event"]
    if kind == "validation":
        psnr = "" if event["psnr"] is None else f"{event['psnr']:.2f} dB held out, "
        return f"step {event['step']}: {psnr}user found again {event['retrieval']:.0%}"
    step = "" if event.get("step") is None else f" at step {event['step']}"
    return {
        "stage": f"step {event.get('step')}: {event.get('stage')}",
        "skipped": "is trained already",
        "failed": f"failed: {event.get('message')}",
        "stopped": f"stopped{step}; continue with --resume",
        "done": f"trained, {event.get('step')} steps",
    }.get(kind)


@contextmanager
def status_lines(console: Console, seconds: float = 10.0) -> Iterator[Callable[[str], None]]:
    """What is being judged: in a terminal a line that is replaced, elsewhere one every some seconds."""
    if console.is_terminal:
        with console.status("") as status:
            yield status.update
        return
    written = float("-inf")

    def write(text: str) -> None:
        nonlocal written
        if time.monotonic() - written >= seconds:
            written = time.monotonic()
            console.print(text, markup=False, highlight=False, soft_wrap=True)

    yield write
