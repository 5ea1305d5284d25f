"""What is said of a run in words: its state, its times, its numbers."""

from dataclasses import dataclass

from pie_desktop.ui.status_bar import duration_text
from pie_desktop.ui.train.history import Interval, RunHistory

STATES = {"done": "complete", "stopped": "stopped", "failed": "failed", "interrupted": "interrupted"}
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Now:
    """What becomes of a run at this moment.

    Attributes:
        running: whether its process lives.
        stopping: whether it was asked to end.
    """

    running: bool = False
    stopping: bool = False


def state(history: RunHistory, now: Now) -> str:
    """One word or a few, such as `complete` or `stopping, writing a checkpoint…`."""
    if not now.running:
        return "interrupted" if history.state == "paused" else STATES.get(history.state, history.state)
    if now.stopping:
        return "stopping, writing a checkpoint…" if history.indexed is None else "stopping…"
    if history.state == "paused":
        return "paused"
    if history.indexed is not None:
        return "looking at your pairs"
    return ("finishing" if history.ending else "training") if history.step else "starting…"


def times(history: RunHistory, now: Now) -> list[str]:
    """How long it has trained, and how long it will."""
    found = []
    if history.elapsed is not None and history.step:
        found.append(f"{duration_text(history.elapsed)} trained")
    if now.running and not now.stopping and history.eta is not None and history.state != "paused":
        found.append(f"{time_left(history)} left")
    return found


def time_left(history: RunHistory) -> str:
    """A time, or a range where the end depends on what is still gained."""
    most, least = history.eta or 0.0, history.eta_least
    if least is None or duration_text(least) == duration_text(most):
        return duration_text(most)
    return f"{duration_text(least)} to {duration_text(most)}"


def about(history: RunHistory) -> list[str]:
    """What it learns from, and where."""
    found = []
    if history.indexed is not None:
        found.append("{:,} of {:,} pairs looked at".format(*history.indexed))
    if history.train_pairs:
        found.append(f"{history.train_pairs:,} pairs to learn from, {history.validation_pairs:,} held out")
    if history.problems:
        found.append(f"{len(history.problems):,} left out")
    if history.device:
        found.append(device_name(history.device))
    return found


def device_name(device: str) -> str:
    """`on the CPU`, or on which GPU."""
    return {"cpu": "on the CPU", "cuda": "on the GPU", "mps": "on the GPU"}.get(device, f"on {device}")


def numbers(history: RunHistory, now: Now) -> list[tuple[str, str, str]]:
    """The run in numbers: a label, the number, and an explanation; only what is known."""
    found = []
    best = history.best
    if best is not None and history.gain is not None:
        chosen = history.checks[-1] if now.running else best
        gain = history.gain if history.final_psnr is not None else chosen.psnr - (history.baseline_psnr or 0.0)
        why = "Against the same edits as references of the model that the run started from, on the photos held out."
        found.append(("Held-out photos", f"{gain:+.2f} dB{_between(chosen.psnr_gain)}", why))
        if chosen.de00 is not None and chosen.de00_gain is not None:
            text = f"{chosen.de00_gain.mean:+.2f}{_between(chosen.de00_gain)}"
            found.append(("ΔE00", text, f"{why} Less is nearer: it is {chosen.de00:.2f} now."))
    if history.verdict:
        found.append(("Proof", history.verdict, "On photos that did not train the model."))
    if now.running and history.patience:
        last = "ends soon" if history.ending else f"{history.stale} of {history.patience}"
        found.append(
            ("Checks without gain", last, f"After {history.patience} in a row the rates fall and the run ends.")
        )
    if now.running and history.rate:
        found.append(("Speed", f"{history.rate:.1f} steps/s", "Steps of training in a second, checks included."))
    if now.running and history.memory:
        where = "of the GPU" if history.device.startswith("cuda") else "of the computer"
        found.append(("Memory", f"{history.memory / MEGABYTE:,.0f} MB", f"What training takes {where}."))
    return found


def _between(interval: Interval | None) -> str:
    return "" if interval is None else f" ({interval.low:+.2f} to {interval.high:+.2f})"
