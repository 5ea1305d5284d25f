"""Lanes: order, latest wins, cancelling, errors, and threads that end."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from pie_desktop.errors import DecodeError
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lane import GuiThreadCollector, Lane
from pie_desktop.workers.lanes import LatestLane, PriorityLane, QueueLane


@pytest.fixture(params=[LatestLane, PriorityLane, QueueLane])
def lane(request: pytest.FixtureRequest, qapp: object) -> Iterator[Lane]:
    made = request.param("tested")
    yield made
    made.close()


class Gate:
    """A job that waits inside the lane's thread until it is let through."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, context: JobContext) -> str:
        self.entered.set()
        assert self.opened.wait(30)
        return "through"


def watch(job: Job, log: list[object]) -> Job:
    job.result.connect(lambda value: log.append(("result", value)))
    job.failed.connect(lambda text: log.append(("failed", text)))
    job.finished.connect(lambda: log.append("finished"))
    return job


def test_result_arrives_in_the_gui_thread_before_finished(lane: Lane, qtbot: QtBot) -> None:
    threads: list[QThread] = []
    log: list[object] = []
    job = watch(lane.submit(lambda context, a, b: (QThread.currentThread(), a + b), 2, 3), log)
    job.result.connect(lambda value: threads.append(QThread.currentThread()))
    with qtbot.waitSignals([job.result, job.finished], order="strict"):
        pass
    assert threads == [qtbot_thread()]
    ran_in, total = log[0][1]
    assert ran_in != qtbot_thread() and total == 5
    assert log[1:] == ["finished"]


def qtbot_thread() -> QThread:
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.instance().thread()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DecodeError("a.jpg is not a photo; choose another file."), "a.jpg is not a photo; choose another file."),
        (RuntimeError("CUDA out of memory\nsecond line"), "RuntimeError: CUDA out of memory)"),
        (KeyError(), "KeyError"),
        (SystemExit(3), "SystemExit: 3"),
    ],
)
def test_errors_become_one_sentence_and_the_lane_goes_on(
    lane: Lane, qtbot: QtBot, error: BaseException, expected: str
) -> None:
    def fail(context: JobContext) -> None:
        raise error

    log: list[object] = []
    with qtbot.waitSignal(watch(lane.submit(fail), log).finished):
        pass
    assert log[0][0] == "failed" and expected in log[0][1] and "\n" not in log[0][1]
    assert log[1:] == ["finished"]
    with qtbot.waitSignal(lane.submit(lambda context: 1).result):
        pass


def test_a_cancelled_job_ends_without_result_or_error(lane: Lane, qtbot: QtBot) -> None:
    entered = threading.Event()

    def work(context: JobContext) -> None:
        entered.set()
        while True:
            context.check()

    log: list[object] = []
    job = watch(lane.submit(work), log)
    assert entered.wait(10)
    with qtbot.waitSignal(job.finished):
        job.cancel()
    assert log == ["finished"]


def test_progress_is_delivered_and_the_last_value_is_never_lost(lane: Lane, qtbot: QtBot) -> None:
    def work(context: JobContext) -> None:
        for step in range(1001):
            context.progress(step / 1000, f"step {step}")

    seen: list[tuple[float, str]] = []
    job = lane.submit(work)
    job.progress.connect(lambda fraction, text: seen.append((fraction, text)))
    with qtbot.waitSignal(job.finished):
        pass
    assert seen[-1] == (1.0, "step 1000")
    assert seen == sorted(seen)


def test_close_joins_and_still_says_finished(lane: Lane, qtbot: QtBot) -> None:
    entered = threading.Event()

    def work(context: JobContext) -> None:
        entered.set()
        while not context.cancelled:
            pass

    logs: list[list[object]] = [[], []]
    watch(lane.submit(work), logs[0])
    assert entered.wait(10)
    watch(lane.submit(work), logs[1])
    lane.close()
    assert logs == [["finished"], ["finished"]]
    late = watch(lane.submit(work), logs[0])
    assert late.cancelled and late.done and logs[0] == ["finished"]


