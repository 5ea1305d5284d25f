"""Child processes end as they are told, and begin without core dumps."""

import gc
import signal
import sys
import time
from multiprocessing.connection import Connection

import pytest

from pie_desktop import processes
from pie_desktop.processes import READY, Child, stop_all


def obedient(connection: Connection, greeting: str) -> None:
    processes.begin()
    connection.send((READY, greeting))
    while (message := connection.recv()) is not None:
        connection.send(message)


def stubborn(connection: Connection) -> None:
    connection.send(READY)
    while True:
        time.sleep(0.1)


def limits(connection: Connection) -> None:
    import resource

    processes.begin()
    connection.send((resource.getrlimit(resource.RLIMIT_CORE)[0], signal.getsignal(signal.SIGINT)))


def test_idle_children_end_by_themselves_and_busy_ones_at_once() -> None:
    idle, busy = Child(obedient, ("hello",), "idle"), Child(stubborn, (), "busy")
    assert idle.connection.recv() == (READY, "hello") and busy.connection.recv() == READY
    idle.send(7)
    assert idle.connection.recv() == 7
    stop_all([idle], [busy])
    assert idle.process.exitcode == 0
    assert busy.process.exitcode not in (0, None)
    with pytest.raises((EOFError, OSError)):
        busy.connection.recv()
    busy.send("nobody listens")
    for child in (idle, busy):
        child.release()


def test_a_child_that_does_not_listen_is_killed_after_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.1)
    child = Child(stubborn, (), "stubborn")
    assert child.connection.recv() == READY
    stop_all([child], [])
    assert not child.process.is_alive()
    child.release()


@pytest.mark.skipif(sys.platform == "win32", reason="has neither")
def test_a_child_dumps_no_core_and_leaves_interrupts_to_its_parent() -> None:
    child = Child(limits, (), "limits")
    assert child.connection.recv() == (0, signal.SIG_IGN)
    child.stop(processes.GRACE)
    child.release()


def test_nothing_is_collected_while_modules_are_imported_nor_among_them_later() -> None:
    frozen, collecting = gc.get_freeze_count(), gc.isenabled()
    gc.enable()  # the window's own collector, of a test before, may have switched it off
    try:
        with processes.without_collecting():
            assert not gc.isenabled()
            with processes.without_collecting():
                pass
            assert not gc.isenabled(), "whoever was first says when"
        assert gc.isenabled()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
        if not collecting:
            gc.disable()
