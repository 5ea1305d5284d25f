"""Controls of the canvas: the bar below it with views and zoom, and the keys that show the original while held."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QToolButton,
)

from pie_desktop.ui.actions.commands import ActionTip, Commands
from pie_desktop.ui.actions.keys import KeyMap, normal
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.canvas.photo_widget import PhotoWidget
from pie_desktop.ui.canvas.readout import ColorReadout
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon, numeric_font
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel

VIEW_COMMANDS = ("view_split", "view_side", "view_single")
ZOOM_COMMANDS = ("zoom_out", "zoom_in", "zoom_fit", "zoom_actual")


class CanvasToolbar(QFrame):
    """Buttons for the canvas's commands, and the zoom in percent."""

    def __init__(self, canvas: Canvas, commands: Commands) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._canvas = canvas
        self._zoom = PlainLabel()
        self._zoom.setFont(numeric_font(self.font()))
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setMinimumWidth(self._zoom.fontMetrics().horizontalAdvance("1600 %") + SPACE)
        self._zoom.setToolTip("Screen pixels per photo pixel")
        self.compare = QToolButton()
        self.compare.setIcon(icon("mdi6.eye-outline"))
        ActionTip(self.compare, commands.keys, "original", "Hold to see the original")
        self.compare.setAccessibleName("Hold to see the original")
        self.compare.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.compare.pressed.connect(lambda: canvas.set_comparing(True))
        self.compare.released.connect(lambda: canvas.set_comparing(False))
        self.readout = ElidedLabel()
        self.readout.setFont(numeric_font(self.font()))
        self.readout.setProperty("role", "muted")
        self.readout.setAccessibleName("Colour under the mouse: original, result")
        self._colors = ColorReadout(canvas)
        self._colors.changed.connect(lambda found: self.readout.set_full_text(found.text if found else ""))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, HALF_SPACE, SPACE, HALF_SPACE)
        layout.setSpacing(HALF_SPACE)
        for name in VIEW_COMMANDS:
            layout.addWidget(_button(commands[name]))
        layout.addSpacing(SPACE)
        layout.addWidget(self.compare)
        layout.addWidget(_button(commands["clipping"]))
        self._tools = QHBoxLayout()
        layout.addLayout(self._tools)
        layout.addSpacing(SPACE)
        # Takes what is left, and never asks for more.
        layout.addWidget(self.readout, 1)
        layout.addWidget(_button(commands["zoom_out"]))
        layout.addWidget(self._zoom)
        for name in ZOOM_COMMANDS[1:]:
            layout.addWidget(_button(commands[name]))
        canvas.viewport_changed.connect(self._show_zoom)
        canvas.renderer.changed.connect(self._show_zoom)
        self._show_zoom()

    def add_tool(self, action: QAction) -> None:
        """Show a tool on the photo as a button."""
        self._tools.addWidget(_button(action))

    def _show_zoom(self) -> None:
        shown = self._canvas.renderer.base is not None
        self._zoom.setText(f"{self._canvas.viewport.zoom * 100:.0f} %" if shown else "–")


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    return button


TEXT_FIELDS = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)


class CompareKeys(QObject):
    """Event filter for a window's `windowHandle()`: there, keys arrive before the widget that has the focus.

    A shortcut does not report the release of its key, and lists would take the letter for a search.
    """

    def __init__(self, canvas: PhotoWidget, keys: KeyMap) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._keys = keys
        self._held: int | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusOut:
            # The release goes to another window.
            self._held = None
            self._canvas.set_comparing(False)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            typing = isinstance(QApplication.focusWidget(), TEXT_FIELDS)
            if self._canvas.isVisible() and not typing and self._is_key(event):
                self._held = event.key()
                self._canvas.set_comparing(True)
                return True
        elif kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and event.key() == self._held:
            # A key that is held down repeats both press and release.
            if not event.isAutoRepeat():
                self._held = None
                self._canvas.set_comparing(False)
            return True
        return False

    def _is_key(self, event: QKeyEvent) -> bool:
        return normal(QKeySequence(event.keyCombination())) in self._keys.of("original")
