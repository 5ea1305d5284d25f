"""Jobs about the versions of a style: listing them, going back to one, and the open photo in some of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.engine.engine import Engine
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from pie_desktop.styles.versioning import StyleVersion
from pie_desktop.workers.job import JobContext


@dataclass(frozen=True, eq=False)
class Rendered:
    """A photo in one or two versions.

    Attributes:
        images: uint8 `(H, W, 3)`, sRGB.
        difference: between the two, mean CIEDE2000; None for one.
    """

    images: list[np.ndarray]
    difference: float | None


@dataclass(frozen=True)
class WentBack:
    """A style that went back to a version.

    Attributes:
        style: as it is now.
        before: number of the version that it was before.
    """

    style: Style
    before: int


def list_versions(context: JobContext, library: StyleLibrary, style_id: str) -> list[StyleVersion]:
    return library.versions(style_id)


def name_version(
    context: JobContext, library: StyleLibrary, style_id: str, *, number: int, name: str
) -> list[StyleVersion]:
    return library.name_version(style_id, number, name)


def go_back(context: JobContext, library: StyleLibrary, style_id: str, number: int) -> WentBack:
    """See `Versioning.go_back`; raises StyleError."""
    earlier = {version.number for version in library.versions(style_id)}
    style = library.go_back(style_id, number)
    versions = library.versions(style_id)
    # What it was before may only have been kept now, and going back to the same makes no version.
    before = versions[1] if versions[0].number not in earlier and len(versions) > 1 else versions[0]
    return WentBack(style, before.number)


def render(
    context: JobContext,
    library: StyleLibrary,
    engine: Engine,
    style_id: str,
    numbers: Sequence[int],
    photo: Path,
    edit: Edit,
    side: int,
) -> Rendered:
    """A photo as its edit makes it look in versions of a style.

    Args:
        edit: of the photo, whatever style it has.
        side: long side, px.

    Raises:
        PieError: the photo cannot be read, a version is gone, or there is no model.
        Cancelled: nothing is wanted any more.
    """
    proxy = load_proxy(photo, edit.development)
    image = to_uint8(load_photo(photo, side, edit.development))
    images = []
    for number in numbers:
        context.check()
        preference = engine.preference(library.version(style_id, number), context.progress, context.should_cancel)
        lut = engine.transform(proxy, preference).lut(edit.with_style(style_id).colors)
        images.append(to_uint8(apply_lut(image, np.clip(lut, 0, 1))))
    return Rendered(images, mean_delta_e(*images) if len(images) == 2 else None)
