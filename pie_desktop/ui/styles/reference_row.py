"""One reference of a style in the detail view."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.styles.store import StyleReference
from pie_desktop.styles.style import DOUBTFUL
from pie_desktop.ui.styles.mosaic import Mosaic
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon, set_flag
from pie_desktop.ui.thumbnails import ThumbnailLoader
from pie_desktop.ui.widgets.labels import ElidedLabel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

IMAGE_SIDE = 60


class ReferenceRow(QFrame):
    """Original and edit side by side, whether it is a pair, and how well it fits the others.

    Signals:
        choose_original_requested, drop_original_requested, swap_requested, dismiss_requested, remove_requested,
            reveal_requested: from the buttons and the menu.
    """

    choose_original_requested = Signal()
    drop_original_requested = Signal()
    swap_requested = Signal()
    dismiss_requested = Signal()
    remove_requested = Signal()
    reveal_requested = Signal()

    def __init__(
        self, reference: StyleReference, editable: bool, loader: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.reference = reference
        self._editable = editable
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.before = Mosaic(loader, IMAGE_SIDE, "mdi6.image-off-outline")
        self.before.set_paths([reference.before] if reference.before else [])
        self.before.setToolTip(plain(reference.before_source or "No original is known for this edit"))
        self.after = Mosaic(loader, IMAGE_SIDE, "mdi6.image-outline")
        self.after.set_paths([reference.after])
        self.after.setToolTip(plain(reference.source))
        name = Path(reference.source).name
        paired = "by hand" if reference.by_hand else "pair"
        self.setAccessibleName(f"{name}, {paired if reference.before else 'edit only'}")
        self.title = ElidedLabel(name, Qt.TextElideMode.ElideMiddle)
        self.badge = PlainLabel("swapped?" if reference.doubt else paired if reference.before else "edit only")
        if reference.by_hand:
            self.badge.setToolTip("You made this edit here; what it corrects is carried over to the other references.")
        self.badge.setProperty("role", "badge" if reference.before and not reference.doubt else "badge-warning")
        if reference.doubt:
            self.badge.setToolTip(
                plain(f"{reference.doubt} Use the menu to swap them, or to say that they are not swapped.")
            )
            self.setAccessibleDescription(reference.doubt)
        self.fit = PlainLabel()
        self.fit.setToolTip("How well this edit fits the others. Remove one that does not, or give it its own style.")
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

    def set_agreement(self, agreement: float | None) -> None:
        """How well the edit fits the others, 0 to 1; None while that is not known."""
        self.fit.setText("" if agreement is None else f"fits {100 * agreement:.0f} %")
        set_flag(self.fit, "role", "warning" if agreement is not None and agreement < DOUBTFUL else "muted")

    def menu(self) -> QMenu:
        """What can be done with the reference."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._editable:
            replace = "Choose another original…" if self.reference.before else "Choose original…"
            menu.addAction(icon("mdi6.image-plus"), replace, self.choose_original_requested.emit)
            if self.reference.before:
                menu.addAction(icon("mdi6.swap-horizontal"), "Swap edit and original", self.swap_requested.emit)
                if self.reference.doubt:
                    menu.addAction(icon("mdi6.check"), "Edit and original are not swapped", self.dismiss_requested.emit)
                menu.addAction(icon("mdi6.image-minus"), "Use without original", self.drop_original_requested.emit)
        menu.addAction(icon("mdi6.folder-search-outline"), "Show edit in file manager", self.reveal_requested.emit)
        if self._editable:
            menu.addSeparator()
            menu.addAction(icon("mdi6.trash-can-outline"), "Remove from style", self.remove_requested.emit)
        return menu

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
