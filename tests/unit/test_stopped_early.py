"""A run that ends while it looks at its pairs: what was found stays, and the run goes on from there."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.judge import Judged, judge
from tests.own_edits import base_model, edits_folder
from training import cli
from training.data import pairs
from training.fit.assemble import fit
from training.fit.config import stored_config
from training.running.event_log import EventLog
from training.running.events import Event
from training.running.pool import in_order

pytestmark = pytest.mark.usefixtures("one_thread")
PAIRS = 6


@pytest.fixture
def run(photo_folder_of_crops: Path, tmp_path: Path) -> Callable[..., list[Event]]:
    """Calls `fit` of the command line, and gives what is in the log of its run then."""
    edits = edits_folder(tmp_path / "edits", photo_folder_of_crops, PAIRS)
    base = base_model(tmp_path / "base.piemodel")

    def call(resume: bool = False) -> list[Event]:
        new = {} if resume else {"pairs": [edits], "init": base, "epochs": 1.0}
        cli.fit(**new, out=tmp_path / "run", device="cpu", resume=resume)
        return logged(tmp_path / "run")

    return call


def logged(run: Path) -> list[Event]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def interrupted_at(number: int, then: signal.Signals) -> Callable[..., Judged]:
    """Looks at pairs as ever, and sends this process a signal at one of them."""
    seen: list[PairGuess] = []

    def judge_and_send(guess: PairGuess, side: int) -> Judged:
        seen.append(guess)
        if len(seen) == number:
            signal.raise_signal(then)
        return judge(guess, side)

    return judge_and_send


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_what_was_found_stays_and_the_run_goes_on_from_there(
    run: Callable[..., list[Event]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: signal.Signals,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(pairs, "judge", interrupted_at(3, sent))
    with pytest.raises(typer.Exit) as end:
        run()
    assert end.value.exit_code == 130
    said = (
        f"Training was stopped while it looked at your pairs; 3 of {PAIRS} are done, and a resumed run goes on from"
        " there."
    )
    stopped = {"event": "stopped", "step": 0, "checkpoint": None, "message": said}
    assert logged(tmp_path / "run")[-1] == stopped and said in capsys.readouterr().out

    monkeypatch.setattr(pairs, "judge", judge)
    (tmp_path / "run" / "events.jsonl").unlink()
    events = run(resume=True)
    assert events[0] == {"event": "indexing", "done": 3, "total": PAIRS}
    assert events[-1]["event"] == "done"
    # one pass over six pairs, as was asked for in the beginning
    assert events[-1]["step"] == stored_config(tmp_path / "run").steps == 1
    assert stored_config(tmp_path / "run").steps == 1


def test_a_trained_run_that_is_stopped_while_it_looks_at_new_pairs_keeps_its_step(
    run: Callable[..., list[Event]], photo_folder_of_crops: Path, tmp_path: Path
) -> None:
    checkpoint = next(event for event in run() if event["event"] == "checkpoint")
    edits_folder(tmp_path / "edits" / "more", photo_folder_of_crops, 2)
    config = stored_config(tmp_path / "run")
    config = config.model_copy(update={"steps": 5})
    again = list(fit(config, tmp_path / "run", tmp_path / "models", resume=True, should_stop=lambda: True))
    assert again[-1]["event"] == "stopped" and again[-1]["step"] == checkpoint["step"] > 0
    assert again[-1]["checkpoint"] == checkpoint["path"]


def test_a_log_of_thousands_of_pairs_is_short_and_has_the_end(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    for done in range(5001):
        log({"event": "indexing", "done": done, "total": 5000})
    done = [event["done"] for event in logged(tmp_path)]
    assert done[0] == 0 and done[-1] == 5000 and len(done) < 500


def _hears_ctrl_c(_: int) -> bool:
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of POSIX")
def test_ctrl_c_is_left_to_the_process_that_was_started() -> None:
    assert not any(in_order(_hears_ctrl_c, range(2), workers=2, shielded=True))
    assert _hears_ctrl_c(0)
