"""A blend of two styles as a style of its own: what it makes of photos becomes its references.

So it is a style like any other: it is shown, exported, shared, and learned anew by another model, and it stays what it
is when one of the two changes or is deleted.
"""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.references import Progress, ShouldCancel
from pie_desktop.engine.taste import varied
from pie_desktop.errors import Cancelled, PieError, StyleError
from pie_desktop.imaging.decode import PROXY_SIDE, load_photo
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.picked import Rendering, create_from_renderings
from pie_desktop.styles.references import COPY_SIDE
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style

MOST = 24
"""References; as many as the two styles have, where they have fewer: see decision 052."""

LOOKED_AT = 2 * MOST
"""Originals of which the most different ones are taken."""

ENOUGH = 8
"""With fewer originals in the two styles, photos of the open folder are taken besides."""


def save_blend(
    engine: Engine,
    library: StyleLibrary,
    style: StylePart,
    name: str,
    photos: Sequence[Path] = (),
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> Style:
    """Make a style of a blend, at full strength: of the originals of both styles, each as the blend has it.

    Args:
        style: names the two styles and their mix; its strengths do not count.
        name: given another one where it is taken.
        photos: of the person, for styles that know few originals, as those of edits alone do.

    Raises:
        StyleError: a style is missing, there is no photo to learn from, or the disk cannot be written.
        BundleError: there is no usable model.
        Cancelled: `should_cancel` answered True.
    """
    edit = Edit().with_part(StylePart().choosing(style.styles, style.mix))
    preference = engine.preference_of(edit.style, None, should_cancel)
    parents = [library.get(style_id) for style_id in edit.style.styles]
    images = _read(_originals(parents))
    if len(images) < ENOUGH:
        some = photos[:: max(1, len(photos) // ENOUGH)][: ENOUGH - len(images)]
        images |= _read({photo: photo for photo in some})
    if not images:
        raise StyleError(
            "Neither style knows an original, and no photos are open to learn the blend from; open a folder with some "
            "of your photos first."
        )
    proxies = {photo: resize_long_side(image, min(PROXY_SIDE, max(image.shape[:2]))) for photo, image in images.items()}
    chosen = varied(proxies, MOST)
    renderings = []
    for number, photo in enumerate(chosen):
        if should_cancel is not None and should_cancel():
            raise Cancelled
        if progress is not None:
            progress(number / len(chosen), f"Rendering {photo.name}")
        lut = np.clip(engine.transform(proxies[photo], preference).lut(edit), 0, 1)
        renderings.append(Rendering(photo, images[photo], apply_lut(images[photo], lut)))
    return create_from_renderings(library, name, renderings)


def _originals(styles: Sequence[Style]) -> dict[Path, Path]:
    """Copies of the originals of the styles' pairs, by the photos that they were copied from; each photo once."""
    found: dict[str | None, tuple[Path, Path]] = {}
    for style in styles:
        for reference in style.active if style.only_model is None else ():  # else colours in place of pictures
            if reference.before is not None:
                photo = Path(reference.before_source or reference.before)
                found.setdefault(reference.original_digest, (photo, reference.before))
    return dict(found.values())


def _read(files: Mapping[Path, Path]) -> dict[Path, np.ndarray]:
    """Those that can be read, of so many that they fit into memory, evenly chosen."""
    images, names = {}, list(files)
    for photo in names if len(names) <= LOOKED_AT else names[:: -(-len(names) // LOOKED_AT)]:
        with contextlib.suppress(PieError):
            images[photo] = to_uint8(load_photo(files[photo], COPY_SIDE))
    return images
