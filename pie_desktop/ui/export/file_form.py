"""The Export form's part for the files: format with its options, colour space, size, sharpening, metadata."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pie_desktop.edit.part import Parameter
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.formats.registry import written_formats
from pie_desktop.ui.export.fields import SPIN_WIDTH, SizeField
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.form import ROW_HEIGHT, add_section
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.ui.widgets.slider import LabelledSlider

Choices = tuple[tuple[str, str], ...]
SUBSAMPLING: Choices = (
    ("Chroma: by quality", "auto"),
    ("Chroma: full (4:4:4)", "4:4:4"),
    ("Chroma: half (4:2:2)", "4:2:2"),
    ("Chroma: quarter (4:2:0)", "4:2:0"),
)
COMPRESSION: Choices = (("Deflate", "deflate"), ("LZW", "lzw"), ("Uncompressed", "none"))
COLORS: Choices = (
    ("sRGB", "srgb"),
    ("Display P3", "display-p3"),
    ("Adobe RGB", "adobe-rgb"),
    ("Rec. 2020", "rec2020"),
    ("Same as photo", "source"),
)
SHARPENING: Choices = (("Off", "off"), ("Low", "low"), ("Standard", "standard"), ("High", "high"))
METADATA: Choices = (
    ("All", "all"),
    ("All except location", "no-location"),
    ("Copyright only", "copyright"),
    ("None", "none"),
)

QUALITY = Parameter("file", "quality", "Quality", "Quality of lossy formats.", 92, 1, 100, step=1)


def format_choices() -> tuple[tuple[str, Choices], ...]:
    """Of each format that can be written its title, and its depths with the names that they have in the options."""
    known = {found.title: found.writing for found in written_formats().values() if found.writing is not None}
    return tuple((title, tuple((d.title, d.name) for d in writing.depths)) for title, writing in known.items())


class FileForm(QWidget):
    """Fields for `EncodeOptions`; every format has the same rows, so that nothing moves when it changes.

    Signals:
        changed: other options.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.format = _box((), "Format")
        for title, depths in format_choices():
            self.format.addItem(title, depths)
        self.bits = ComboBox()
        self.bits.setFixedWidth(SPIN_WIDTH)
        self.bits.setAccessibleName("Bits per channel")
        self.bits.setToolTip("Bits per channel; auto keeps those of the photo.")
        self.quality = LabelledSlider(QUALITY, in_form=True)
        self.subsampling = _box(SUBSAMPLING, "Chroma subsampling")
        self.subsampling.setToolTip("By quality: full (4:4:4) from 90 on, a quarter (4:2:0) below.")
        self.compression = _box(COMPRESSION, "Compression")
        self.lossless = QCheckBox("Lossless")
        self.nothing = PlainLabel("Always lossless")
        self.nothing.setProperty("role", "muted")
        self.details = QStackedWidget()
        self._detail_of = {"subsampling": self.subsampling, "compression": self.compression, "lossless": self.lossless}
        for widget in (*self._detail_of.values(), self.nothing):
            self.details.addWidget(widget)
        self.color = _box(COLORS, "Colour space")
        self.color.setToolTip("The profile is always embedded. Wide colour spaces keep colours that sRGB cannot hold.")
        self.size_field = SizeField()
        self.enlarge = QCheckBox("Also enlarge smaller photos")
        self.enlarge.setMinimumHeight(ROW_HEIGHT)
        self.sharpen = _box(SHARPENING, "Sharpening")
        self.sharpen.setToolTip("For screens; applied after resizing.")
        self.metadata = _box(METADATA, "Metadata")
        self.metadata.setToolTip("Which of the photo's EXIF, IPTC and XMP data the file keeps.")
        self._build()
        self._show_depths()
        self._show_dependent()
        self._connect()

    def options(self) -> EncodeOptions:
        return EncodeOptions(
            format=self.bits.currentData(),
            quality=round(self.quality.value),
            subsampling=self.subsampling.currentData(),
            lossless=self.lossless.isChecked(),
            compression=self.compression.currentData(),
            color=self.color.currentData(),
            enlarge=self.enlarge.isChecked(),
            sharpen=self.sharpen.currentData(),
            metadata=self.metadata.currentData(),
            **self.size_field.sizes(),
        )

    def set_options(self, options: EncodeOptions) -> None:
        if options == self.options():
            return
        blocked = self.blockSignals(True)
        self.format.setCurrentIndex(self.format.findText(options.file_format.title))
        self._show_depths()
        self.bits.setCurrentIndex(self.bits.findData(options.format))
        self.quality.set_value(options.quality)
        self.lossless.setChecked(options.lossless)
        self.enlarge.setChecked(options.enlarge)
        for box, value in (
            (self.subsampling, options.subsampling),
            (self.compression, options.compression),
            (self.color, options.color),
            (self.sharpen, options.sharpen),
            (self.metadata, options.metadata),
        ):
            box.setCurrentIndex(box.findData(value))
        self.size_field.set_sizes(options)
        self._show_dependent()
        self.blockSignals(blocked)
        self.changed.emit()

    def _build(self) -> None:
        form = QWidget()
        row = QHBoxLayout(form)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.format, 1)
        row.addWidget(self.bits)
        form.setFocusProxy(self.format)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        add_section(
            layout,
            "",
            ("Format", form),
            ("Quality", self.quality),
            ("Encoding", self.details),
            ("Colour space", self.color),
            ("Size", self.size_field),
            ("", self.enlarge),
            ("Sharpening", self.sharpen),
            ("Metadata", self.metadata),
        )

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._on_format)
        for box in (self.bits, self.subsampling, self.compression, self.color, self.sharpen, self.metadata):
            box.currentIndexChanged.connect(self._on_changed)
        self.quality.changed.connect(self._on_changed)
        self.lossless.toggled.connect(self._on_changed)
        self.enlarge.toggled.connect(self._on_changed)
        self.size_field.changed.connect(self._on_changed)

    def _on_format(self) -> None:
        self._show_depths()
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_dependent()
        self.changed.emit()

    def _show_depths(self) -> None:
        depths = self.format.currentData()
        if [self.bits.itemData(index) for index in range(self.bits.count())] != [value for _, value in depths]:
            blocked = self.bits.blockSignals(True)
            self.bits.clear()
            for text, value in depths:
                self.bits.addItem(text, value)
            self.bits.blockSignals(blocked)
        self.bits.setEnabled(len(depths) > 1)

    def _show_dependent(self) -> None:
        writing = written_formats()[self.bits.currentData()].writing
        assert writing is not None
        without_loss = writing.choice == "lossless" and self.lossless.isChecked()
        self.quality.setEnabled(writing.lossy and not without_loss)
        self.details.setCurrentWidget(self._detail_of.get(writing.choice or "", self.nothing))
        self.enlarge.setEnabled(bool(self.size_field.sizes()))


def _box(choices: Choices, name: str) -> ComboBox:
    box = ComboBox()
    box.setAccessibleName(name)
    for text, value in choices:
        box.addItem(text, value)
    return box
