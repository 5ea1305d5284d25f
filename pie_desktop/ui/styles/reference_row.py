"""One reference of a style in the detail view."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.styles.consistency import Fit
from pie_desktop.styles.store import StyleReference
from pie_desktop.ui.styles.mosaic import Mosaic
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon, set_flag
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.widgets.elision import Differences
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

IMAGE_SIDE = 60
_FIT_TIP = (
    "How well this edit fits the others. Edits that differ because the photos do are fine; mute or remove one that "
    "does not belong"
)


class ReferenceRow(QFrame):
    """Original and edit side by side, whether it is a pair, and how well it fits the others.

    Attributes:
        editable: whether the style may be changed.

    Signals:
        opened: a click on a photo, a double click elsewhere, or Return.
        mute_requested: whether nothing is to be learned from it.
        choose_original_requested, drop_original_requested, swap_requested, dismiss_requested, remove_requested,
            reveal_requested: from the buttons and the menu.
    """

    choose_original_requested = Signal()
    drop_original_requested = Signal()
    swap_requested = Signal()
    dismiss_requested = Signal()
    remove_requested = Signal()
    mute_requested = Signal(bool)
    opened = Signal()
    reveal_requested = Signal()

    def __init__(
        self, reference: StyleReference, editable: bool, loader: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.reference = reference
        self.editable = editable
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.before = Mosaic(loader, IMAGE_SIDE, "mdi6.image-off-outline")
        self.before.set_paths([reference.before] if reference.before else [])
        self.before.setToolTip(plain(reference.before_source or "No original is known for this edit"))
        self.after = Mosaic(loader, IMAGE_SIDE, "mdi6.image-outline")
        self.after.set_paths([reference.after])
        for photo in (self.before, self.after):
            photo.set_faded(reference.muted)
            photo.setCursor(Qt.CursorShape.PointingHandCursor)
        self.after.setToolTip(plain(reference.source))
        name = Path(reference.source).name
        paired = "by hand" if reference.by_hand else "pair"
        self.setAccessibleName(f"{name}, {paired if reference.before else 'edit only'}")
        self.title = ElidedLabel(name, Qt.TextElideMode.ElideMiddle)
        kind = "swapped?" if reference.doubt else paired if reference.before else "edit only"
        self.badge = PlainLabel("muted" if reference.muted else kind)
        if reference.by_hand:
            self.badge.setToolTip("You made this edit here; what it corrects is carried over to the other references.")
        self.badge.setProperty("role", "badge" if reference.before and not reference.doubt else "badge-warning")
        if reference.doubt:
            self.badge.setToolTip(
                plain(f"{reference.doubt} Use the menu to swap them, or to say that they are not swapped.")
            )
            self.setAccessibleDescription(reference.doubt)
        self.fit = PlainLabel()
        self.original_button = QToolButton()
        self.original_button.setText("Choose original…")
        self.original_button.setProperty("outlined", True)
        self.original_button.clicked.connect(self.choose_original_requested)
        self.menu_button = QToolButton()
        self.menu_button.setIcon(icon("mdi6.dots-vertical"))
        self.menu_button.setToolTip("More actions for this reference (Menu key)")
        self.menu_button.setAccessibleName("More")
        self.menu_button.clicked.connect(
            lambda: self.menu().popup(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))
        )
        self._lay_out()
        # Only now that it has a parent: shown before, it would be a window of its own for a moment.
        self.original_button.setVisible(editable and reference.before is None)

    def set_names(self, differences: Differences) -> None:
        """The names that stand below each other: what is alike in them is cut first."""
        self.title.set_differences(differences)

    def set_state(self, agreement: float | None, *, damaged: bool, opposed: bool) -> None:
        """Show what is known of the reference.

        Args:
            agreement: how well the edit fits the others, 0 to 1; None while that is not known.
            damaged: whether a copy cannot be read.
            opposed: whether most of the others agree, so that one that differs is worth a second look.
        """
        fit = Fit.of(agreement) if agreement is not None and self.reference.before is not None else None
        percent = 100 * (agreement or 0.0)
        said, tip = ("", "") if fit is None else (fit.value, f"{_FIT_TIP} ({percent:.0f} %).")
        if damaged:
            said, tip = "damaged", "A copy of this reference cannot be read. Remove it, and add the edit anew."
        self.fit.setText(said)
        self.fit.setToolTip(plain(tip))
        set_flag(self.fit, "role", "warning" if damaged or (opposed and fit is Fit.DIFFERS) else "muted")

    def menu(self) -> QMenu:
        """What can be done with the reference."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("mdi6.magnify-plus-outline"), "Show large", self.opened.emit)
        if self.editable:
            muted = self.reference.muted
            text, name = ("Learn from it again", "mdi6.volume-high") if muted else ("Mute", "mdi6.volume-off")
            menu.addAction(icon(name), text, lambda: self.mute_requested.emit(not muted))
            replace = "Choose another original…" if self.reference.before else "Choose original…"
            menu.addAction(icon("mdi6.image-plus"), replace, self.choose_original_requested.emit)
            if self.reference.before:
                menu.addAction(icon("mdi6.swap-horizontal"), "Swap edit and original", self.swap_requested.emit)
                if self.reference.doubt:
                    menu.addAction(icon("mdi6.check"), "Edit and original are not swapped", self.dismiss_requested.emit)
                menu.addAction(icon("mdi6.image-minus"), "Use without original", self.drop_original_requested.emit)
        menu.addAction(icon("mdi6.folder-search-outline"), "Show edit in file manager", self.reveal_requested.emit)
        if self.editable:
            menu.addSeparator()
            menu.addAction(icon("mdi6.trash-can-outline"), "Remove from style", self.remove_requested.emit)
        return menu

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and any(
            photo.geometry().contains(place) for photo in (self.before, self.after)
        ):
            self.opened.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # or the release would go to whatever lies below

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit()
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(HALF_SPACE)
        top.addWidget(self.title, 1)
        top.addWidget(self.menu_button)
        state = QHBoxLayout()
        state.setSpacing(SPACE)
        state.addWidget(self.badge)
        state.addWidget(self.fit)
        state.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addStretch(1)
        right.addLayout(top)
        right.addLayout(state)
        right.addWidget(self.original_button, alignment=Qt.AlignmentFlag.AlignLeft)
        right.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, HALF_SPACE, SPACE)
        layout.setSpacing(HALF_SPACE)
        layout.addWidget(self.before)
        layout.addWidget(self.after)
        layout.addSpacing(HALF_SPACE)
        layout.addLayout(right, 1)
