"""A style made of renderings that a person picked: its references are photos as the picks have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.imaging.stored import file_digest
from pie_desktop.styles.document import REFERENCES_FOLDER, ReferenceDocument, StyleDocument
from pie_desktop.styles.references import JPEG_QUALITY
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style


@dataclass(frozen=True)
class Rendering:
    """A photo as it is, and as picks have it: uint8 `(H, W, 3)` each, sRGB, long side `COPY_SIDE` at most."""

    photo: Path
    before: np.ndarray
    after: np.ndarray


def create_from_renderings(library: StyleLibrary, name: str, renderings: Sequence[Rendering]) -> Style:
    """Make a style whose references are renderings. It is a style like any other, and can be given edits, too.

    Args:
        name: given another one where it is taken.
        renderings: at least one.

    Raises:
        StyleError: the disk cannot be written; nothing is left behind.
    """

    def make(new: Path) -> StyleDocument:
        folder = new / REFERENCES_FOLDER
        folder.mkdir(parents=True)
        references = []
        for number, rendering in enumerate(renderings, 1):
            reference_id = f"{number:03d}"
            digests = {}
            for kind, image in (("after", rendering.after), ("before", rendering.before)):
                path = folder / f"{reference_id}_{kind}.jpg"
                Image.fromarray(image).save(path, quality=JPEG_QUALITY, subsampling=0)
                digests[kind] = file_digest(path)
            source = str(rendering.photo).encode("utf-8", "backslashreplace").decode("utf-8")
            references.append(
                ReferenceDocument(
                    id=reference_id,
                    after=f"{reference_id}_after.jpg",
                    before=f"{reference_id}_before.jpg",
                    source=source,
                    before_source=source,
                    after_digest=digests["after"],
                    before_digest=digests["before"],
                )
            )
        return StyleDocument(name=name, created=datetime.now(UTC), next_id=len(references) + 1, references=references)

    return library.adopt(make, rename=True)
