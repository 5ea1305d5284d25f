"""Contact sheets: photos in rows, styles in columns, names beside them; what cannot be read says so."""

import threading
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.reduced import reduced_picture
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import Cancelled, EncodeError, PieError
from pie_desktop.export.photo_edits import PhotoEdit, one_for_all
from pie_desktop.export.sheet import MAX_STYLES, ContactSheet, SheetOrder, draw_captions, write_sheet
from pie_desktop.export.sheet_layout import PAPERS, Paper, Row, lay_out
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model.bundle import FORMAT_VERSION, write_description
from pie_desktop.model.preference import Preference
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from tests.doubles.models import PlainModel

SMALL = Paper("small", "Small", 1200, 900, per_inch=150)


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "none")


@pytest.fixture
def style(library: StyleLibrary, sample_pairs: list[tuple[Path, Path]]) -> Style:
    return library.create("Warm", [EditPair(after, before) for after, before in sample_pairs]).style


@pytest.fixture
def engine(library: StyleLibrary) -> Engine:
    return Engine(library, open_model=PlainModel)


def order_of(photos: list[Path], *styles: str | None, paper: Paper = SMALL) -> SheetOrder:
    return SheetOrder(tuple(PhotoVersion(photo) for photo in photos), styles, True, paper)


AS_IT_IS = one_for_all(Edit(), None)


class _Scaling(PlainModel):
    """Multiplies all pixels, in every style, by a factor that its bundle's name says."""

    FACTORS = MappingProxyType({"Dark": 0.3, "Bright": 0.9})

    def luts(self, proxy: np.ndarray, preference: Preference | None) -> tuple[np.ndarray, np.ndarray]:
        lut = identity_lut() * np.float32(self.FACTORS[self.bundle_id])
        return lut, lut


def _described(bundle: Path, name: str) -> Path:
    """A bundle without weights."""
    bundle.mkdir()
    write_description(bundle, {"format_version": FORMAT_VERSION, "id": name, "name": name, "created": "2026-01-01"})
    return bundle


