"""What the editor had open: kept soon after every change, so that a restart, a crash or a kill brings it back.

The layout of the window is remembered by its parts; this module says when, and adds what belongs to none of them:
folder, photo, place in the filmstrip, zoom, page and selected style.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QAbstractItemView, QTabBar, QWidget

from pie_desktop.errors import StyleError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import LAST_FOLDER
from pie_desktop.ui.edit_page import EditPage
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.settings import LARGEST

REOPEN = "start.reopen"
"""Setting: whether the editor starts with what was open last."""
SETTING = "start.last"
DELAY_MS = 300
LISTED = 500
"""Of an explicit list of photos, so many are remembered."""
LAYOUT_EVENTS = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.WindowStateChange)


class LastState(QObject):
    """Watches the parts of one window."""

    def __init__(
        self,
        context: AppContext,
        window: QWidget,
        tabs: QTabBar,
        page: EditPage,
        session: EditSession,
        remember_layout: Callable[[], None],
    ) -> None:
        """`remember_layout` puts sizes and places into the settings."""
        super().__init__(window)
        self._context = context
        self._window = window
        self._tabs = tabs
        self._page = page
        self._session = session
        self._remember_layout = remember_layout
        self._restoring: Mapping[str, Any] | None = None  # until the photo is shown
        self._scrolling: Mapping[str, Any] | None = None  # until the filmstrip is
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self.keep)
        strip, canvas = page.filmstrip, page.canvas
        for signal in (
            strip.folder_changed,
            strip.selection_changed,
            strip.view.verticalScrollBar().valueChanged,
            session.opening,
            canvas.viewport_changed,
            canvas.view_changed,
            context.current.wanted_changed,
            tabs.currentChanged,
            page.panes.panels_changed,
            page.panes.splitterMoved,
            page.right.splitter.splitterMoved,
            page.right.tabs.currentChanged,
        ):
            signal.connect(self._soon)
        strip.folder_changed.connect(lambda folder: context.settings.set(LAST_FOLDER, str(folder)))
        strip.view.visible_changed.connect(self._scroll)
        session.opening.connect(self._on_opening)
        session.opened.connect(self._on_opened)
        canvas.renderer.changed.connect(self._on_rendered)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in LAYOUT_EVENTS:
            self._soon()
        return False

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def keep(self) -> None:
        """Put everything into the settings now; they are saved in the background."""
        self._timer.stop()
        if not self._window.isVisible():
            return
        self._remember_layout()
        self._context.settings.set(SETTING, self._state() | {"page": self._tabs.currentIndex()})

    def _state(self) -> dict[str, Any]:
        coming_back = self._restoring or self._scrolling
        if coming_back is not None:
            return dict(coming_back)
        strip, canvas = self._page.filmstrip, self._page.canvas
        folder, photo, version = strip.folder, self._session.path, self._session.keeper.version
        top = strip.view.visible_rows()
        state: dict[str, Any] = {
            "style": self._context.current.chosen,
            "folder": str(folder) if folder is not None else None,
            "photos": None if folder is not None else [str(path) for path in strip.model.paths[:LISTED]],
            "photo": str(photo) if photo is not None else None,
            "copy": version.copy if version is not None else "",
        }
        if top:
            state["top"] = str(strip.model.versions[top.start].path)
            state["top_offset"] = strip.view.visualRect(strip.model.index(top.start)).top()
        if not canvas.viewport.fitted:
            state["zoom"] = canvas.viewport.zoom
            state["centre"] = list(canvas.viewport.centre)
        return state

    def restore(self) -> None:
        """Open what was open last, unless the settings say otherwise; what is gone is left out."""
        settings = self._context.settings
        state = settings.get(SETTING)
        if not isinstance(state, Mapping) or not settings.flag(REOPEN, True):
            return
        self._choose_style(state.get("style"))
        page = state.get("page")
        strip = self._page.filmstrip
        folder, photo, photos = (state.get(name) for name in ("folder", "photo", "photos"))
        selected = Path(photo) if isinstance(photo, str) else None
        self._restoring = self._scrolling = state
        if isinstance(folder, str):
            strip.set_folder(Path(folder), selected)
        elif isinstance(photos, list):
            there = [Path(path) for path in photos if isinstance(path, str)]
            strip.set_photos([path for path in there if path.exists()])
            if selected is not None:
                strip.select(selected)
        else:
            self._restoring = self._scrolling = None
        if isinstance(page, int) and 0 <= page < self._tabs.count():
            self._tabs.setCurrentIndex(page)

    def _choose_style(self, style: object) -> None:
        if not isinstance(style, str):
            return
        try:
            self._context.library.get(style)
        except StyleError:
            return
        self._context.current.begin_with(style)

    def _on_opening(self, path: Path) -> None:
        if self._restoring is not None and str(path) != self._restoring.get("photo"):
            self._restoring = self._scrolling = None  # it is gone, or the user was faster

    def _on_opened(self) -> None:
        """The photo is known, and with it its virtual copies."""
        copy = self._restoring.get("copy") if self._restoring is not None else None
        if isinstance(copy, str) and copy:
            self._session.keeper.choose_copy(copy)

    def _scroll(self) -> None:
        """Once the thumbnails are in sight, which they are not while another page is shown."""
        strip, state = self._page.filmstrip, self._scrolling
        if state is None or not strip.view.isVisible() or not strip.model.rowCount():
            return
        self._scrolling = None
        top, offset = state.get("top"), state.get("top_offset")
        row = strip.model.row_of(Path(top)) if isinstance(top, str) else None
        if row is not None:
            strip.view.scrollTo(strip.model.index(row), QAbstractItemView.ScrollHint.PositionAtTop)
            bar = strip.view.verticalScrollBar()
            bar.setValue(bar.value() - (offset if isinstance(offset, int) and abs(offset) <= LARGEST else 0))

    def _on_rendered(self) -> None:
        """The photo is there: look where the user looked."""
        state, canvas = self._restoring, self._page.canvas
        if state is None or canvas.renderer.base is None or self._session.path is None:
            return
        self._restoring = None
        zoom, centre = state.get("zoom"), state.get("centre")
        if str(self._session.path) != state.get("photo") or not isinstance(centre, list) or len(centre) != 2:
            return
        numbers = [float(n) for n in (zoom, *centre) if isinstance(n, float | int) and abs(n) <= LARGEST]
        if len(numbers) == 3 and numbers[0] > 0:
            canvas.look_at(numbers[0], (numbers[1], numbers[2]))
