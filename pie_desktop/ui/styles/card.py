"""The card of one style in the gallery."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QContextMenuEvent, QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from pie_desktop.edit.edit import MIX
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.engine.style_report import StyleReport
from pie_desktop.styles.finding import named
from pie_desktop.styles.marks import NO_MARKS, StyleMarks
from pie_desktop.styles.readiness import left_out, readiness
from pie_desktop.styles.store import Style
from pie_desktop.styles.style import WHAT_TO_DO, contradiction
from pie_desktop.ui.styles.drop_zone import ProgressRow
from pie_desktop.ui.styles.mosaic import Mosaic
from pie_desktop.ui.theme import COLORS, HALF_SPACE, SPACE, icon, set_flag
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.widgets.labels import NameEdit, counted
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

MOSAIC_SIDE = 60
COMPACT_SIDE = 32
NEUTRAL_NAME = "Neutral (no preference)"
BUILT_IN = "Comes with the program; duplicate it to change it"
ARCHIVED = "Put away: shown when it is asked for, or while the photo has it"
STAR_COLORS = {True: (COLORS.accent, COLORS.accent), False: (COLORS.text_muted, COLORS.text_strong)}


class StyleCard(QFrame):
    """Mosaic, name, what the style is made of, and what is being done to it; also the card for no style at all.

    Signals:
        chosen: clicked, or Return or Space pressed.
        focused: has the keyboard focus now.
        details_requested, cancel_requested: their buttons.
        menu_requested: global position for the context menu.
        renamed: a new name was typed.
        favorite_requested: the star was clicked.
        dragged: with the global position of the mouse; the card stays where it is.
        drag_ended: likewise, or None where Esc gave it up.
    """

    accessible_role = QAccessible.Role.ListItem
    chosen = Signal()
    focused = Signal()
    details_requested = Signal()
    cancel_requested = Signal()
    menu_requested = Signal(object)
    renamed = Signal(str)
    favorite_requested = Signal()
    dragged = Signal(QPoint)
    drag_ended = Signal(object)

    def __init__(self, style: Style | None, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.style_id: str | None = None
        self.shown_style: Style | None = None
        self.problem = ""
        self._selected = False
        self._marks = NO_MARKS
        self._pressed: QPoint | None = None  # where a drag would begin
        self._dragging = False
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.mosaic = Mosaic(loader, MOSAIC_SIDE, "")
        self.name = NameEdit()
        self.name.renamed.connect(self.renamed)
        self.name.edit_ended.connect(self.setFocus)
        self.summary = PlainLabel()
        self.summary.setWordWrap(True)
        self.contradiction = PlainLabel()
        self.contradiction.setProperty("role", "warning")
        self.contradiction.setWordWrap(True)
        self._report: StyleReport | None = None
        self.badge = PlainLabel()
        self.badge.setProperty("role", "badge")
        self.mixed = PlainLabel()
        self.mixed.setProperty("role", "badge")
        self.mixed.setToolTip("Mixed into the photo's style")
        self.mixed.hide()
        self.details = QToolButton()
        self.details.setIcon(icon("mdi6.chevron-right"))
        self.details.setToolTip("References of this style")
        self.details.setAccessibleName("References")
        self.details.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.details.clicked.connect(self.details_requested)
        self.star = QToolButton()
        self.star.setAccessibleName("Favourite")
        self.star.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.star.clicked.connect(self.favorite_requested)
        # It keeps its room while it is hidden, so that nothing moves under the mouse.
        policy = self.star.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.star.setSizePolicy(policy)
        self.progress = ProgressRow()
        self.progress.cancelled.connect(self.cancel_requested)
        self._lay_out()
        self.set_style(style)
        self.set_selected(False)

    def accessible_value(self) -> str:
        """Whether it is the selected one, what it is made of, and what is the matter with it."""
        mixed = f"mixed in, {self.mixed.text()}" if self.mixed.isVisibleTo(self) else ""
        star = "favourite" if self._marks.favorite else ""
        said = ("selected" if self._selected else "", mixed, star, self.summary.text(), self.problem)
        return ", ".join(part for part in said if part)

    def _lay_out(self) -> None:
        made_of = QHBoxLayout()
        made_of.setSpacing(HALF_SPACE)
        made_of.addWidget(self.summary, 1)
        made_of.addWidget(self.badge, alignment=Qt.AlignmentFlag.AlignTop)
        made_of.addWidget(self.mixed, alignment=Qt.AlignmentFlag.AlignTop)
        right = self._right = QVBoxLayout()
        right.setSpacing(2)
        right.addStretch(1)
        right.addWidget(self.name)
        right.addLayout(made_of)
        right.addWidget(self.contradiction)
        right.addWidget(self.progress)
        right.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, HALF_SPACE, SPACE)
        layout.setSpacing(SPACE + HALF_SPACE)
        layout.addWidget(self.mosaic)
        layout.addLayout(right, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addWidget(self.star)
        buttons.addWidget(self.details)
        layout.addLayout(buttons)

    def set_style(self, style: Style | None) -> None:
        """Show a style as it is now: another one than before, or that one."""
        self.shown_style, self.style_id = style, style.id if style is not None else None
        self.mosaic.set_icon("mdi6.circle-half-full" if style is None else "mdi6.image-multiple-outline")
        if style is None:
            self.name.set_name(NEUTRAL_NAME)
        elif not self.name.editing:
            self.name.set_name(style.name)
        self.details.setVisible(style is not None)
        self._show_star()
        self.mosaic.set_paths([reference.after for reference in style.references] if style is not None else [])
        self.setAccessibleName(self.name.name)
        self._show_state()

    def set_marks(self, marks: StyleMarks) -> None:
        """Show what is noted about the style."""
        if marks != self._marks:
            self._marks = marks
            self._show_star()
            self._show_state()

    def _show_star(self) -> None:
        """Always where the style is a favourite, else under the mouse alone."""
        favorite = self._marks.favorite
        self.star.setIcon(icon("mdi6.star" if favorite else "mdi6.star-outline", *STAR_COLORS[favorite]))
        self.star.setToolTip("Not a favourite any more" if favorite else "Make it a favourite")
        self.star.setVisible(self.shown_style is not None and (favorite or self.underMouse()))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_star()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_star()

    def set_compact(self, compact: bool) -> None:
        """Take little height, so that more cards are in sight."""
        self.mosaic.set_side(COMPACT_SIDE if compact else MOSAIC_SIDE)
        self._right.setSpacing(0 if compact else 2)
        space = HALF_SPACE // 2 if compact else SPACE
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(SPACE, space, HALF_SPACE, space)

    def set_report(self, report: StyleReport | None) -> None:
        """Say how ready the style is and what is wrong with its references; None while little is known."""
        if report != self._report:
            self._report = report
            self._show_state()

    def set_selected(self, selected: bool) -> None:
        self.mosaic.set_checked(selected)
        set_flag(self, "selected", selected)
        self._selected = selected

    def show_mix(self, style: StylePart) -> None:
        """Show how much of it is mixed into the photo's style, if it is the second one of a blend."""
        mixed_in = self.style_id is not None and style.blend_id == self.style_id
        self.mixed.setText(f"+ {MIX.text(style.mix)}" if mixed_in else "")
        self.mixed.setVisible(mixed_in)

    def set_drop_target(self, marked: bool) -> None:
        """Mark the card while edits are dragged above it."""
        set_flag(self, "drop", marked)

    def show_progress(self, fraction: float, text: str) -> None:
        self.problem = ""
        self.progress.show_progress(fraction, text)
        self._show_state()

    def end_progress(self, problem: str) -> None:
        """Back to the summary, or to the sentence that says what went wrong."""
        self.problem = problem
        self.progress.hide()
        self._show_state()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._dragging:
            self._end_drag(event.globalPosition().toPoint())
        elif self._pressed is not None and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()
        self._pressed = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.globalPosition().toPoint()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.globalPosition().toPoint()
        if self._pressed is None or self.style_id is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if not self._dragging:
            self._dragging = (place - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if self._dragging:
            self.dragged.emit(place)

    def _end_drag(self, place: QPoint | None) -> None:
        self._dragging = False
        self._pressed = None
        self.drag_ended.emit(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.shown_style is not None:
            self.details_requested.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.style_id is None:
            return
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_requested.emit(self.mapToGlobal(self.rect().center()) if keyboard else event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not event.modifiers():
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_Escape and self._dragging:
            self._end_drag(None)
        elif event.key() == Qt.Key.Key_Escape and self.progress.isVisible():
            self.cancel_requested.emit()
        else:
            event.ignore()

    def _show_state(self) -> None:
        """Progress, or what is wrong, or what the style is made of."""
        busy = self.progress.isVisibleTo(self)
        builtin = self.shown_style is not None and self.shown_style.builtin
        self.summary.setVisible(not busy)
        archived = self._marks.archived
        self.badge.setText("archived" if archived else "built-in")
        self.badge.setToolTip(plain(ARCHIVED if archived else BUILT_IN))
        self.badge.setVisible((builtin or archived) and not busy and not self.problem)
        style, told = self.shown_style, [] if busy or self.problem else self._warnings()
        self.contradiction.setText("\n".join(f"⚠ {sentence}" for sentence in told))
        self.contradiction.setVisible(bool(told))
        text, tip = "General enhancement only" if style is None else summary(style), ""
        if style is not None and not builtin:
            report = self._report or StyleReport()
            ready = readiness(style, report.agreement, report.seen)
            text, tip = f"{text} · {ready.level.value}", f"{ready.reason} {ready.advice}".rstrip()
        self.summary.setText(self.problem or "  ".join(filter(None, (text, named(self._marks)))))
        self.summary.setToolTip(plain(self.problem or tip))
        set_flag(self.summary, "role", "error" if self.problem else "muted")

    def _warnings(self) -> list[str]:
        """What is wrong with the references."""
        style, report = self.shown_style, self._report or StyleReport()
        if style is None or style.builtin:
            return []
        found = contradiction(list(report.agreement.values()))
        self.contradiction.setToolTip(plain(WHAT_TO_DO if found is not None else ""))
        return [said for said in (found.sentence if found is not None else "", left_out(style, report.seen)) if said]


def summary(style: Style) -> str:
    """What a style is made of, such as `4 pairs, 1 edit`."""
    pairs, muted = style.pair_count, len(style.references) - len(style.active)
    edits = len(style.active) - pairs
    parts = [counted(number, word) for number, word in ((pairs, "pair"), (edits, "edit")) if number]
    parts += [f"{muted} muted"] if muted else []
    return ", ".join(parts) or "No references"
