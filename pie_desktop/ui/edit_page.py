"""The Edit tab: filmstrip, photo, styles and sliders."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pie_desktop.errors import PieError
from pie_desktop.imaging.listing import is_photo, list_photos, looks_like_photo, one_per_photo
from pie_desktop.styles.style import Style
from pie_desktop.ui.actions.commands import Commands
from pie_desktop.ui.adjust.adjustments import AdjustmentsPanel
from pie_desktop.ui.adjust.geometry_editor import GeometryEditor
from pie_desktop.ui.adjust.panel import AdjustPanel
from pie_desktop.ui.canvas.canvas import Canvas
from pie_desktop.ui.compare.bar import ComparisonBar
from pie_desktop.ui.compare.comparison import StyleComparison
from pie_desktop.ui.compare.sheets import ContactSheets
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.edit_panes import EditPanes
from pie_desktop.ui.editor.cropping import Cropping
from pie_desktop.ui.editor.history_panel import HistoryPanel
from pie_desktop.ui.editor.photo_view import PhotoView
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.editor.style_preview import StylePreview
from pie_desktop.ui.editor.versions import Versions
from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.histogram.panel import HistogramPanel
from pie_desktop.ui.references.beside import ReferenceBeside
from pie_desktop.ui.references.counting import ReferenceCounting
from pie_desktop.ui.references.viewer import ReferenceViewer
from pie_desktop.ui.side_panel import SidePanel
from pie_desktop.ui.styles.folder_row import FolderStyleRow
from pie_desktop.ui.styles.hovering import StyleHovering
from pie_desktop.ui.styles.muting import MutingEffect
from pie_desktop.ui.styles.panel import StylePanel
from pie_desktop.ui.taste.dialog import TasteFinding
from pie_desktop.ui.taste.wall import Liking
from pie_desktop.ui.teaching.row import TeachingRow
from pie_desktop.ui.variations.varying import StyleVarying
from pie_desktop.ui.welcome import WelcomeView
from pie_desktop.ui.why.dialog import Explaining
from pie_desktop.ui.widgets.labels import counted


class EditPage(QWidget):
    """Filmstrip on the left, the photo or the welcome in the middle, styles and sliders on the right.

    Attributes:
        panes: these three beside each other.
    """

    def __init__(self, context: AppContext, session: EditSession, canvas: Canvas, commands: Commands) -> None:
        super().__init__()
        self._context = context
        self._session = session
        self._behind_reference: QWidget | None = None
        self.canvas = canvas
        self.filmstrip = Filmstrip(context)
        self.styles = StylePanel(context)
        self.muting = MutingEffect(context, session, self.styles.controller, self)
        self.folder_row = FolderStyleRow(session.folder_style)
        self.styles.add_folder_row(self.folder_row)
        self.adjust = AdjustPanel(context, session)
        self.photo_view = PhotoView(context, session, commands, canvas)
        counting = ReferenceCounting(context, session, self)
        self.beside = ReferenceBeside(context, session, counting, self.photo_view.reference, commands)
        self.explaining = Explaining(context, session, counting, self)
        commands.bind("why", self.explaining.open)
        self.cropping = Cropping(context, session, self.photo_view)
        self.preview = StylePreview(context, session, self.photo_view)
        self.hovering = StyleHovering(self.styles.gallery)
        self.preview.follow(self.hovering)
        self.comparison = StyleComparison(context, session, self.photo_view, self.styles, self.preview)
        self.photo_view.add_above(ComparisonBar(self.comparison, self.styles.controller))
        self.contact_sheets = ContactSheets(context, session, self.filmstrip.selection, self.comparison.compared, self)
        self.adjustments = AdjustmentsPanel(
            context, session, canvas, {"Geometry": lambda: GeometryEditor(context, self.cropping, commands)}
        )
        self.teaching = TeachingRow(context.keys)
        self.adjustments.add_footer(self.teaching)
        self.welcome = WelcomeView(context)
        self.centre = QStackedWidget()
        self.centre.addWidget(self.welcome)
        self.centre.addWidget(self.photo_view)
        self.reference = ReferenceViewer(context, self.styles.controller)
        self.centre.addWidget(self.reference)
        self.histogram = HistogramPanel(context, canvas.renderer)
        self.versions = Versions(session.keeper, context.steps, self)
        self.history = HistoryPanel(session.keeper, self.versions)
        self.right = SidePanel(self.histogram, self.styles, self.adjustments, self.history, self.adjust)
        self.panes = EditPanes(self.filmstrip, self.centre, self.right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panes)
        self.panes.restore(context.settings)
        self.panes.centre_wanted.connect(lambda: self._centre_area().setFocus())
        self.filmstrip.photo_selected.connect(self.open_photo)
        self.filmstrip.view.activated.connect(lambda: self.panes.show_grid(False))
        self.filmstrip.selection_changed.connect(session.several.select)
        session.keeper.copies_changed.connect(self.filmstrip.index.set_copies)
        session.keeper.changed.connect(self._show_version)
        session.folder_style.kept.connect(self._on_folder_style)
        session.busy.connect(lambda text: self.filmstrip.edited.pause(bool(text)))
        session.several.done.connect(self._on_several_done)
        canvas.step_requested.connect(self.step)
        self.adjustments.end_wanted.connect(canvas.show_end)
        self.cropping.changed.connect(self._show_tilt)
        self.welcome.samples_ready.connect(self.open_paths)
        self.taste = TasteFinding(context, self, lambda: self.filmstrip.listed, self._on_taste)
        self.styles.taste_requested.connect(self.taste.open)
        self.varying = StyleVarying(context, session, self.styles.controller, self.save_blend, self)
        self.styles.search_wanted.connect(self._show_styles)
        self.styles.versions.open_photo = lambda: (
            (session.path, session.edit) if session.photo is not None and session.path is not None else None
        )
        self.styles.reference_requested.connect(self.show_reference)
        self.reference.closed.connect(self._on_reference_closed)
        self.liking = Liking(context, self, lambda: self.filmstrip.listed, self.styles.controller.import_liked)
        self.styles.controller.listed.connect(lambda: self.adjust.blend.set_styles(self.styles.controller.styles))
        self.adjust.blend.save_requested.connect(self.save_blend)
        self.styles.liking_requested.connect(self.liking.open)
        self.histogram.view.warnings_wanted.connect(lambda: canvas.set_warnings(not canvas.warnings))

    def open_paths(self, chosen: Sequence[Path]) -> None:
        """Open photos and folders; what cannot be opened is reported, the rest is opened."""
        photos: list[Path] = []
        folders: list[Path] = []
        for path in (Path(one).absolute() for one in chosen):
            if path.is_dir():
                folders.append(path)
            elif not path.exists():
                self._context.notifier.error(f"“{path}” does not exist; it may have been moved or renamed.")
            elif looks_like_photo(path):
                photos.append(path)
            else:
                self._context.notifier.warning(f"“{path.name}” cannot be opened as a photo and is left out.")
        if len(folders) == 1 and not photos:
            self.filmstrip.set_folder(folders[0])
        elif len(photos) == 1 and not folders and is_photo(photos[0]):  # others are not among those of their folder
            self.filmstrip.set_folder(photos[0].parent, photos[0])
        elif folders or photos:
            self.filmstrip.set_photos([*photos, *self._photos_in(folders)])

    def _on_taste(self, style: Style) -> None:
        self.styles.controller.take_in(style, f"“{style.name}” was made of your picks. F2 gives it another name.")

    def save_blend(self, then: Callable[[Style], None] = lambda _style: None) -> None:
        """Make a style of the blend of the open photo; `then` is told which."""
        open_photo = [] if self._session.path is None else [self._session.path]
        self.styles.controller.save_blend(list(dict.fromkeys([*open_photo, *self.filmstrip.listed])), then)

    def open_photo(self, path: Path, copy: str = "") -> None:
        """Show one photo, or its virtual copy of that name, in the canvas."""
        self.centre.setCurrentWidget(self.photo_view)
        self._session.open(path, copy)

    def show_reference(self, style_id: str, reference_id: str) -> None:
        """Show a reference of a style at the size of the canvas, until Esc or another photo."""
        if self.centre.currentWidget() is not self.reference:
            self._behind_reference = self.centre.currentWidget()
        self.reference.show_reference(style_id, reference_id)
        self.centre.setCurrentWidget(self.reference)
        self.reference.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_reference_closed(self, style_id: str, reference_id: str) -> None:
        if self._behind_reference is not None:
            self.centre.setCurrentWidget(self._behind_reference)
        if not self.styles.details.focus_reference(reference_id):
            self._centre_area().setFocus()

    def _show_version(self) -> None:
        """The list follows where another copy of the open photo was chosen, made or deleted."""
        if (version := self._session.keeper.version) is not None:
            self.filmstrip.show_open(version)

    def _on_folder_style(self, folder: Path) -> None:
        """Photos without an edit of their own are others now."""
        self._context.edits_changed.emit([path for path in self.filmstrip.listed if path.parent == folder])

    def _on_several_done(self, name: str, photos: int) -> None:
        if photos > 1:
            self._context.notifier.info(f"{name}: applied to {counted(photos, 'photo')}.")

    def _show_tilt(self) -> None:
        """The sliders follow a crop that is rotated on the photo."""
        group, part = self.adjustments.groups["Geometry"], self.cropping.part
        if group.sliders is not None and group.sliders.edit.part(type(part)).tilt != part.tilt:
            group.set_edit(self._session.edit.with_part(part))

    def step(self, by: int) -> None:
        """Go to the next photo (+1) or the one before (-1)."""
        if by > 0:
            self.filmstrip.selection.step(1)
        else:
            self.filmstrip.selection.step(-1)

    def _show_styles(self) -> None:
        """Bring the style cards into sight, whatever is shown in their place."""
        self.panes.show_grid(False)
        self.panes.show_panel(self.right, True)
        self.right.show_page("Styles")

    def focus_areas(self) -> list[QWidget]:
        """Where F6 goes, in turn."""
        areas = [self.filmstrip, self._centre_area(), self.styles, self.adjust.strength.track]
        return [area for area in areas if area.isVisible() and area.isEnabled()]

    def remember(self) -> None:
        """Put the layout into the settings."""
        self.panes.remember(self._context.settings)

    def _centre_area(self) -> QWidget:
        shown = self.centre.currentWidget()
        if shown is self.photo_view:
            return self.canvas
        return self.reference if shown is self.reference else self.welcome

    def _photos_in(self, folders: Sequence[Path]) -> list[Path]:
        found: list[Path] = []
        for folder in folders:
            try:
                found.extend(one_per_photo(list_photos(folder), self.filmstrip.raw_pairs.show))
            except PieError as error:
                self._context.notifier.error(str(error))
        return found
