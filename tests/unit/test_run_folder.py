"""The folder of a run: who trains there, what is asked of it, and the log of its events."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pie_desktop.errors import PieError
from pie_desktop.model import run_folder
from training.running import event_log
from training.running.asking import Asking, stop_on_signal
from training.running.event_log import EventLog, recorded
from training.running.events import Event


def _trains(events: list[Event]) -> Iterator[Event]:
    yield from events


def _logged(run: Path) -> list[Event]:
    return [json.loads(line) for line in (run / run_folder.EVENTS).read_text().splitlines()]


def test_a_run_is_found_as_long_as_its_process_lives(tmp_path: Path) -> None:
    assert not run_folder.is_running(tmp_path) and run_folder.process_of(tmp_path) is None
    events = recorded(tmp_path, _trains([{"event": "start"}, {"event": "done"}]))
    next(events)
    assert run_folder.is_running(tmp_path) and run_folder.process_of(tmp_path) == os.getpid()
    with pytest.raises(PieError, match="Another training uses the folder"):
        next(recorded(tmp_path, _trains([])))
    assert [event["event"] for event in events] == ["done"]
    assert not run_folder.is_running(tmp_path) and run_folder.process_of(tmp_path) is None
    assert [event["event"] for event in _logged(tmp_path)] == ["start", "done"]


def test_another_process_with_the_number_of_a_dead_one_is_not_taken_for_it(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from pie_desktop.model.run_folder import lock_run;"
        f" lock = lock_run(Path({str(tmp_path)!r})); print('in', flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline() == b"in\n"
        assert run_folder.process_of(tmp_path) == child.pid
        child.kill()
    # This process has the number now, as far as the folder says: nobody holds the lock.
    (tmp_path / run_folder.PROCESS).write_text(json.dumps({"process": os.getpid()}))
    assert not run_folder.is_running(tmp_path) and not run_folder.ask(tmp_path, "stop")
    run_folder.kill(tmp_path)  # and lives on
    # A new process holds the lock and has not said yet which one it is; the number is that of a later process.
    events = recorded(tmp_path, _trains([{"event": "start"}]))
    next(events)
    long_ago = psutil.Process().create_time() - 3600
    os.utime(tmp_path / run_folder.PROCESS, (long_ago, long_ago))
    assert run_folder.is_running(tmp_path) and run_folder.process_of(tmp_path) is None


def test_requests_reach_the_process_that_they_were_made_to(tmp_path: Path) -> None:
    events = recorded(tmp_path, _trains([{"event": "start"}]))
    next(events)
    asking = Asking(tmp_path)
    assert not asking.pause() and not asking.stop()
    assert run_folder.ask(tmp_path, "pause") and asking.pause()
    assert run_folder.ask(tmp_path, "go on") and not asking.pause()
    assert run_folder.ask(tmp_path, "stop") and asking.stop() and not asking.pause()
    later = Asking(tmp_path)
    (tmp_path / run_folder.REQUEST).write_text(json.dumps({"process": os.getpid() + 1, "ask": "stop"}))
    assert not later.stop()
    for damaged in ("", "[1]", '{"process": 1}', json.dumps({"process": os.getpid(), "ask": ["stop"]})):
        (tmp_path / run_folder.REQUEST).write_text(damaged)
        assert not Asking(tmp_path).stop()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl+C raises, as it does in a terminal; a shell starts background jobs without."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals to itself")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_asks_to_stop_and_ends_at_once_the_second_time_or_before_there_is_anything_to_save() -> None:
    asking = Asking()
    with stop_on_signal(asking):
        signal.raise_signal(signal.SIGINT)
        assert asking.stop() and asking.interrupted
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with stop_on_signal(Asking(), begun=lambda: False), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_not_every_step_is_kept_and_a_full_disk_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(event_log.time, "monotonic", lambda: now)
    log = EventLog(tmp_path)
    for step in range(100):
        now = step / 50
        log({"event": "step", "step": step, "eta": 2 - now})
    log({"event": "validation"})
    assert [event.get("step") for event in _logged(tmp_path)] == [0, 25, 50, 75, None]
    (tmp_path / run_folder.EVENTS).unlink()
    (tmp_path / run_folder.EVENTS).mkdir()  # nothing can be appended to it
    log({"event": "validation"})


def test_what_ends_a_run_is_the_last_line_of_its_log(tmp_path: Path) -> None:
    def fails(error: Exception) -> Iterator[Event]:
        yield {"event": "start"}
        raise error

    with pytest.raises(PieError, match="four"):
        list(recorded(tmp_path, fails(PieError("At least four pairs are needed."))))
    assert _logged(tmp_path)[-1] == {"event": "error", "message": "At least four pairs are needed."}
    with pytest.raises(PieError, match="The disk is full"):
        list(recorded(tmp_path, fails(OSError(28, "No space left on device"))))
    assert "free some space" in _logged(tmp_path)[-1]["message"] and not run_folder.is_running(tmp_path)
