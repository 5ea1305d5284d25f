"""Photos: everything that the editor reads of one."""

import random
from pathlib import Path

import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo, load_placeholder, load_preview, load_thumbnail, load_wide, probe
from pie_desktop.imaging.metadata.reading import read_saved_by, read_summary
from tests.fuzz.black import black_without_reason
from tests.fuzz.corpus import Corpus
from tests.fuzz.mutations import mutate
from tests.fuzz.targets import Fault

ORIGINAL = "original"


def make_photo(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A changed photo, and beside it the one that it was made from, under a name that makes the two no pair."""
    original = rng.choice(corpus.photos)
    others = [path for path in corpus.photos if path.suffix.lower() == original.suffix.lower()]
    content = original.read_bytes()
    target = place / f"photo{original.suffix.lower()}"
    target.write_bytes(mutate(content, rng, [rng.choice(others).read_bytes()]))
    target.with_stem(ORIGINAL).write_bytes(content)
    return target


def try_photo(path: Path) -> None:
    """One refusal does not save the file from the other readers."""
    shown = None
    for read in (
        probe, load_photo, load_wide, read_summary, read_saved_by,
        lambda one: load_thumbnail(one, 32), lambda one: load_preview(one, 32), lambda one: load_placeholder(one, 32),
    ):  # fmt: skip
        try:
            value = read(path)
        except PieError:
            continue
        shown = value if read is load_photo else shown
    if isinstance(shown, np.ndarray) and black_without_reason(path, shown, path.with_stem(ORIGINAL)):
        raise Fault(f"{path.name} opens as a black image of {shown.shape}")
