"""The references of one style."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from pie_desktop.engine.style_report import StyleReport
from pie_desktop.styles.readiness import left_out, readiness
from pie_desktop.styles.store import Style, StyleReference
from pie_desktop.styles.style import WHAT_TO_DO, contradiction
from pie_desktop.ui.dialogs import PHOTO_FILTER
from pie_desktop.ui.styles.card import summary
from pie_desktop.ui.styles.card_column import stepped
from pie_desktop.ui.styles.drop_zone import ProgressRow
from pie_desktop.ui.styles.reference_row import ReferenceRow
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon, set_flag
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.widgets.elision import Differences
from pie_desktop.ui.widgets.labels import NameEdit
from pie_desktop.ui.widgets.plain_text import PlainLabel

PAIRS_COUNT_MORE = "An edit teaches far more together with its original. Add the unedited original to each."
BUILT_IN = "This style comes with the program; duplicate it to change it."


class StyleDetails(QWidget):
    """Lists references with their originals and lets the user complete or remove them.

    Signals:
        closed: back to the gallery.
        renamed: style id and the new name.
        original_chosen: style id, reference id and the path of its original, or None to use it without.
        swap_requested, dismiss_requested, remove_requested: style id and reference id.
        mute_requested: style id, reference id and whether nothing is to be learned from it.
        shown_large: style id and reference id; show its photos as large as there is room.
        reveal_requested: path of the edit.
        cancel_requested: id of the style; stop the work on it.
    """

    closed = Signal()
    renamed = Signal(str, str)
    original_chosen = Signal(str, str, object)
    swap_requested = Signal(str, str)
    dismiss_requested = Signal(str, str)
    remove_requested = Signal(str, str)
    mute_requested = Signal(str, str, bool)
    shown_large = Signal(str, str)
    reveal_requested = Signal(object)
    cancel_requested = Signal(str)

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._style: Style | None = None
        self.rows: list[ReferenceRow] = []
        self.back = QToolButton()
        self.back.setIcon(icon("mdi6.arrow-left"))
        self.back.setToolTip("Back to the styles (Esc)")
        self.back.setAccessibleName("Back to the styles")
        self.back.clicked.connect(self.closed)
        self.name = NameEdit()
        self.name.renamed.connect(lambda name: self.renamed.emit(self.style_id, name))
        self.advice = PlainLabel()
        self.advice.setWordWrap(True)
        self.advice.setProperty("role", "muted")
        self.count = PlainLabel()
        self.progress = ProgressRow()
        self.progress.cancelled.connect(lambda: self.cancel_requested.emit(self.style_id))
        self._lay_out()

    @property
    def style_id(self) -> str | None:
        """The style that is shown."""
        return self._style.id if self._style is not None else None

    def set_style(self, style: Style, report: StyleReport | None) -> None:
        """Show a style as it is now, with what can be told of it, None while that is not known."""
        self._style = style
        if not self.name.editing:
            self.name.set_name(style.name)
        self.count.setText(summary(style))
        self._advise(style, report or StyleReport(), known=report is not None)
        self._show_rows(style)
        agreement = report.agreement if report is not None else {}
        damaged = report.seen.damaged if report is not None else ()
        opposed = contradiction(list(agreement.values())) is not None
        names = Differences(Path(reference.source).name for reference in style.references)
        for row in self.rows:
            row.set_names(names)
            agreed = agreement.get(row.reference.id) if len(agreement) > 1 else None
            row.set_state(agreed, damaged=row.reference.id in damaged, opposed=opposed)

    def _advise(self, style: Style, report: StyleReport, *, known: bool) -> None:
        seen = report.seen if known else None
        found, damaged = contradiction(list(report.agreement.values())), left_out(style, seen)
        doubtful = found is not None or bool(damaged) or any(limit.doubtful for limit in report.seen.limits)
        ready = readiness(style, report.agreement, seen)
        told = [f"{ready.level.value.capitalize()}: {ready.reason}", damaged]
        told += [f"{found.sentence} {WHAT_TO_DO}"] if found is not None else [ready.advice]
        told += [limit.sentence for limit in report.seen.limits]
        if found is None and 0 < style.pair_count < len(style.active):
            told.append(PAIRS_COUNT_MORE)
        self.advice.setText(BUILT_IN if style.builtin else " ".join(sentence for sentence in told if sentence))
        set_flag(self.advice, "role", "warning" if doubtful and not style.builtin else "muted")

    def images(self) -> list[Path]:
        """All images shown, from top to bottom."""
        return [path for row in self.rows for path in (*row.before.paths, *row.after.paths)]

    def focus_reference(self, reference_id: str) -> bool:
        """Give the focus to the row of a reference; False where it is not shown."""
        row = next((row for row in self.rows if row.reference.id == reference_id), None)
        if row is None or not row.isVisible():
            return False
        row.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.ensureWidgetVisible(row, 0, SPACE)
        return True

    def remove_focused(self) -> None:
        """Ask to remove the reference whose row has the focus."""
        for row in self.rows:
            if row.hasFocus():
                row.remove_requested.emit()

    def mute_focused(self) -> None:
        """Ask to mute the reference whose row has the focus, or to learn from it again."""
        for row in self.rows:
            if row.hasFocus() and row.editable:
                row.mute_requested.emit(not row.reference.muted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = next((place for place, row in enumerate(self.rows) if row.hasFocus()), None)
        target = stepped(len(self.rows), focused, event)
        if target is not None:
            row = self.rows[target]
            row.setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll.ensureWidgetVisible(row, 0, SPACE)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            event.ignore()

    def _show_rows(self, style: Style) -> None:
        """Rows of references that have not changed stay, so that neither the focus nor the view jumps."""
        kept = {row.reference: row for row in self.rows if row.reference in style.references}
        focused = next((place for place, row in enumerate(self.rows) if row.hasFocus()), None)
        for row in self.rows:
            if row.reference not in kept:
                self._list.removeWidget(row)
                row.hide()
                row.deleteLater()
        self.rows = [kept.get(reference) or self._row(reference, style) for reference in style.references]
        for place, row in enumerate(self.rows):
            if self._list.indexOf(row) != place:
                self._list.insertWidget(place, row)
        if focused is not None and self.rows:
            self.rows[min(focused, len(self.rows) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, reference: StyleReference, style: Style) -> ReferenceRow:
        row = ReferenceRow(reference, not style.builtin, self._loader)
        row.choose_original_requested.connect(lambda: self._choose_original(style, reference))
        row.drop_original_requested.connect(lambda: self.original_chosen.emit(style.id, reference.id, None))
        row.swap_requested.connect(lambda: self.swap_requested.emit(style.id, reference.id))
        row.dismiss_requested.connect(lambda: self.dismiss_requested.emit(style.id, reference.id))
        row.remove_requested.connect(lambda: self.remove_requested.emit(style.id, reference.id))
        row.mute_requested.connect(lambda muted: self.mute_requested.emit(style.id, reference.id, muted))
        row.opened.connect(lambda: self.shown_large.emit(style.id, reference.id))
        row.reveal_requested.connect(lambda: self.reveal_requested.emit(Path(reference.source)))
        return row

    def _choose_original(self, style: Style, reference: StyleReference) -> None:
        start = Path(reference.before_source or reference.source).parent
        title = f"Original of {Path(reference.source).name}"
        chosen, _ = QFileDialog.getOpenFileName(self, title, str(start), PHOTO_FILTER)
        if chosen:
            self.original_chosen.emit(style.id, reference.id, Path(chosen))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(HALF_SPACE)
        top.addWidget(self.back)
        top.addWidget(self.name, 1)
        top.addWidget(self.count)
        content = QWidget()
        self._list = QVBoxLayout(content)
        self._list.setContentsMargins(SPACE, 0, SPACE, 0)
        self._list.setSpacing(HALF_SPACE)
        # Rows that were just put in must not be painted squeezed, before the scroll area has made room for them.
        self._list.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self._list.addStretch(1)
        scroll = self._scroll = QScrollArea()
        scroll.setAccessibleName("References of the style")
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE, 0, SPACE, SPACE)
        head.setSpacing(HALF_SPACE)
        head.addLayout(top)
        head.addWidget(self.advice)
        head.addWidget(self.progress)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)
