"""The dialog that writes a look for other programs, and what opens it from the menu and the styles."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from pie_desktop import paths
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.naming import blend_name
from pie_desktop.edit.note import edit_summary
from pie_desktop.engine.blending import remaining
from pie_desktop.errors import PieError
from pie_desktop.export.looks import LookReport
from pie_desktop.imaging.lut.looks import FORMATS, SIZES, SUFFIXES, LookFormat
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.export.look_job import LookOrder, write_look
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.form import add_section
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.ui.widgets.writing_dialog import WritingDialog, paragraph
from pie_desktop.workers.lane import Lane
from pie_desktop.workers.lanes import QueueLane

_WIDTH, _LINES_HEIGHT = 520, 76
_TITLES: dict[LookFormat, str] = {
    "cube": "3D LUT (.cube)",
    "resolve": "3D LUT with a shaper (.cube)",
    "clf": "Common LUT Format (.clf)",
    "hald": "HaldCLUT (.png)",
    "darktable": "darktable style (folder)",
}
_READERS: dict[LookFormat, str] = {
    "cube": "Read by most programs, such as Photoshop, DaVinci Resolve and darktable.",
    "resolve": "For DaVinci Resolve and programs with OpenColorIO only; holds strong adjustments, too.",
    "clf": "For programs with OpenColorIO or ACES, such as Nuke and Blender.",
    "hald": "For RawTherapee, darktable and G'MIC; 64 points per axis, 16 bits.",
    "darktable": "A style for the “lut 3D” module with its .cube file; the README in the folder says where they go.",
}


class LookDialog(WritingDialog):
    """Writes the look of one style, on average or for the open photo, as often as wanted.

    Args:
        lane: of the jobs that write.
        edit: of the look.
        photo: the open photo, or None.
    """

    def __init__(
        self, context: AppContext, lane: Lane, edit: Edit, photo: Path | None, parent: QWidget | None = None
    ) -> None:
        super().__init__("Export look", _WIDTH, _LINES_HEIGHT, context.settings, "looks.folder", parent)
        self._context = context
        self._lane = lane
        self._edit = edit
        self._photo = photo
        shown = remaining(context.library, edit).style
        names = [context.library.get(style_id).name for style_id in shown.styles]
        self._name = blend_name(names, shown.mix) or "Neutral"
        self.subject = ComboBox()
        self.subject.addItem(f"{self._name}, on average", None)
        if photo is not None:
            self.subject.addItem(f"{self._name}, for {photo.name}", photo)
        self.format = ComboBox()
        for kind in FORMATS:
            self.format.addItem(_TITLES[kind], kind)
        self.size_box = ComboBox()
        self.size_box.addItem("As many points as it needs", None)
        for size in SIZES:
            self.size_box.addItem(f"{size} points per axis", size)
        self.hint = paragraph("muted", _LINES_HEIGHT)
        self._build()
        self.format.currentIndexChanged.connect(self._show_hint)
        self.subject.currentIndexChanged.connect(self._show_hint)
        self._show_hint()

    @property
    def kind(self) -> LookFormat:
        return self.format.currentData()

    def choose_file(self) -> None:
        """Ask for the file, or for a darktable style the folder to make its folder in, and write."""
        start = self.last_folder
        if self.kind == "darktable":
            chosen = QFileDialog.getExistingDirectory(self, "Folder for the darktable style", str(start))
            if chosen:
                self.start(Path(chosen) / self._file_name(), overwrite=False)
            return
        suffix = SUFFIXES[self.kind]
        suggested = str(start / f"{self._file_name()}{suffix}")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export look", suggested, f"{_TITLES[self.kind]} (*{suffix})")
        if chosen:
            # Without the suffix, the dialog has asked about a file other than the one that is written.
            self.start(Path(chosen), overwrite=Path(chosen).suffix.lower() == suffix)

    def start(self, path: Path, overwrite: bool) -> None:
        """Write the look that the fields describe; the answer stands below them when it is done."""
        order = LookOrder(
            self._edit,
            self.subject.currentData(),
            self.kind,
            self.size_box.currentData(),
            path,
            overwrite,
        )
        context = self._context
        job = self._lane.submit(write_look, context.engine, context.library, order, title="Exporting look")
        self._follow(job, path, "Writing and measuring…", _said)

    def _file_name(self) -> str:
        photo = self.subject.currentData()
        name = self._name if photo is None else f"{self._name} {photo.stem}"
        return paths.file_stem(name, "look")

    def _show_hint(self) -> None:
        self.size_box.setEnabled(self.kind != "hald")
        average = (
            " It averages what the style does to the originals of its pairs, or to sample photos if it has fewer than "
            "two pairs: one look for all photos, whereas PIE Desktop adapts to the content of each."
        )
        self.hint.setText(_READERS[self.kind] + ("" if self.subject.currentData() is not None else average))

    def _build(self) -> None:
        mix = PlainLabel(edit_summary(self._edit))
        mix.setToolTip("As set by the sliders on the Edit page")
        rows = [("Look of", self.subject), ("Strength", mix), ("Format", self.format), ("Size", self.size_box)]
        add_section(self.column, "", *rows)
        self.column.addWidget(self.hint)
        self._add_ending()


def _said(report: LookReport) -> str:
    return "\n".join([f"{report.path} was written.", *report.sentences])


class LookExport(QObject):
    """Opens the dialog; its jobs have a lane of their own, so that a look need not wait for the export of a folder."""

    def __init__(self, context: AppContext, session: EditSession, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._session = session
        self._window = window
        self._lane = context.add_lane(QueueLane("looks"))
        self.dialog: LookDialog | None = None

    def open(self, style_id: str | None = None) -> None:
        """Ask about the look of a style, or of the open photo's own edit."""
        edit, photo = self._session.edit, self._session.path
        if style_id is not None:
            edit = edit.with_style(style_id)
        try:
            dialog = LookDialog(self._context, self._lane, edit, photo, self._window)
        except PieError as error:
            self._context.notifier.error(str(error))
            return
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
        self.dialog = dialog
        dialog.open()