def test_finish_lets_waiting_jobs_run(qapp: object, qtbot: QtBot) -> None:
    lane = QueueLane("saving")
    log: list[object] = []
    for number in range(20):
        watch(lane.submit(lambda context, n: n, number), log)
    lane.finish()
    assert [entry[1] for entry in log if entry != "finished"] == list(range(20))


def test_latest_of_fifty_wins(qapp: object, qtbot: QtBot) -> None:
    lane = LatestLane("preview")
    gate = Gate()
    log: list[object] = []
    ran: list[int] = []
    watch(lane.submit(gate), log)
    assert gate.entered.wait(10)
    jobs = [watch(lane.submit(lambda context, n: ran.append(n) or n, number), log) for number in range(50)]
    gate.opened.set()
    qtbot.waitUntil(lambda: all(job.done for job in jobs))
    qtbot.waitUntil(lambda: log.count("finished") == 51)
    assert [entry for entry in log if entry != "finished"] == [("result", 49)]
    assert ran == [49], "superseded jobs that had not started must not run"
    lane.close()


def test_visible_first_and_cancel_by_key(qapp: object, qtbot: QtBot) -> None:
    lane = PriorityLane("thumbnails")
    gate = Gate()
    lane.submit(gate, key="gate")
    assert gate.entered.wait(10)
    ran: list[int] = []
    jobs = [lane.submit(lambda context, n: ran.append(n), number, key=number) for number in range(10)]
    lane.prioritise([7, 8, "unknown"])
    lane.prioritise([3, 4])
    lane.cancel(5)
    lane.cancel("unknown")
    gate.opened.set()
    qtbot.waitUntil(lambda: all(job.done for job in jobs))
    assert ran == [3, 4, 7, 8, 0, 1, 2, 6, 9]
    lane.close()


def test_a_waiting_job_is_replaced_under_its_key(qapp: object, qtbot: QtBot) -> None:
    lane = PriorityLane("thumbnails")
    gate = Gate()
    lane.submit(gate, key="gate")
    assert gate.entered.wait(10)
    ran: list[str] = []
    jobs = [lane.submit(lambda context, n: ran.append(n), name, key=name[0]) for name in ("a1", "b1", "a2")]
    gate.opened.set()
    qtbot.waitUntil(lambda: all(job.done for job in jobs))
    assert ran == ["a2", "b1"]
    assert jobs[0].cancelled
    lane.close()


def test_jobs_are_destroyed_in_the_gui_thread(qapp: object, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A QObject that dies in a lane's thread can lock up with the GUI thread."""
    lane = QueueLane("tested")
    hand_over = lane.hand_over

    def linger(key: object) -> None:
        """Gives the GUI thread all the time it needs to be done with the job first."""
        hand_over(key)
        delivered.wait(5)

    delivered = threading.Event()
    monkeypatch.setattr(lane, "hand_over", linger)
    died_in: list[int] = []
    job = lane.submit(lambda context: None)
    weakref.finalize(job, lambda: died_in.append(threading.get_ident()))
    del job
    qtbot.waitUntil(lambda: not lane.open_jobs)
    delivered.set()
    lane.close()
    assert died_in == [threading.get_ident()]


@pytest.fixture
def automatic_collection() -> Iterator[None]:
    """Python collects as it does before there is a window; afterwards as before the test."""
    gc.unfreeze()
    gc.enable()
    yield
    gc.disable()
    gc.freeze()


class _Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_collected_and_modules_are_looked_at_once(
    automatic_collection: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = GuiThreadCollector()
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 1000))
    for _ in range(2):
        garbage = weakref.ref(_Cycle())
        assert garbage() is not None and not gc.isenabled()
        collector.collect()
        assert garbage() is None
        assert gc.get_freeze_count() > 10_000 > len(gc.get_objects())
    collector.stop()
    assert gc.isenabled() and gc.get_freeze_count() == 0
