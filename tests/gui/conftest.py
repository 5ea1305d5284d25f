"""GUI tests: a context in a home folder of its own, no leaked threads, no Qt warnings."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.imaging.warm_up import warm_up
from pie_desktop.model.interface import ModelOpener
from pie_desktop.ui import theme
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.workers.lane import ALL_THREADS, GuiThreadCollector, LaneThread
from tests.doubles.models import PlainModel
from tests.gui.opening import end_context, plain_context

PATIENCE_MS = 120_000


class PatientBot(QtBot):
    """Gives up after two minutes and no sooner: a wait ends when its condition is met, also on a busy computer.

    pytest-qt would give up after five seconds. A shorter time-out counts only for a signal that need not come.
    """

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=_patient(timeout, options), **options)

    def waitSignals(self, signals: list[Any], *, timeout: int = PATIENCE_MS, **options: Any) -> Any:
        return super().waitSignals(signals, timeout=_patient(timeout, options), **options)

    def waitExposed(self, widget: QWidget, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)


def _patient(timeout: int, options: dict[str, Any]) -> int:
    return max(timeout, PATIENCE_MS) if options.get("raising", True) else timeout


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    """A test that fails while something runs would otherwise hang: its window asks whether it may close."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QMessageBox, "question", lambda *_arguments: QMessageBox.StandardButton.Yes)
        yield


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The one QApplication of the test run, in the editor's theme."""
    theme.apply_theme(qapp)
    GuiThreadCollector(qapp).settle()
    return qapp


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """A lane that is not closed is a crash at exit for the user."""
    before = {id(thread) for thread in _running_lane_threads()}
    yield
    leaked = [thread.objectName() for thread in _running_lane_threads() if id(thread) not in before]
    assert not leaked, f"threads still run after the test: {leaked}"


def _running_lane_threads() -> list[LaneThread]:
    return [thread for thread in ALL_THREADS if thread.isRunning()]


@pytest.fixture(autouse=True)
def _no_qt_warnings(qtlog: object) -> Iterator[None]:
    """Warnings of Qt are bugs of ours: a wrong thread, a missing object, a layout set twice."""
    yield
    records = [record.message for record in qtlog.records if record.log_type_name in ("QtWarningMsg", "QtCriticalMsg")]
    unexpected = [message for message in records if not message.startswith(EXPECTED_WARNINGS)]
    assert not unexpected, f"Qt warned: {unexpected}"


EXPECTED_WARNINGS = (
    # The offscreen platform says so about every window.
    "This plugin does not support",
)


@pytest.fixture
def open_model() -> ModelOpener:
    """What stands in for the model in `context`; files with needs of their own have another."""
    return PlainModel


@pytest.fixture
def context(qapp: QApplication, pie_home: Path, open_model: ModelOpener) -> Iterator[AppContext]:
    """Of a home folder of its own, see `plain_context`."""
    made = plain_context(open_model)
    yield made
    end_context(made)


@pytest.fixture
def shipped_context(qapp: QApplication, pie_home: Path) -> Iterator[AppContext]:
    """The AppContext of the editor as it starts: the real engine with the shipped bundle, the compiled loops there."""
    assert warm_up()
    made = AppContext()
    yield made
    end_context(made)


@pytest.fixture
def window(context: AppContext, qtbot: QtBot) -> Iterator[MainWindow]:
    """The editor's window, shown."""
    made = MainWindow(context)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
