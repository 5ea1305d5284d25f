"""The main job without a window: learn a style from sample edits, enhance sample photographs, show before and after."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Attribution, attribution
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import Cancelled, PieError
from pie_desktop.export.job import ExportSettings, plan_export, run_export
from pie_desktop.imaging import decode
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.samples import copy_sample_photos
from pie_desktop.styles.store import Style, StyleLibrary

SAMPLE_EDITS = "warm-evening"
"""The built-in style whose reference pairs serve as sample edits."""
SAMPLE_PHOTOS = ("astronaut", "motorcycle", "chelsea", "rocket")
"""Two of them are not among the sample edits."""
CELL = 360
GAP = 12
SURROUND = (119, 119, 119)  # middle grey in sRGB (L* 50), so that the surround does not colour the judgement
Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


@dataclass(frozen=True)
class DemoResult:
    """What the demo wrote.

    Attributes:
        photos, enhanced: the sample photographs and their results, in the same order.
        shares: how much of each edit is general enhancement and how much the style.
        contact_sheet: one image of it all.
    """

    folder: Path
    photos: tuple[Path, ...]
    enhanced: tuple[Path, ...]
    shares: tuple[Attribution, ...]
    contact_sheet: Path


def run_demo(
    folder: Path,
    bundle: Path | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> DemoResult:
    """Run the demo in a new or empty folder.

    Raises:
        PieError: the folder has files already or cannot be written, or there is no model.
        Cancelled: `should_cancel` answered True.
    """
    tell = progress or (lambda fraction, text: None)
    originals_folder, enhanced_folder = folder / "photos", folder / "enhanced"
    try:
        if folder.exists() and any(folder.iterdir()):
            raise PieError(f"The folder “{folder}” is not empty; choose another one for the demo.")
        for each in (originals_folder, enhanced_folder):
            each.mkdir(parents=True)
    except OSError as error:
        raise PieError(f"The demo cannot write to “{folder}”: {error.strerror or error}.") from error

    tell(0.0, "Writing the sample photographs")
    photos = copy_sample_photos(originals_folder, SAMPLE_PHOTOS)
    with tempfile.TemporaryDirectory(prefix="pie-desktop-demo-", ignore_cleanup_errors=True) as scratch:
        library = StyleLibrary(Path(scratch))
        tell(0.05, "Making a style from sample edits")
        sample = library.get(SAMPLE_EDITS)
        pairs = [EditPair(reference.after, reference.before) for reference in sample.references]
        style = library.create("Demo", pairs, should_cancel=should_cancel).style
        engine = Engine(library, bundle, device)
        preference = engine.preference(style, lambda done, text: tell(0.1 + 0.3 * done, text), should_cancel)

        settings = ExportSettings(enhanced_folder, EncodeOptions("jpeg", quality=95))
        report = run_export(
            plan_export(photos, settings),
            settings,
            lambda proxy: engine.transform(proxy, preference),
            lambda state: tell(0.4 + 0.5 * state.fraction, state.current),
            should_cancel,
            workers=0,  # starting processes takes longer than these few small photos
        )
        if report.cancelled:
            raise Cancelled
        failures = [item.message for item in report.items if item.status == "failed"]
        if failures:
            raise PieError(f"The demo failed: {failures[0]}")
        enhanced = tuple(item.target for item in report.items)

        tell(0.9, "Drawing the contact sheet")
        proxies = [decode.load_proxy(photo) for photo in photos]
        shares = tuple(attribution(proxy, engine.transform(proxy, preference), Edit()) for proxy in proxies)
        sheet = contact_sheet(style, photos, enhanced, shares)
    contact = folder / "contact-sheet.jpg"
    save_photo(sheet, contact, EncodeOptions("jpeg", quality=92))
    tell(1.0, "Done")
    return DemoResult(folder, tuple(photos), enhanced, shares, contact)


def contact_sheet(
    style: Style, photos: Sequence[Path], enhanced: Sequence[Path], shares: Sequence[Attribution]
) -> np.ndarray:
    """One image, uint8 (H, W, 3) sRGB: the style's pairs in a strip on top, then each photo beside its result."""
    columns = 2 if len(photos) < 4 else 4
    strip = [path for reference in style.references for path in (reference.before, reference.after) if path is not None]
    width = columns * CELL + (columns + 1) * GAP
    strip_side = (width - GAP) // len(strip) - GAP
    images = [(_small(before, CELL), _small(after, CELL)) for before, after in zip(photos, enhanced, strict=True)]
    rows = [images[start : start + columns // 2] for start in range(0, len(images), columns // 2)]
    heights = [max(image.height for pair in row for image in pair) for row in rows]
    line = 22

    sheet = Image.new("RGB", (width, GAP + line + strip_side + sum(heights) + len(rows) * (GAP + line) + GAP), SURROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    draw.text((GAP, GAP - 2), "Sample edits: original and edit", "white", font)
    for number, path in enumerate(strip):
        sheet.paste(_small(path, strip_side), (GAP + number * (strip_side + GAP), GAP + line))
    top = GAP + line + strip_side + GAP
    index = 0
    for row, height in zip(rows, heights, strict=True):
        left = GAP
        for before, after in row:
            share = shares[index]
            draw.text((left, top), "Original", "white", font)
            text = f"In this style: general dE {share.general:.1f}, yours dE {share.preference:.1f}"
            draw.text((left + CELL + GAP, top), text, "white", font)
            sheet.paste(before, (left, top + line))
            sheet.paste(after, (left + CELL + GAP, top + line))
            left += 2 * (CELL + GAP)
            index += 1
        top += line + height + GAP
    return np.asarray(sheet)


def _small(path: Path, side: int) -> Image.Image:
    return Image.fromarray(decode.load_photo(path, max_side=side))
