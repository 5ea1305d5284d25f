"""The style panel: choose a style, make one by dropping edits, see what a style is made of."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from pie_desktop.errors import PieError
from pie_desktop.styles.store import Style
from pie_desktop.styles.style import contradiction
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import PHOTO_FILTER, show_in_file_manager
from pie_desktop.ui.styles.actions import EditDrops, StyleActions
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.styles.details import StyleDetails
from pie_desktop.ui.styles.drop_zone import DropZone
from pie_desktop.ui.styles.gallery import StyleGallery
from pie_desktop.ui.theme import HALF_SPACE, SPACE, icon
from pie_desktop.ui.thumbnails import ThumbnailLoader, side_for

CACHE_BYTES = 32 * 2**20
IMAGE_SIDE = 96


class StylePanel(QWidget):
    """Gallery and details of the styles; shows what the controller reports.

    Signals:
        style_selected: id of the style that is selected and ready now, None for neutral. The context tells the same.
        look_asked: id of the style whose look shall be exported.
    """

    style_selected = Signal(object)
    look_asked = Signal(str)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.controller = StyleController(context, self)
        self._loader = ThumbnailLoader(context.thumbnails, self, CACHE_BYTES, display=context.display)
        self.gallery = StyleGallery(self._loader)
        self.details = StyleDetails(self._loader)
        self.drop_zone = DropZone()
        self._new = QToolButton()
        self._new.setIcon(icon("mdi6.plus"))
        self._new.setText("New")
        self._new.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._new.setToolTip("Make a style from edited photos (Ctrl+Shift+N)")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.gallery)
        self._pages.addWidget(self.details)
        self._digests: dict[Path, str] = {}
        self._lay_out()
        self._drops = EditDrops(self)
        self.actions_of_styles = StyleActions(self)
        self._connect()
        self.controller.refresh()

    def select_style(self, style_id: str | None) -> None:
        """Select a style once its preference is ready; None for neutral."""
        self.controller.choose(style_id)

    def add_edits(self, paths: Sequence[Path], style_id: str | None = None) -> None:
        """Make a style of edited photos or folders of them, or add them to the style `style_id`."""
        self.controller.add_edits(paths, style_id)

    def choose_edits(self, style_id: str | None = None) -> None:
        """Ask for edited photos, then do as `add_edits`."""
        title = "Choose edited photos" if style_id is None else "Add edited photos"
        settings = self._context.settings
        chosen, _ = QFileDialog.getOpenFileNames(self, title, settings.get("styles.folder", ""), PHOTO_FILTER)
        if chosen:
            settings.set("styles.folder", str(Path(chosen[0]).parent))
            self.add_edits([Path(path) for path in chosen], style_id)

    def open_details(self, style_id: str) -> None:
        """Show the references of a style."""
        style = self.controller.style(style_id)
        if style is None:
            return
        self.details.set_style(style, self.controller.agreement(style))
        self.details.progress.setVisible(self.controller.is_busy(style_id))
        self._pages.setCurrentWidget(self.details)
        self.details.back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._load_images()
        if self.controller.wanted is None or not self.controller.is_busy(self.controller.wanted):
            self.controller.prepare(style_id)  # for the agreement of its references

    def close_details(self) -> None:
        style_id = self.details.style_id
        self._pages.setCurrentWidget(self.gallery)
        self.gallery.show_card(style_id)

    @property
    def shows_details(self) -> bool:
        return self._pages.currentWidget() is self.details

    def current_id(self) -> str | None:
        """The style that actions apply to: the one shown in detail, else that of the current card."""
        if self.shows_details:
            return self.details.style_id
        return self.gallery.current_id

    # ---- keys

    def event(self, event: QEvent) -> bool:
        # Within the panel its own shortcuts win over the window's, where Ctrl+Z for instance undoes something else.
        if event.type() == QEvent.Type.ShortcutOverride and self._action_of(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever gives the panel the focus means the card, or the details, that had it last."""
        super().focusInEvent(event)
        if self.shows_details:
            self.details.back.setFocus(event.reason())
        else:
            self.gallery.show_card(self.gallery.current_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self._action_of(event)
        if action is not None:
            action.trigger()
        else:
            super().keyPressEvent(event)

    def _action_of(self, event: QEvent) -> QAction | None:
        if not isinstance(event, QKeyEvent):
            return None
        pressed = QKeySequence(event.keyCombination())
        return next((action for action in self.actions() if action.isEnabled() and action.shortcut() == pressed), None)

    # ---- what the controller reports

    def _on_listed(self) -> None:
        styles = self.controller.styles
        self._forget_changed_images(styles)
        self.gallery.set_styles(styles)
        for listed in styles:
            agreement = self.controller.agreement(listed)
            self.gallery.set_contradiction(listed.id, contradiction(list(agreement.values())))
        self.gallery.set_selected(self.controller.wanted)
        self.drop_zone.set_brief(any(not style.builtin for style in styles))
        if self.shows_details:
            style = self.controller.style(self.details.style_id)
            if style is None:
                self.close_details()
            else:
                self.details.set_style(style, self.controller.agreement(style))
        self._load_images()

    def _on_busy(self, key: str, fraction: float, text: str) -> None:
        self.gallery.show_progress(key, fraction, text)
        if key == self.details.style_id:
            self.details.progress.show_progress(fraction, text)

    def _on_idle(self, key: str, problem: str) -> None:
        self.gallery.end_progress(key, problem)
        if key == self.details.style_id:
            self.details.progress.hide()

    def _on_created(self, style_id: str) -> None:
        if self.shows_details:
            self.close_details()
        self.gallery.show_card(style_id)
        self.gallery.cards[style_id].name.edit()

    def _on_wanted_changed(self) -> None:
        self.gallery.set_selected(self.controller.wanted)

    def _on_selected(self, style_id: str) -> None:
        self.style_selected.emit(style_id or None)

    def _on_original_chosen(self, reference_id: str, original: Path | None) -> None:
        if self.details.style_id is not None:
            self.controller.set_original(self.details.style_id, reference_id, original)

    def _on_remove_asked(self, reference_id: str) -> None:
        if self.details.style_id is not None:
            self.controller.remove_reference(self.details.style_id, reference_id)

    def _reveal(self, path: Path) -> None:
        try:
            show_in_file_manager(path)
        except PieError as error:
            self._context.notifier.error(str(error))

    def _forget_changed_images(self, styles: Sequence[Style]) -> None:
        """An original that was chosen anew has the same file name as the one before."""
        references = {reference.after: reference for style in styles for reference in style.references}
        for after, reference in references.items():
            if self._digests.get(after, reference.digest) != reference.digest:
                self._loader.forget([path for path in (after, reference.before) if path is not None])
        self._digests = {after: reference.digest for after, reference in references.items()}

    def _load_images(self) -> None:
        self._loader.side = side_for(IMAGE_SIDE * self.devicePixelRatioF())
        shown, other = self.details.images(), self.gallery.images()
        self._loader.want(*(shown, other) if self.shows_details else (other, shown))

    def _connect(self) -> None:
        controller, gallery, details = self.controller, self.gallery, self.details
        controller.listed.connect(self._on_listed)
        controller.busy.connect(self._on_busy)
        controller.idle.connect(self._on_idle)
        controller.created.connect(self._on_created)
        controller.wanted_changed.connect(self._on_wanted_changed)
        self._context.style_selected.connect(self._on_selected)
        gallery.chosen.connect(self.select_style)
        gallery.details_asked.connect(self.open_details)
        gallery.renamed.connect(controller.rename)
        gallery.menu_asked.connect(self.actions_of_styles.show_menu)
        gallery.cancel_asked.connect(controller.cancel)
        details.closed.connect(self.close_details)
        details.renamed.connect(lambda name: controller.rename(details.style_id or "", name))
        details.original_chosen.connect(self._on_original_chosen)
        details.swap_asked.connect(lambda reference: controller.swap_pair(details.style_id or "", reference))
        details.dismiss_requested.connect(lambda reference: controller.dismiss_doubt(details.style_id or "", reference))
        details.remove_asked.connect(self._on_remove_asked)
        details.reveal_asked.connect(self._reveal)
        details.cancel_asked.connect(lambda: controller.cancel(details.style_id or ""))
        self.drop_zone.clicked.connect(self.choose_edits)
        self._new.clicked.connect(self.actions_of_styles.new.trigger)

    def _lay_out(self) -> None:
        heading = QLabel("STYLES")
        heading.setProperty("role", "heading")
        top = QHBoxLayout()
        top.setContentsMargins(SPACE, HALF_SPACE, HALF_SPACE, HALF_SPACE)
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(self._new)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        bottom.addWidget(self.drop_zone)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        layout.addLayout(bottom)
