"""Contact sheets: selected photos in several styles, beside their originals, as images to look at or to print."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.reduced import reduced_picture
from pie_desktop.edit.transform import Transform
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import Cancelled, DecodeError, EncodeError, PieError, StyleError
from pie_desktop.export.photo_edits import NEUTRAL, EditOf
from pie_desktop.export.sheet_layout import Caption, Cell, Page, Paper, Row, lay_out
from pie_desktop.imaging.decode import PROXY_SIDE, load_photo, probe
from pie_desktop.imaging.encode import save_photo
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.formats.format import Resolution
from pie_desktop.imaging.resize.resample import resample
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.bundle import read_bundle_info
from pie_desktop.styles.store import StyleLibrary

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]
DrawText = Callable[[np.ndarray, Sequence[Caption]], None]
"""Writes captions on a page, (H, W, 3) uint8, in place."""

MAX_STYLES = 8
FORMATS = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".tif": "tiff8", ".tiff": "tiff8"}
_NO_EDIT = Edit()
_BLACK, _GREY = (20, 20, 20), (110, 110, 110)
_LEARNING = 0.1  # of the progress: what the styles have to be learned


@dataclass(frozen=True)
class SheetOrder:
    """What is on a contact sheet.

    Attributes:
        photos: the rows.
        styles: ids of the styles in the columns, None for neutral; at most `MAX_STYLES`. A photo is shown as it would
            be if the style was chosen for it: with the strengths, adjustments and crop that it has.
        original: whether the first column has the originals, cropped likewise.
        paper: of the pages.
        models: bundles, each of which makes every style in a column of its own, with its name below that of the
            style; None for the model in use, without its name.
    """

    photos: tuple[PhotoVersion, ...]
    styles: tuple[str | None, ...]
    original: bool
    paper: Paper
    models: tuple[Path, ...] | None = None


@dataclass(frozen=True)
class _Photo:
    """A row.

    Attributes:
        edit: what the photo has.
        full: (width, height) of the photo in full resolution; None where it cannot be shown.
    """

    version: PhotoVersion
    row: Row
    edit: Edit = _NO_EDIT
    full: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Column:
    """A style made by the model of an engine; the original without one; `problem` where the style cannot be used."""

    title: str
    style_id: str | None = None
    engine: Engine | None = None
    preference: "Preference | None" = None
    problem: str = ""


class ContactSheet:
    """The pages of an order. Made in a job, for it reads the header of every photo and learns the styles.

    Attributes:
        pages: what is on them.
        problems: a sentence for each photo or style that cannot be shown.

    Raises:
        PieError: there is no photo, no column, or too many; styles and no model.
        Cancelled: `should_cancel` answered True.
    """

    def __init__(
        self,
        engine: Engine,
        library: StyleLibrary,
        edit_of: EditOf,
        order: SheetOrder,
        scale: float = 1.0,
        progress: Progress = lambda share, text: None,
        should_cancel: ShouldCancel = lambda: False,
    ) -> None:
        if not order.photos:
            raise PieError("Select the photos that the contact sheet is to have.")
        if not order.styles and not order.original:
            raise PieError("Choose a style, or the originals, for the contact sheet.")
        models: tuple[Path | None, ...] = (None,) if order.models is None else order.models
        if order.styles and not models:
            raise PieError("Choose a model that makes the styles of the contact sheet.")
        wanted = [(style_id, model) for style_id in order.styles for model in models]
        if len(wanted) > MAX_STYLES:
            counting = f", counting each of {len(models)} models by itself" if len(models) > 1 else ""
            raise PieError(f"A contact sheet has at most {MAX_STYLES} styles{counting}; choose fewer.")
        self._columns = [_Column("Original")] if order.original else []
        for number, (style_id, model) in enumerate(wanted):
            progress(_LEARNING * number / len(wanted), "Reading styles")
            self._columns.append(_column(engine, library, style_id, model, should_cancel))
        self._photos = []
        for version in order.photos:
            _check(should_cancel)
            self._photos.append(_photo(version, edit_of))
        rows = [photo.row for photo in self._photos]
        self.pages = lay_out(rows, [column.title for column in self._columns], order.paper, scale)
        self.problems = [column.problem for column in self._columns if column.problem]
        self.problems += [row.problem for row in rows if row.problem]

    def draw(
        self,
        page: Page,
        draw_text: DrawText,
        progress: Progress = lambda share, text: None,
        should_cancel: ShouldCancel = lambda: False,
    ) -> np.ndarray:
        """One of the pages, uint8 (H, W, 3), sRGB. A photo that cannot be read leaves its row empty but for the reason.

        Raises:
            Cancelled: `should_cancel` answered True.
        """
        image = np.full((page.height, page.width, 3), 255, np.uint8)
        captions = list(page.captions)
        rows = list(dict.fromkeys(cell.row for cell in page.cells))
        for number, row in enumerate(rows):
            progress(number / len(rows), f"Drawing {self._photos[row].row.name}")
            cells = [cell for cell in page.cells if cell.row == row]
            try:
                for cell, picture in self._pictures(row, cells):
                    _check(should_cancel)
                    image[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width] = picture
            except DecodeError as error:
                self.problems.append(str(error))
                captions.append(_said(cells[0], str(error), page, page.width - 2 * cells[0].left))
                continue
            unusable = [cell for cell in cells if self._columns[cell.column].problem]
            captions += [_said(cell, "Cannot be used", page, cell.width) for cell in unusable]
        draw_text(image, captions)
        return image

    def _pictures(self, row: int, cells: Sequence[Cell]) -> Iterator[tuple[Cell, np.ndarray]]:
        photo = self._photos[row]
        assert photo.full is not None and photo.row.size is not None
        edit = photo.edit
        needed = max(photo.full) * max(cells[0].width / photo.row.size[0], cells[0].height / photo.row.size[1])
        image = load_photo(photo.version.path, max(PROXY_SIDE, ceil(needed)), edit.development)
        proxy = resize_long_side(image, PROXY_SIDE)
        for cell in cells:
            column = self._columns[cell.column]
            if column.problem:
                continue
            transform: Transform | None = None
            if column.engine is not None:
                transform = column.engine.transform(proxy, column.preference)
            picture = reduced_picture(image, photo.full, edit.with_style(column.style_id), transform)
            yield cell, to_uint8(resample(picture, (cell.width, cell.height)))


def write_sheet(
    sheet: ContactSheet,
    path: Path,
    paper: Paper,
    draw_text: DrawText | None = None,
    progress: Progress = lambda share, text: None,
    should_cancel: ShouldCancel = lambda: False,
) -> list[Path]:
    """Write a sheet as JPEG, PNG or TIFF in sRGB, whichever the name says; several pages as `name-1.jpg` and so on.

    Args:
        sheet: in full size.
        path: the file; its folder must exist.
        paper: of its pages, whose pixels per inch the file has.
        draw_text: writes the captions; by default in the typeface that comes with Pillow.
        progress: called with the share done, 0 to 1, and what is being done.
        should_cancel: asked before every picture.

    Returns:
        The files.

    Raises:
        EncodeError: one of the files exists, or cannot be written; none of this sheet is left then.
        Cancelled: likewise.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise EncodeError(f"“{path.name}” does not say how to write the contact sheet; end it with .jpg, .png or .tif.")
    count = len(sheet.pages)
    files = [path if count == 1 else path.with_name(f"{path.stem}-{page + 1}{path.suffix}") for page in range(count)]
    for file in files:
        if file.exists():
            raise EncodeError(f"{file} exists already and was left as it is; choose another name.")
    resolution = Resolution(paper.per_inch, paper.per_inch) if paper.per_inch is not None else None
    written: list[Path] = []
    try:
        for page, file in zip(sheet.pages, files, strict=True):

            def tell(share: float, text: str, before: int = len(written)) -> None:
                progress((before + share) / count, text)

            image = sheet.draw(page, draw_text or draw_captions, tell, should_cancel)
            save_photo(image, file, EncodeOptions(kind, quality=95), overwrite=False, resolution=resolution)
            written.append(file)
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise
    return written


