"""The editor's window opened for a test and ended, and photos opened in it, until they are shown."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from pie_desktop.engine.engine import Engine
from pie_desktop.model.interface import ModelOpener
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.doubles.models import PlainModel


def plain_context(open_model: ModelOpener = PlainModel) -> AppContext:
    """An AppContext as `app` makes it; only the model is another one, which takes no time."""
    library = StyleLibrary()
    return AppContext(library, Engine(library, open_model=open_model))


def end_context(context: AppContext) -> None:
    """Close a context for good. What is connected to its signals lives as long as it, so that windows would pile up."""
    context.close()
    delete(context)


def delete(one: QObject) -> None:
    """Now, not when the event loop comes to it."""
    one.deleteLater()
    QCoreApplication.sendPostedEvents(one, QEvent.Type.DeferredDelete.value)


def open_photo(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    window.open_paths([photo])
    wait_shown(window, photo, qtbot)


def wait_shown(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    """Until the photo is shown in its look, exactly."""
    renderer, session = window.canvas.renderer, window.session

    def shown() -> bool:
        enhancement = session.enhancement
        return (
            session.path == photo
            and enhancement is not None
            and enhancement.styles == session.edit.style.styles
            and renderer.base is not None
            and renderer.base.request.luts is enhancement.transform
            and renderer.base.exact_for == session.edit.with_part(session.edit.style.unnamed)
        )

    qtbot.waitUntil(shown)
