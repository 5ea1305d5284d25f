"""Photos opened in the editor's window, until they are shown."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from pie_desktop.ui.main_window import MainWindow


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