def draw_captions(image: np.ndarray, captions: Sequence[Caption]) -> None:
    """Write captions on a page, in place, in the typeface that comes with Pillow; it has Latin letters alone."""
    drawn = Image.fromarray(image)
    draw = ImageDraw.Draw(drawn)
    for caption in captions:
        font = ImageFont.load_default(size=caption.letters)
        text = caption.text
        while len(text) > 1 and draw.textlength(text, font) > caption.width:
            text = f"{text[:-2]}…"
        draw.text((caption.left, caption.top), text, _GREY if caption.muted else _BLACK, font)
    image[:] = np.asarray(drawn)


def _check(should_cancel: ShouldCancel) -> None:
    if should_cancel():
        raise Cancelled


def _column(
    engine: Engine, library: StyleLibrary, style_id: str | None, model: Path | None, should_cancel: ShouldCancel
) -> _Column:
    made_by, with_model = engine, ""
    if model is not None:
        made_by, with_model = engine.beside(model), f"\n{read_bundle_info(model).name}"
    if style_id is None:
        return _Column(f"{NEUTRAL}{with_model}", engine=made_by)
    name = "A style that is gone"
    try:
        style = library.get(style_id)
        name = style.name
        preference = made_by.preference(style, None, should_cancel)
        return _Column(f"{name}{with_model}", style_id, made_by, preference)
    except StyleError as error:
        return _Column(f"{name}{with_model}", style_id, made_by, problem=str(error))


def _photo(version: PhotoVersion, edit_of: EditOf) -> _Photo:
    try:
        found = edit_of(version)
        if found.problem is not None and found.edit.style_id is None:  # else its style is gone, and it gets another
            return _Photo(version, Row(version.name, None, found.problem))
        info = probe(version.path)
        full = (info.width, info.height)
        return _Photo(version, Row(version.name, found.edit.placement(full).size), found.edit, full)
    except DecodeError as error:
        return _Photo(version, Row(version.name, None, str(error)))


def _said(cell: Cell, text: str, page: Page, width: int) -> Caption:
    """Words in the place of a picture."""
    letters = page.captions[0].letters
    return Caption(text, cell.left, cell.top + letters, width, 2 * letters, letters, muted=True)
