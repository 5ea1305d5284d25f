"""Jobs of the contact sheet: what there is to choose, a look at a page, and the files, in the window's typeface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.engine import Engine
from pie_desktop.export.photo_edits import PhotoEdit, PhotoEdits
from pie_desktop.export.sheet import ContactSheet, SheetOrder, write_sheet
from pie_desktop.export.sheet_layout import Caption
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from pie_desktop.ui.thumbnails.loader import qimage_of
from pie_desktop.ui.train.model_use import Models, find_models
from pie_desktop.workers.job import JobContext

_PLANNING = 0.2  # of the progress


@dataclass(frozen=True)
class SheetChoices:
    """What can be on a sheet: every style, made by every model."""

    styles: Sequence[Style]
    models: Models


@dataclass(frozen=True)
class SheetSource:
    """What sheets are made of.

    Attributes:
        known: edits that the catalog may not have yet.
    """

    engine: Engine
    library: StyleLibrary
    catalog: Catalog
    known: Mapping[PhotoVersion, Edit]

    def edit_of(self) -> "_EditOf":
        return _EditOf(self.known, PhotoEdits(self.catalog, self.library))


class _EditOf:
    """The edit of a photo: the one that is known here, or that of the catalog."""

    def __init__(self, known: Mapping[PhotoVersion, Edit], edits: PhotoEdits) -> None:
        self._known = known
        self._edits = edits

    def __call__(self, version: PhotoVersion) -> PhotoEdit:
        edit = self._known.get(version)
        return PhotoEdit(edit, "own") if edit is not None else self._edits.of(version)


@dataclass(frozen=True)
class SheetPage:
    """One of the pages of a sheet.

    Attributes:
        image: in the colours of the monitor; it may cross threads.
        number: from 0.
        count: of all pages.
        problems: a sentence for each photo or style that cannot be shown.
    """

    image: QImage
    number: int
    count: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class WrittenSheet:
    """The files of a sheet, and a sentence for each photo or style that is not on it."""

    files: tuple[Path, ...]
    problems: tuple[str, ...]


def find_choices(context: JobContext, library: StyleLibrary) -> SheetChoices:
    """The styles and models of now."""
    return SheetChoices(library.list(), find_models(context))


def draw_page(
    context: JobContext, source: SheetSource, order: SheetOrder, scale: float, number: int, display: np.ndarray | None
) -> SheetPage:
    """A page as it would be written, at a scale; the last one where there are not so many. Raises PieError."""
    sheet = ContactSheet(
        source.engine, source.library, source.edit_of(), order, scale, context.progress, context.should_cancel
    )
    number = min(number, len(sheet.pages) - 1)
    image = sheet.draw(sheet.pages[number], paint_captions, context.progress, context.should_cancel)
    shown = image if display is None else apply_lut(image, display)
    return SheetPage(qimage_of(shown), number, len(sheet.pages), tuple(sheet.problems))


def write_pages(context: JobContext, source: SheetSource, order: SheetOrder, path: Path) -> WrittenSheet:
    """Draw and write all pages. Raises PieError, and nothing of the sheet is left; the same if it is cancelled."""

    def planned(share: float, text: str) -> None:
        context.progress(_PLANNING * share, text)

    def drawn(share: float, text: str) -> None:
        context.progress(_PLANNING + (1 - _PLANNING) * share, text)

    sheet = ContactSheet(source.engine, source.library, source.edit_of(), order, 1.0, planned, context.should_cancel)
    files = write_sheet(sheet, path, order.paper, paint_captions, drawn, context.should_cancel)
    return WrittenSheet(tuple(files), tuple(sheet.problems))


def paint_captions(image: np.ndarray, captions: Sequence[Caption]) -> None:
    """Write captions on a page, (H, W, 3) uint8, in place, in all the scripts that this computer has letters for."""
    height, width = image.shape[:2]
    page = QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888)  # lives as long as the painter
    painter = QPainter(page)
    for caption in captions:
        font = QFont()
        font.setPixelSize(caption.letters)
        painter.setFont(font)
        painter.setPen(QColor(110, 110, 110) if caption.muted else QColor(20, 20, 20))
        text = QFontMetrics(font).elidedText(caption.text, Qt.TextElideMode.ElideRight, caption.width)
        place = QRect(caption.left, caption.top, caption.width, caption.height)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    painter.end()
