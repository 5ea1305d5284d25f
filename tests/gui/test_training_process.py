"""The child process of the training tab: its events, its end and its crashes."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from pie_desktop.model import run_folder
from pie_desktop.model.run_folder import EVENTS, is_running
from pie_desktop.workers import training_process
from pie_desktop.workers.training_log import EventFile
from pie_desktop.workers.training_process import TrainingOptions, TrainingOutcome, TrainingProcess

FAKE = [sys.executable, str(Path(__file__).with_name("fake_training.py"))]


@pytest.fixture
def options(tmp_path: Path) -> TrainingOptions:
    return TrainingOptions(
        pairs=tmp_path / "edits", run=tmp_path / "run", name="Mine", models=tmp_path / "models", init=tmp_path / "base"
    )


@pytest.fixture
def start(
    qtbot: QtBot, options: TrainingOptions, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[TrainingProcess, list[dict[str, Any]], list[TrainingOutcome]]]:
    def begin(behaviour: str, resume: bool = False) -> tuple[TrainingProcess, list[Any], list[TrainingOutcome]]:
        monkeypatch.setenv("FAKE_TRAINING", behaviour)
        process = TrainingProcess(command=FAKE)
        events: list[dict[str, Any]] = []
        outcomes: list[TrainingOutcome] = []
        process.reported.connect(events.append)
        process.finished.connect(outcomes.append)
        process.start(options, resume=resume)
        started.append(process)
        return process, events, outcomes

    started: list[TrainingProcess] = []
    yield begin
    for process in started:
        process.kill()
        qtbot.waitUntil(lambda process=process: not process.running)
    run_folder.kill(options.run)


def test_arguments_name_every_option(options: TrainingOptions) -> None:
    arguments = options.arguments(resume=True)
    given = dict(zip(arguments[1:-1:2], arguments[2:-1:2], strict=True))
    assert arguments[0] == "fit" and arguments[-1] == "--resume"
    assert given["--out"] == str(options.run)
    assert float(given["--encoder-lr"]) == 1e-5 and float(given["--enhancer-lr"]) == 1e-4
    assert not {"--minutes", "--epochs"} & given.keys()


def test_options_survive_json(options: TrainingOptions) -> None:
    assert TrainingOptions.from_json({**options.to_json(), "from_a_later_version": 1}) == options


def test_events_arrive_in_order_and_finished_once(qtbot: QtBot, start: Callable[..., Any]) -> None:
    _, events, outcomes = start("done")
    qtbot.waitUntil(lambda: bool(outcomes), timeout=20_000)
    steps = [event["step"] for event in events if event["event"] == "step"]
    assert steps == list(range(1, 13))
    assert events[0]["event"] == "start" and events[-1]["event"] == "done"
    assert [outcome.kind for outcome in outcomes] == ["done"]


@pytest.mark.skipif(os.name != "posix", reason="niceness is POSIX")
def test_the_editor_goes_first(qtbot: QtBot, start: Callable[..., Any]) -> None:
    process, events, _ = start("forever")
    qtbot.waitUntil(lambda: bool(events), timeout=20_000)
    assert process._child is not None
    pid = process._child.pid
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) >= min(own + 1, training_process.NICENESS)


def test_stop_leaves_a_checkpoint_that_resume_continues_from(
    qtbot: QtBot, start: Callable[..., Any], options: TrainingOptions
) -> None:
    process, events, outcomes = start("forever")
    qtbot.waitUntil(lambda: any(event["event"] == "step" for event in events), timeout=20_000)
    process.stop()
    qtbot.waitUntil(lambda: bool(outcomes), timeout=20_000)
    assert outcomes[0].kind == "stopped"
    left_at = int((options.run / "checkpoint.safetensors").read_text())
    assert left_at == events[-1]["step"]

    _, again, outcomes = start("forever", resume=True)
    qtbot.waitUntil(lambda: bool(again), timeout=20_000)
    assert again[0]["step"] == left_at


def test_stop_and_wait_returns_with_the_checkpoint_written(
    qtbot: QtBot, start: Callable[..., Any], options: TrainingOptions
) -> None:
    process, events, outcomes = start("forever")
    qtbot.waitUntil(lambda: bool(events), timeout=20_000)
    process.stop_and_wait()
    assert not process.running and outcomes[0].kind == "stopped"
    assert (options.run / "checkpoint.safetensors").exists()


@pytest.mark.skipif(os.name != "posix", reason="dies by a POSIX signal")
def test_a_crash_is_told_with_its_last_lines(qtbot: QtBot, start: Callable[..., Any]) -> None:
    _, _, outcomes = start("crash")
    qtbot.waitUntil(lambda: bool(outcomes), timeout=20_000)
    assert outcomes[0].kind == "failed" and "SIGSEGV" in outcomes[0].message
    assert "allocating far too much" in outcomes[0].last_lines


def test_an_exception_is_told_with_its_traceback(qtbot: QtBot, start: Callable[..., Any]) -> None:
    _, _, outcomes = start("raise")
    qtbot.waitUntil(lambda: bool(outcomes), timeout=20_000)
    assert outcomes[0].kind == "failed" and outcomes[0].last_lines[-1] == "MemoryError: CUDA out of memory"
    assert outcomes[0].message == "Training ended unexpectedly (MemoryError: CUDA out of memory)."


def test_a_reported_problem_is_the_message(qtbot: QtBot, start: Callable[..., Any]) -> None:
    _, _, outcomes = start("error")
    qtbot.waitUntil(lambda: bool(outcomes), timeout=20_000)
    assert outcomes[0].message == "The folder holds only 1 pair; at least 4 are needed."


def test_a_program_that_is_missing_ends_as_failed(qtbot: QtBot, options: TrainingOptions, tmp_path: Path) -> None:
    process = TrainingProcess(command=[str(tmp_path / "no-such-program")])
    with qtbot.waitSignal(process.finished) as ended:
        process.start(options)
    assert ended.args[0].kind == "failed" and "could not be started" in ended.args[0].message


def test_a_refusal_is_the_sentence_that_the_process_printed(qtbot: QtBot, start: Callable[..., Any]) -> None:
    _, _, outcomes = start("refuse")
    qtbot.waitUntil(lambda: bool(outcomes))
    assert outcomes[0].kind == "failed" and outcomes[0].message.startswith("Another training uses the folder")


def test_what_has_not_begun_is_ended_at_once(qtbot: QtBot, start: Callable[..., Any], options: TrainingOptions) -> None:
    process, _, outcomes = start("slow")
    qtbot.waitUntil(lambda: is_running(options.run))
    process.stop()
    qtbot.waitUntil(lambda: bool(outcomes))
    assert outcomes[0].kind == "stopped" and not is_running(options.run)


def test_pause_waits_with_a_checkpoint_and_goes_on(
    qtbot: QtBot, start: Callable[..., Any], options: TrainingOptions
) -> None:
    process, events, _ = start("forever")
    qtbot.waitUntil(lambda: any(event["event"] == "step" for event in events))
    process.pause()
    qtbot.waitUntil(lambda: events[-1]["event"] == "paused")
    assert int((options.run / "checkpoint.safetensors").read_text()) == events[-1]["step"]
    process.pause(False)
    qtbot.waitUntil(lambda: events[-1]["event"] == "step")


def test_a_run_outlives_who_watches_it_and_is_found_again(
    qtbot: QtBot, start: Callable[..., Any], options: TrainingOptions
) -> None:
    process, events, outcomes = start("forever")
    qtbot.waitUntil(lambda: any(event["event"] == "step" for event in events))
    process.leave()
    assert not process.running
    again = TrainingProcess(command=FAKE)
    later: list[dict[str, Any]] = []
    ends: list[TrainingOutcome] = []
    again.reported.connect(later.append)
    again.finished.connect(ends.append)
    log = EventFile(options.run)
    known = log.read()
    assert again.find(log) and again.running
    qtbot.waitUntil(lambda: any(event["event"] == "step" for event in later))
    assert events == known[: len(events)]
    numbers = [event["step"] for event in known + later if event["event"] == "step"]
    assert numbers == list(range(1, numbers[-1] + 1)) and not outcomes
    again.stop()
    qtbot.waitUntil(lambda: bool(ends))
    assert ends[0].kind == "stopped" and not TrainingProcess(command=FAKE).find(EventFile(options.run))


@pytest.mark.skipif(os.name != "posix", reason="dies by a POSIX signal")
def test_a_process_that_the_system_kills_is_told_and_so_is_one_that_was_found(
    qtbot: QtBot, start: Callable[..., Any], options: TrainingOptions
) -> None:
    process, events, outcomes = start("forever")
    qtbot.waitUntil(lambda: any(event["event"] == "step" for event in events))
    assert process._child is not None
    found = TrainingProcess(command=FAKE)
    ends: list[TrainingOutcome] = []
    found.finished.connect(ends.append)
    assert found.find(EventFile(options.run).at_end())
    os.kill(process._child.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(outcomes) and bool(ends))
    assert (outcomes[0].kind, outcomes[0].message) == ("failed", training_process.MEMORY_RAN_OUT)
    assert ends[0].kind == "failed" and "without a word" in ends[0].message


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    log = EventFile(tmp_path)
    assert log.read() == [] and log.size == 0
    with (tmp_path / EVENTS).open("a") as file:
        file.write('{"event": "start"}\n{"event": "st')
    assert log.read() == [{"event": "start"}]
    with (tmp_path / EVENTS).open("a") as file:
        file.write('ep"}\n[1]\n' + "[" * 100_000 + "\n")
    assert log.read() == [{"event": "step"}]
    with (tmp_path / EVENTS).open("a") as file:
        file.write('{"event": "cut o')  # by a crash
    log.append({"event": "ended"})
    assert log.read() == [] and EventFile(tmp_path).read(last=True) == [
        {"event": "start"}, {"event": "step"}, {"event": "ended"},
    ]  # fmt: skip