def test_every_photo_stands_in_every_style(
    engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    photos = sorted(photo_folder.glob("*.jpg"))
    sheet = ContactSheet(engine, library, AS_IT_IS, order_of(photos, None, style.id))
    titles = [caption.text for caption in sheet.pages[0].captions[:3]]
    assert titles == ["Original", "Neutral", "Warm"] and not sheet.problems
    assert [cell.row for page in sheet.pages for cell in page.cells if cell.column == 0] == [0, 1, 2, 3]
    names = [caption.text for page in sheet.pages for caption in page.captions if caption.text.endswith(".jpg")]
    assert names == [photo.name for photo in photos]
    transform = engine.transform(load_photo(photos[0], 256), engine.preference(style))
    page = sheet.pages[0]
    image = sheet.draw(page, draw_captions)
    assert image.shape == (900, 1200, 3)
    whole = load_photo(photos[0])
    plain = {0: None, 1: replace(transform, preferred=transform.neutral), 2: transform}
    for cell in (cell for cell in page.cells if cell.row == 0):
        drawn = image[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width].astype(float)
        expected = reduced_picture(whole, (whole.shape[1], whole.shape[0]), Edit(), plain[cell.column])
        assert abs(drawn.mean(axis=(0, 1)) - expected.mean(axis=(0, 1))).max() < 3
        assert cell.width / cell.height == pytest.approx(whole.shape[1] / whole.shape[0], rel=0.02)


def test_every_model_makes_every_style(library: StyleLibrary, style: Style, photo_folder: Path, tmp_path: Path) -> None:
    bundles = [_described(tmp_path / f"{name}.piemodel", name) for name in ("Dark", "Bright")]
    opened: list[Path] = []

    def open_model(bundle: Path, device: str) -> PlainModel:
        opened.append(bundle)
        return _Scaling(bundle, device)

    engine = Engine(library, bundles[0], open_model=open_model)
    order = replace(order_of([photo_folder / "coffee.jpg"], None, style.id), models=tuple(bundles))
    sheet = ContactSheet(engine, library, AS_IT_IS, order)
    page = sheet.pages[0]
    titles = [(caption.text, caption.muted) for caption in page.captions]
    black, grey = [text for text, muted in titles if not muted], [text for text, muted in titles[:-1] if muted]
    assert black == ["Original", "Neutral", "Neutral", "Warm", "Warm"]
    assert grey == ["Dark", "Bright", "Dark", "Bright"]  # and last the name of the photo
    image = sheet.draw(page, draw_captions).astype(float)
    original, *others = (
        image[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width].mean() for cell in page.cells
    )
    for drawn, scale in zip(others, (_Scaling.FACTORS["Dark"], _Scaling.FACTORS["Bright"]) * 2, strict=True):
        assert drawn == pytest.approx(original * scale, rel=0.02)
    assert sorted(opened) == sorted(bundles)  # the model in use is not loaded a second time


def test_a_photo_keeps_its_adjustments_and_its_crop(
    engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    edit = Edit.styled("gone", amount=0.0).with_part(GeometryPart(quarter_turns=1))
    gone = PhotoEdit(edit, "own", problem="Its style is gone.")
    sheet = ContactSheet(engine, library, lambda _: gone, order_of([photo_folder / "coffee.jpg"], style.id))
    page = sheet.pages[0]
    assert not sheet.problems and all(cell.height > cell.width for cell in page.cells)
    image = sheet.draw(page, draw_captions)
    first, second = (
        image[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width].astype(int) for cell in page.cells
    )
    assert abs(first - second).max() <= 1  # nothing of the enhancement is applied


def test_what_cannot_be_shown_says_so_and_the_rest_is_drawn(
    engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    (photo_folder / "note.jpg").write_text("no photo")
    whole = (photo_folder / "coffee.jpg").read_bytes()
    (photo_folder / "cut.jpg").write_bytes(whole[: len(whole) // 3])
    grey, wide, tall = photo_folder / "grey.png", photo_folder / "wide.png", photo_folder / "tall.png"
    Image.fromarray(np.full((60, 90), 128, np.uint8)).save(grey)
    Image.fromarray(np.full((20, 900, 3), 128, np.uint8)).save(wide)
    Image.fromarray(np.full((900, 20, 3), 128, np.uint8)).save(tall)
    photos = [photo_folder / name for name in ("note.jpg", "cut.jpg", "gone.jpg")] + [grey, wide, tall]
    sheet = ContactSheet(engine, library, AS_IT_IS, order_of(photos, style.id, "no such style", paper=PAPERS[4]))
    assert len(sheet.problems) == 3 and "note.jpg" in sheet.problems[1] and "gone.jpg" in sheet.problems[2]
    told: list[str] = []
    (page,) = sheet.pages
    image = sheet.draw(page, lambda image, captions: told.extend(caption.text for caption in captions))
    assert len(sheet.problems) in (3, 4)  # a file that is cut may be drawn as far as it goes
    assert any("note.jpg" in text and text != "note.jpg" for text in told)
    assert told.count("Cannot be used") == (4 if len(sheet.problems) == 3 else 3)
    for row in (3, 4, 5):
        cell = next(cell for cell in page.cells if cell.row == row and cell.column == 0)
        assert (image[cell.top + cell.height // 2, cell.left + cell.width // 2] == 128).all()


@pytest.mark.parametrize("suffix, kind", [(".jpg", "JPEG"), (".png", "PNG"), (".tif", "TIFF")])
def test_it_is_written_for_print_and_replaces_nothing(
    engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path, tmp_path: Path, suffix: str, kind: str
) -> None:
    order = order_of([photo_folder / "coffee.jpg"], style.id)
    sheet = ContactSheet(engine, library, AS_IT_IS, order)
    target = tmp_path / f"sheet{suffix}"
    assert write_sheet(sheet, target, order.paper) == [target]
    with Image.open(target) as image:
        assert image.format == kind and image.size == (1200, 900) and image.info.get("icc_profile")
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    before = target.read_bytes()
    with pytest.raises(EncodeError, match="exists already"):
        write_sheet(sheet, target, order.paper)
    assert target.read_bytes() == before
    with pytest.raises(EncodeError, match=r"end it with \.jpg"):
        write_sheet(sheet, tmp_path / "sheet.gif", order.paper)


def test_pages_are_files_and_none_is_left_of_a_sheet_that_is_given_up(
    engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path, tmp_path: Path
) -> None:
    photos = [*sorted(photo_folder.glob("*.jpg")), photo_folder / "coffee.jpg"]
    order = order_of(photos, style.id)
    sheet = ContactSheet(engine, library, AS_IT_IS, order)
    assert len(sheet.pages) > 1 and any(caption.text.startswith("1 of") for caption in sheet.pages[0].captions)
    files = write_sheet(sheet, tmp_path / "sheet.png", order.paper)
    assert [file.name for file in files] == [f"sheet-{number + 1}.png" for number in range(len(sheet.pages))]
    enough = threading.Event()

    def tell(share: float, text: str) -> None:
        if share >= 1 / len(sheet.pages):
            enough.set()

    with pytest.raises(Cancelled):
        write_sheet(sheet, tmp_path / "other.png", order.paper, None, tell, enough.is_set)
    assert not list(tmp_path.glob("other*"))
    files[-1].unlink()
    with pytest.raises(EncodeError, match="exists already"):  # before anything is drawn
        write_sheet(sheet, tmp_path / "sheet.png", order.paper)
    assert not files[-1].exists()


def test_what_makes_no_sheet(engine: Engine, library: StyleLibrary, style: Style, photo_folder: Path) -> None:
    photo = PhotoVersion(photo_folder / "coffee.jpg")
    for photos, styles, original, match in (
        ((), (style.id,), True, "Select the photos"),
        ((photo,), (), False, "Choose a style"),
        ((photo,), (style.id,) * (MAX_STYLES + 1), True, "at most"),
    ):
        with pytest.raises(PieError, match=match):
            ContactSheet(engine, library, AS_IT_IS, SheetOrder(photos, styles, original, SMALL))
    with pytest.raises(PieError, match="Choose a model"):
        ContactSheet(engine, library, AS_IT_IS, SheetOrder((photo,), (None,), True, SMALL, models=()))
    assert ContactSheet(engine, library, AS_IT_IS, SheetOrder((photo,), (), True, SMALL, models=())).pages


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_overlaps_or_leaves_the_page(paper: Paper) -> None:
    sizes = [(6000, 4000), (4000, 6000), (12000, 800), (300, 9000), (100, 100)]
    rows = [Row(f"{number}.jpg", sizes[number % 5]) for number in range(12)] + [Row("bad.jpg", None, "It is damaged.")]
    for columns in (["0"], ["0", "1\nmodel", "2"], [str(column) for column in range(9)]):
        for scale in (1.0, 0.2):
            pages = lay_out(rows, columns, paper, scale)
            assert sorted(cell.row for page in pages for cell in page.cells if not cell.column) == list(range(12))
            for page in pages:
                assert page.width == round(paper.width * scale) and page.height <= round(paper.height * scale) + 1
                boxes = [(cell.left, cell.top, cell.width, cell.height) for cell in page.cells]
                boxes += [(one.left, one.top, one.width, one.height) for one in page.captions]
                assert all(left >= 0 and left + width <= page.width for left, _, width, _ in boxes)
                assert all(top >= 0 and top + height <= page.height for _, top, _, height in boxes)
                for number, (left, top, width, height) in enumerate(boxes):
                    for other_left, other_top, other_width, other_height in boxes[number + 1 :]:
                        apart_x = left + width <= other_left + 1 or other_left + other_width <= left + 1
                        apart_y = top + height <= other_top + 1 or other_top + other_height <= top + 1
                        assert apart_x or apart_y
