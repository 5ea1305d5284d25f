"""The slider of all panels and forms: a track drawn in the theme's colours, and its number, which can be typed."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QSlider, QWidget

from pie_desktop.edit.part import Parameter
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, numeric_font
from pie_desktop.ui.widgets.number_field import NumberField
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
HANDLE = 14
GROOVE = 4
LONGEST_LABEL = "Temperature"


class Track(QSlider):
    """A horizontal slider that goes where it is clicked, marks its default and returns to it at a double click.

    Signals:
        alt_held: whether Alt is held while it is dragged.

    Attributes:
        arrows_pass: the arrow keys are for others, who step through photos with them, unless the mouse is over the
            slider or Alt is held.
    """

    alt_held = Signal(bool)

    def __init__(self, low: int, high: int, default: int, step: int = 1) -> None:
        """A slider of whole numbers; `step` is that of the arrow keys, and ten of them with Shift."""
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setPageStep(10 * step)
        self.setValue(default)
        self.setFixedHeight(20)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._default = default
        self._alt = False
        self.arrows_pass = False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_held_alt(event):
            event.accept()  # it is not for the menu bar
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_arrow(event):
            event.setAccepted(self._takes(event))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_held_alt(event):
            self._set_alt(True)
        elif self._is_arrow(event) and not self._takes(event):
            event.ignore()
        elif self._is_arrow(event) and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            more = event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Up)
            self.setValue(self.value() + (self.pageStep() if more else -self.pageStep()))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Alt and self._alt:
            self._set_alt(False)
        else:
            super().keyReleaseEvent(event)

    def _is_held_alt(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Alt and self.isSliderDown()

    def _set_alt(self, held: bool) -> None:
        if held != self._alt:
            self._alt = held
            self.alt_held.emit(held)

    def _is_arrow(self, event: QKeyEvent) -> bool:
        modifiers = Qt.KeyboardModifier
        own = modifiers.AltModifier | modifiers.KeypadModifier | modifiers.ShiftModifier
        return event.key() in ARROWS and not event.modifiers() & ~own

    def _takes(self, event: QKeyEvent) -> bool:
        held = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return not self.arrows_pass or held or self.underMouse()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, enabled = self.height() / 2, self.isEnabled()
        groove = QRectF(0, middle - GROOVE / 2, self.width(), GROOVE)
        painter.setBrush(QColor(COLORS.border))
        painter.drawRoundedRect(groove, 2, 2)
        filled = QRectF(groove)
        filled.setRight(self._x(self.value()))
        if self.minimum() < 0:  # what goes both ways is filled from the middle
            ends = sorted((self._x(self._default), self._x(self.value())))
            filled.setLeft(ends[0])
            filled.setRight(ends[1])
        painter.setBrush(QColor(COLORS.accent if enabled else COLORS.outline))
        painter.drawRoundedRect(filled, 2, 2)
        if self.minimum() < self._default < self.maximum():
            painter.setBrush(QColor(COLORS.text_muted))
            painter.drawRect(QRectF(self._x(self._default) - 0.5, middle - 6, 1, 12))
        hot = self.hasFocus() or self.underMouse() or self.isSliderDown()
        painter.setBrush(QColor(COLORS.text_disabled if not enabled else COLORS.text_strong if hot else COLORS.text))
        centre = QPointF(self._x(self.value()), middle)
        if self.hasFocus() and enabled:
            painter.setBrush(QColor(COLORS.accent))
            painter.drawEllipse(centre, HANDLE / 2, HANDLE / 2)
            painter.setBrush(QColor(COLORS.text_strong))
            painter.drawEllipse(centre, HANDLE / 2 - 2, HANDLE / 2 - 2)
        else:
            painter.drawEllipse(centre, HANDLE / 2, HANDLE / 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._set_alt(bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
            self._follow(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._set_alt(bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
            self._follow(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._set_alt(False)
            self.setSliderDown(False)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(self._default)

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling the panel must not change the photo; a focused slider is meant.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _x(self, value: int) -> float:
        share = (value - self.minimum()) / max(1, self.maximum() - self.minimum())
        return HANDLE / 2 + (self.width() - HANDLE) * share

    def _follow(self, x: float) -> None:
        share = (x - HANDLE / 2) / max(1, self.width() - HANDLE)
        share = min(max(share, 0.0), 1.0)
        self.setValue(self.minimum() + round(share * (self.maximum() - self.minimum())))


# Keys and the wheel have no release; a pause of this length ends the change.
SETTLE_MS = 250
FINE_STEPS = 100  # per unit, of parameters that are shown with decimals
FINE_ARROW = 5  # of these, at an arrow key

_ENDS = {"bright": "highlights", "dark": "shadows"}


class _Name(PlainLabel):
    """Returns the slider to its default at a double click, as its track does.

    Signals:
        double_clicked: that happened.
    """

    double_clicked = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()


class LabelledSlider(QWidget):
    """A number as slider and field that follow each other, in one line with its name or, in a form, without.

    The name of a number that refines another is indented.

    Signals:
        changed: (value, whether the change is still going on).
        alt_held: whether Alt is held while the slider is dragged.

    Attributes:
        parameter: what is set.
    """

    changed = Signal(float, bool)
    alt_held = Signal(bool)

    def __init__(self, parameter: Parameter, in_form: bool = False) -> None:
        """A slider within the bounds of a parameter.

        Args:
            parameter: what is set.
            in_form: the form has the name, the number stands beside the slider, and what is typed counts with every
                digit, as a shortcut may use the form before the number is left.
        """
        super().__init__()
        self.parameter = parameter
        self._steps = parameter.scale if parameter.decimals == 0 else FINE_STEPS
        low, high, default = (
            round(value * self._steps) for value in (parameter.low, parameter.high, parameter.default)
        )
        self.track = Track(low, high, default, 1 if parameter.decimals == 0 else FINE_ARROW)
        tip = f"{parameter.help}\nDouble-click to return to {parameter.text(parameter.default)}."
        if parameter.end:
            tip += f" Hold Alt while you drag to see the clipped {_ENDS[parameter.end]} alone."
        self.track.setToolTip(plain(tip))
        self.track.setAccessibleName(parameter.label)
        self.number = NumberField()
        self.number.setDecimals(parameter.decimals)
        self.number.setRange(parameter.low * parameter.scale, parameter.high * parameter.scale)
        self.number.setSingleStep(1 if parameter.decimals == 0 else 0.1)
        self.number.setValue(parameter.default * parameter.scale)
        self.number.setSuffix(f" {parameter.unit}" if parameter.unit else "")
        self.number.setKeyboardTracking(in_form)
        self.number.setAccessibleName(parameter.label)
        self._lay_out(in_form)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._finish)
        self.track.valueChanged.connect(self._on_track)
        self.track.sliderReleased.connect(self._finish)
        self.track.alt_held.connect(self.alt_held)
        self.number.valueChanged.connect(self._on_number)

    def _lay_out(self, in_form: bool) -> None:
        self.setFocusProxy(self.track)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        if in_form:
            self.number.setFixedWidth(self._number_width() + 2 * SPACE)
            layout.setHorizontalSpacing(SPACE)
            layout.addWidget(self.track, 0, 0)
            layout.addWidget(self.number, 0, 1)
            return
        # The style sheet hides the buttons: with Qt's own NoButtons a styled spin box leaves no room for the number.
        self.number.setProperty("plain", True)
        self.number.setFont(numeric_font(self.font()))
        self.number.setFixedWidth(self._number_width())
        label = _Name(self.parameter.short or self.parameter.label)
        label.double_clicked.connect(self.reset)
        label.setToolTip(plain(self.parameter.help))
        label.setBuddy(self.track)
        # The same for all, so that their tracks begin at one line.
        label.setFixedWidth(label.fontMetrics().horizontalAdvance(LONGEST_LABEL) + SPACE)
        if self.parameter.under:
            label.setProperty("role", "muted")
            label.setIndent(SPACE)
        layout.setHorizontalSpacing(HALF_SPACE)
        layout.addWidget(label, 0, 0)
        layout.addWidget(self.track, 0, 1)
        layout.addWidget(self.number, 0, 2)

    def _number_width(self) -> int:
        """Room for the longest number in the window's font, with the padding of the field."""
        longest = max((self.parameter.text(value) for value in (self.parameter.low, self.parameter.high)), key=len)
        return self.number.fontMetrics().horizontalAdvance(longest) + 3 * SPACE

    @property
    def value(self) -> float:
        return self.track.value() / self._steps

    def set_value(self, value: float) -> None:
        """Show a value that came from elsewhere; `changed` is not emitted."""
        self._settle.stop()
        with QSignalBlocker(self.track), QSignalBlocker(self.number):
            self.track.setValue(round(value * self._steps))
            self.number.setValue(value * self.parameter.scale)
        self.track.update()

    def reset(self) -> None:
        """Return to the default; `changed` is emitted."""
        self.track.setValue(round(self.parameter.default * self._steps))

    def hideEvent(self, event: QHideEvent) -> None:
        """A move counts as done when the page is left: what is exported next has to know it."""
        if self._settle.isActive():
            self._finish()
        super().hideEvent(event)

    def _on_number(self, number: float) -> None:
        self.track.setValue(round(number / self.parameter.scale * self._steps))

    def _on_track(self, position: int) -> None:
        with QSignalBlocker(self.number):
            self.number.setValue(position / self._steps * self.parameter.scale)
        self.changed.emit(self.value, True)
        if not self.track.isSliderDown():
            self._settle.start()

    def _finish(self) -> None:
        self._settle.stop()
        self.changed.emit(self.value, False)
