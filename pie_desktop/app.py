"""The composition root: puts QApplication, theme, log, error hooks, context and window together, and runs the editor.

What can wait until the window has been painted waits for that.
"""

import logging
import logging.handlers
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QMessageLogContext, QObject, QTimer, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QColorSpace, QFileOpenEvent, QIcon, QSurfaceFormat
from PySide6.QtWidgets import QApplication, QWidget

from pie_desktop import __version__, paths
from pie_desktop.errors import PieError
from pie_desktop.imaging import compiled, isolation
from pie_desktop.imaging import warm_up as loops
from pie_desktop.styles.style_file import is_style_file
from pie_desktop.ui import closing
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.handover import Reception
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.theme import TEXT_SIZE, TEXT_SIZES, apply_theme
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lane import GuiThreadCollector
from pie_desktop.workers.lanes import QueueLane


def run(paths: Sequence[Path]) -> int:
    """Open the window, with these photos or folders if any, and stay until it is closed.

    Returns:
        The exit code of the process.
    """
    if sys.platform == "win32":
        # On Windows torch's libraries may fail to load once Qt's are: so it must come first there. Elsewhere it waits
        # for the first job that needs it, which makes the window open seconds sooner.
        from pie_desktop.model.runtime import import_torch

        import_torch()
    from pie_desktop.app import start

    return start(paths)


log = logging.getLogger(__name__)
LOG_BYTES = 1_000_000
COMPILE_DELAY_MS = 2500  # when the window and the first photo are there
QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def start(photos: Sequence[Path]) -> int:
    """Run the editor until its window is closed; returns the exit code."""
    start_log()
    # Its process comes up while Qt does.
    isolation.start()
    mark_windows_as_srgb()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("PIE Desktop")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("pie-desktop")
    app.setWindowIcon(QIcon(str(paths.resource("theme/pie-desktop.svg"))))
    collector = GuiThreadCollector(app)
    context = AppContext()
    apply_theme(app, context.settings.number(TEXT_SIZE, 0, 0, TEXT_SIZES[1]))
    install_hooks(context.notifier)
    window = MainWindow(context)
    painted = FirstPaint(window)
    # The imports of the former would take many times as long while another thread imports torch.
    painted.done.connect(lambda: report_interrupted(context, lambda: window.show_tab("Export")))
    painted.done.connect(window.session.load_model)
    painted.done.connect(window.pages.find_training)
    window.show()
    window.open_paths(photos)
    if all(map(is_style_file, photos)):
        window.restore_last()
    DoubleClicks(app, window)
    reception = Reception(lambda styles: take_from_outside(window, styles), window)
    app.aboutToQuit.connect(reception.close)
    QTimer.singleShot(COMPILE_DELAY_MS, window, lambda: warm_up_loops(context))
    # Ctrl+C in the terminal that the editor was started from; Python acts on it when Qt lets it run.
    signal.signal(signal.SIGINT, lambda number, frame: window.close())
    awake = QTimer(app, interval=500)
    awake.timeout.connect(lambda: None)
    awake.start()
    try:
        code = app.exec()
    finally:
        context.close()
        isolation.stop()
        collector.stop()
    return closing.leave(code)


def mark_windows_as_srgb() -> None:
    """Let macOS convert the colours of the windows to those of the monitor; before the first of them is made."""
    if sys.platform == "darwin":
        surface = QSurfaceFormat.defaultFormat()
        surface.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
        QSurfaceFormat.setDefaultFormat(surface)


def start_log() -> None:
    """Log to a small rotating file in the program's own folder, and warnings to stderr."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [console]
    folder = paths.home_dir() / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                folder / "pie-desktop.log", maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8"
            )
        )
    except OSError as error:
        print(f"No log can be written to {folder}: {error}", file=sys.stderr)
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
        root.addHandler(handler)
    log.info("PIE Desktop %s, Python %s, %s", __version__, sys.version.split()[0], sys.platform)


def install_hooks(notifier: Notifier) -> None:
    """Send what nobody caught, in any thread, to the log and the notifier; and Qt's own messages to the log."""

    def tell(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("Not caught: %s", details)
        if isinstance(error, PieError):
            notifier.error(str(error), details)
        else:
            what = f"{kind.__name__}: {str(error).splitlines()[0]}" if str(error) else kind.__name__
            notifier.error(f"Something unexpected went wrong ({what}); the log file has the details.", details)

    sys.excepthook = tell
    threading.excepthook = lambda args: tell(args.exc_type, args.exc_value, args.exc_traceback)
    qInstallMessageHandler(_on_qt_message)


def report_interrupted(context: AppContext, show: Callable[[], None]) -> None:
    """Say that an export was interrupted, if one was; `show` leads to where it goes on."""
    from pie_desktop.ui.export import resume_banner  # not before the window is there

    resume_banner.report_interrupted(context, show)


def warm_up_loops(context: AppContext) -> None:
    """Load the compiled loops, at the first start ever compile them; in a lane of their own, for that takes seconds."""
    context.add_lane(QueueLane("warm-up")).submit(_load_loops)


def _load_loops(job: JobContext) -> None:
    for kind in compiled.KINDS:
        job.check()  # who closes the window does not wait for all of them
        loops.warm_up((kind,))


def _on_qt_message(kind: QtMsgType, where: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(QT_LEVELS.get(kind, logging.WARNING), "%s", text)


def take_from_outside(window: MainWindow, styles: list[Path]) -> None:
    """Take in styles that were double-clicked, in sight of the person who did that."""
    window.open_paths(styles)
    if window.isMinimized():
        window.showNormal()
    window.raise_()
    window.activateWindow()


class DoubleClicks(QObject):
    """Opens what macOS hands to the running program when a file of its own is double-clicked."""

    def __init__(self, app: QApplication, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self._window.open_paths([Path(event.file())])
            return True
        return False


class FirstPaint(QObject):
    """Watches a window until it has painted itself, with all that is in it, for the first time.

    A timer of zero is no substitute: Qt serves timers before it paints. A window that is shown minimised paints, and so
    tells, once it is restored.

    Signals:
        done: once.
    """

    done = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            # The window's own paint event is the first of many: its widgets follow before the event loop goes on.
            QTimer.singleShot(0, self, self.done.emit)
        return False
