"""What waits for the first paint begins after it, not before, and only once."""

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop.app import FirstPaint


class Painting(QWidget):
    """Writes its name down when it paints."""

    def __init__(self, name: str, log: list[str]) -> None:
        super().__init__()
        self._name, self._log = name, log

    def paintEvent(self, event: QPaintEvent) -> None:
        self._log.append(self._name)


def test_tells_once_after_the_window_and_its_widgets_have_painted(qapp: QApplication, qtbot: QtBot) -> None:
    log: list[str] = []
    window = Painting("window", log)
    QVBoxLayout(window).addWidget(Painting("widget", log))
    qtbot.addWidget(window)
    window.resize(200, 100)
    FirstPaint(window).done.connect(lambda: log.append("done"))
    qtbot.wait(50)
    assert not log, "nothing is shown yet"
    window.show()
    qtbot.waitUntil(lambda: "done" in log)
    assert log == ["window", "widget", "done"]
    window.repaint()
    qtbot.wait(50)
    assert log.count("done") == 1
