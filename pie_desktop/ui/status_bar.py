"""Below everything: the open photo, running tasks, the device."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStatusBar

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import OpenedPhoto
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.elided_label import ElidedLabel
from pie_desktop.ui.tasks import TaskBar
from pie_desktop.ui.theme import SPACE, numeric_font

GAP = "   ·   "


class StatusBar(QStatusBar):
    """Photo facts on the left; tasks and device on the right."""

    def __init__(self, context: AppContext, session: EditSession) -> None:
        super().__init__()
        self._context = context
        self._told_notice: str | None = None
        self.setSizeGripEnabled(False)
        self.setContentsMargins(SPACE, 0, SPACE, 0)
        self.photo = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.photo.setFont(numeric_font(self.font()))
        self.tasks = TaskBar(context)
        self.device = QLabel()
        self.addWidget(self.photo, 1)
        self.addPermanentWidget(self.tasks)
        self.addPermanentWidget(self.device)
        session.opening.connect(lambda path: self.photo.set_full_text(path.name))
        session.opened.connect(lambda photo: self.photo.set_full_text(describe(photo)))
        session.failed.connect(lambda message: self.photo.set_full_text(""))
        session.looked.connect(lambda look: self.show_device())
        context.engine_changed.connect(self.show_device)

    def show_device(self) -> None:
        """Say where the model runs; a notice of the engine is also told once as a message."""
        device, notice = self._context.engine.device, self._context.engine.notice
        if device is None:
            text = ""
        elif device == "cpu":
            text = "CPU"
        else:
            text = f"GPU: {device}"
        self.device.setText(text)
        self.device.setToolTip(notice or "Where the model runs")
        if notice and notice != self._told_notice:
            self._context.notifier.warning(notice)
        self._told_notice = notice


def describe(photo: OpenedPhoto) -> str:
    """Name, size and camera data in one line; what the photo does not tell is left out."""
    info, summary = photo.info, photo.summary
    megapixels = info.width * info.height / 1e6
    facts = [
        info.path.name,
        f"{info.width} × {info.height}",
        f"{megapixels:.1f} MP",
        f"{info.bit_depth} bit" if info.bit_depth != 8 else None,
        info.icc_name,
        summary.camera,
        summary.lens,
        f"{summary.focal_length:g} mm" if summary.focal_length else None,
        f"f/{summary.aperture:g}" if summary.aperture else None,
        summary.shutter_text,
        f"ISO {summary.iso}" if summary.iso else None,
    ]
    return GAP.join(fact for fact in facts if fact)
