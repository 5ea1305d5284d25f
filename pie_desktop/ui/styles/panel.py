"""The style panel: choose a style, make one by dropping edits, see what a style is made of."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from pie_desktop.errors import PieError
from pie_desktop.styles.style import Style
from pie_desktop.ui.actions.commands import ActionTip, Command
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import PHOTO_FILTER, show_in_file_manager
from pie_desktop.ui.styles.actions import StyleActions
from pie_desktop.ui.styles.details import StyleDetails
from pie_desktop.ui.styles.drop_zone import DropZone
from pie_desktop.ui.styles.dropping import StyleDrops
from pie_desktop.ui.styles.folder_row import FolderStyleRow
from pie_desktop.ui.styles.gallery_page import GalleryPage
from pie_desktop.ui.styles.making import StyleMaker
from pie_desktop.ui.styles.marking import StyleMarking
from pie_desktop.ui.styles.mosaic import StyleImages
from pie_desktop.ui.styles.sharing import StyleSharing
from pie_desktop.ui.styles.versions_dialog import StyleVersions
from pie_desktop.ui.theme import SPACE, icon


class StylePanel(QWidget):
    """Gallery and details of the styles; shows what the controller reports.

    Attributes:
        new_button, taste_button: make a style of edits or by picks; the owner places them.

    Signals:
        style_selected: id of the style that is selected and ready now, None for neutral. `CurrentEdit` says the same.
        look_requested: id of the style whose look is to be exported.
        liking_requested: a style of photos that are liked.
        taste_requested: the `Style` to refine by picks, or None to find a taste from nothing.
        search_wanted: the styles are to be in sight, for a search among them.
        reference_requested: ids of a style and of its reference that is to be shown large.
        current_changed: another style is the one that actions apply to, or it is another one than before.
    """

    style_selected = Signal(object)
    look_requested = Signal(str)
    taste_requested = Signal(object)
    liking_requested = Signal()
    search_wanted = Signal()
    reference_requested = Signal(str, str)
    current_changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.controller = StyleMaker(context, self)
        self._images = StyleImages(context.thumbnails, context.display, self)
        self.page = GalleryPage(self._images.loader, context.settings)
        self.gallery = self.page.gallery
        self.details = StyleDetails(self._images.loader)
        self.drop_zone = DropZone(context.keys)
        self.new_button = QToolButton()
        self.new_button.setIcon(icon("mdi6.plus"))
        self.new_button.setText("New")
        self.new_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        ActionTip(self.new_button, context.keys, "new_style")
        self.taste_button = QToolButton()
        self.taste_button.setIcon(icon("mdi6.compare-horizontal"))
        self.taste_button.setAccessibleName("Find my taste")
        ActionTip(self.taste_button, context.keys, "find_taste")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.page)
        self._pages.addWidget(self.details)
        self._lay_out()
        self._drops = StyleDrops(self, self)
        self.style_actions = StyleActions(self, self.gallery, context.keys, self._current_style)
        self.sharing = StyleSharing(context, self.controller, self)
        self.versions = StyleVersions(context, self.controller, self)
        self.style_actions.versions_requested.connect(self.versions.show)
        self.marking = StyleMarking(context, self.controller, self.style_actions, self.page)
        self.page.shown.connect(self.current_changed)
        Command(context.keys, "find_style", self.find_style, self)
        Command(context.keys, "remove_reference", self.details.remove_focused, self.details)
        Command(context.keys, "mute_reference", self.details.mute_focused, self.details)
        self._connect()
        self.controller.refresh()
        # Another window may have changed the styles while one worked there.
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._on_application)

    def select_style(self, style_id: str | None) -> None:
        """Select a style once its preference is ready; None for neutral."""
        self.controller.choose(style_id)

    def add_edits(self, paths: Sequence[Path], style_id: str | None = None) -> None:
        """Make a style of edited photos or folders of them, or add them to the style `style_id`."""
        self.controller.add_edits(paths, style_id)

    def import_styles(self, files: Sequence[Path]) -> None:
        """Take in styles from files that somebody passed on."""
        self.controller.import_shared(files)

    def choose_edits(self, style_id: str | None = None) -> None:
        """Ask for edited photos, then do as `add_edits`."""
        title = "Choose edited photos" if style_id is None else "Add edited photos"
        settings = self._context.settings
        chosen, _ = QFileDialog.getOpenFileNames(self, title, settings.text("styles.folder"), PHOTO_FILTER)
        if chosen:
            settings.set("styles.folder", str(Path(chosen[0]).parent))
            self.add_edits([Path(path) for path in chosen], style_id)

    def find_style(self) -> None:
        """Give the search field the keyboard."""
        if self.shows_details:
            self.close_details()
        self.search_wanted.emit()
        self.page.start_search()

    def open_details(self, style_id: str) -> None:
        """Show the references of a style."""
        style = self.controller.style(style_id)
        if style is None:
            return
        self._show_in_details(style)
        self.details.progress.setVisible(self.controller.is_busy(style_id))
        self._pages.setCurrentWidget(self.details)
        self.details.back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._load_images()
        wanted = self._context.current.wanted
        if wanted is None or not self.controller.is_busy(wanted):
            self.controller.prepare(style_id)  # for the agreement of its references

    def close_details(self) -> None:
        style_id = self.details.style_id
        self._pages.setCurrentWidget(self.page)
        self.gallery.show_card(style_id)

    @property
    def shows_details(self) -> bool:
        return self._pages.currentWidget() is self.details

    @property
    def has_own(self) -> bool:
        """Whether there are styles of the user's own."""
        return any(not style.builtin for style in self.controller.styles)

    def current_id(self) -> str | None:
        """The style that actions apply to: the one shown in detail, else that of the current card."""
        if self.shows_details:
            return self.details.style_id
        return self.gallery.current_id

    def _current_style(self) -> Style | None:
        return self.controller.style(self.current_id())

    def context_menu(self, style_id: str) -> QMenu:
        """The context menu for a style, which gets the focus, so that the actions apply to it."""
        self.gallery.show_card(style_id)
        style = self.controller.style(style_id)
        return self.style_actions.menu(builtin=style is None or style.builtin)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever gives the panel the focus means the card, or the details, that had it last."""
        super().focusInEvent(event)
        if self.shows_details:
            self.details.back.setFocus(event.reason())
        else:
            self.gallery.show_card(self.gallery.current_id)

    # ---- what the controller reports

    def _on_listed(self) -> None:
        styles = self.controller.styles
        self._images.forget_changed(styles)
        reports = {style.id: self.controller.preferences.report(style) for style in styles}
        self.page.set_library(styles, self.controller.marks, reports)
        self.page.set_selected(self._context.current.wanted)
        self.show_drop_zone(not self.has_own)
        if self.shows_details:
            style = self.controller.style(self.details.style_id)
            if style is None:
                self.close_details()
            else:
                self._show_in_details(style)
        self._load_images()
        self.current_changed.emit()

    def _on_application(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self.controller.refresh()

    def _show_in_details(self, style: Style) -> None:
        self.details.set_style(style, self.controller.preferences.report(style))

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
        self.page.reveal(style_id)
        self.gallery.show_card(style_id)
        if style_id in self.gallery.cards:
            self.gallery.cards[style_id].name.edit()

    def _rename(self, style_id: str) -> None:
        if self.shows_details:
            self.details.name.edit()
        else:
            self.gallery.show_card(style_id)
            self.gallery.cards[style_id].name.edit()

    def _reveal(self, path: Path) -> None:
        try:
            show_in_file_manager(path)
        except PieError as error:
            self._context.notifier.error(str(error))

    def _load_images(self) -> None:
        shown, other = self.details.images(), self.gallery.images()
        self._images.load(*(shown, other) if self.shows_details else (other, shown), self.devicePixelRatioF())

    def _connect(self) -> None:
        controller, gallery, details = self.controller, self.gallery, self.details
        controller.listed.connect(self._on_listed)
        controller.busy.connect(self._on_busy)
        controller.idle.connect(self._on_idle)
        controller.created.connect(self._on_created)
        current = self._context.current
        current.wanted_changed.connect(lambda: self.page.set_selected(current.wanted))
        current.style_changed.connect(lambda style_id: self.style_selected.emit(style_id or None))
        current.changed.connect(lambda edit, moving: None if moving else gallery.show_mix(edit.style))
        gallery.made.connect(self._load_images)
        gallery.current_changed.connect(self.current_changed)
        self._pages.currentChanged.connect(self.current_changed)
        gallery.chosen.connect(self.select_style)
        gallery.details_requested.connect(self.open_details)
        gallery.renamed.connect(controller.rename)
        gallery.menu_requested.connect(lambda style_id, position: self.context_menu(style_id).popup(position))
        gallery.cancel_requested.connect(controller.cancel)
        details.closed.connect(self.close_details)
        details.renamed.connect(controller.rename)
        details.original_chosen.connect(controller.set_original)
        details.swap_requested.connect(controller.swap_pair)
        details.dismiss_requested.connect(controller.dismiss_doubt)
        details.remove_requested.connect(controller.remove_reference)
        details.mute_requested.connect(controller.set_muted)
        details.shown_large.connect(self.reference_requested)
        details.reveal_requested.connect(self._reveal)
        details.cancel_requested.connect(controller.cancel)
        self.drop_zone.clicked.connect(self.choose_edits)
        actions = self.style_actions
        self.new_button.clicked.connect(actions.new.trigger)
        actions.new_requested.connect(self.choose_edits)
        actions.add_requested.connect(self.choose_edits)
        actions.details_requested.connect(self.open_details)
        actions.rename_requested.connect(self._rename)
        actions.duplicate_requested.connect(controller.duplicate)
        actions.look_requested.connect(self.look_requested)
        self.taste_button.clicked.connect(actions.taste.trigger)
        actions.taste_requested.connect(lambda: self.taste_requested.emit(None))
        actions.liking_requested.connect(self.liking_requested)
        actions.refine_requested.connect(lambda style_id: self.taste_requested.emit(controller.style(style_id)))
        actions.blend_requested.connect(controller.blend)
        actions.share_requested.connect(self.sharing.export)
        actions.import_requested.connect(self.sharing.ask_for_files)
        actions.delete_requested.connect(controller.delete)
        actions.undo_requested.connect(controller.undo_delete)

    def show_drop_zone(self, shown: bool) -> None:
        """Those who have made a style know the way; the room is for their styles."""
        space = SPACE if shown else 0
        self._bottom.setContentsMargins(space, space, space, space)
        self.drop_zone.setVisible(shown)

    def add_folder_row(self, row: FolderStyleRow) -> None:
        """Show the style of the folder above the cards."""
        self._layout.insertWidget(0, row)
        controller = self.controller
        controller.listed.connect(lambda: row.set_styles(controller.styles, controller.marks))

    def _lay_out(self) -> None:
        self._bottom = QVBoxLayout()
        self._bottom.addWidget(self.drop_zone)
        self.show_drop_zone(True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._pages, 1)
        self._layout.addLayout(self._bottom)
