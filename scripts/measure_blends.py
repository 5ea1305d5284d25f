"""How near a saved blend comes to the blend, and how far variations go and are learned: by the shipped model, on looks.

    python scripts/measure_blends.py PHOTOS LOOKS [--pairs 5 --looks 6]

A folder of photographs and one of 3D LUTs (.cube). Neighbouring looks of a random order are blended half and half; the
references are made of the first photos, and unseen ones are measured. Decision 052 has the results.
"""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.edit.edit import Edit
from pie_desktop.engine.bundles import shipped_bundles
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.saved_blend import save_blend
from pie_desktop.engine.variations import StyleVariations
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.listing import list_photos
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.lut.files import load_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style

SIDE = 768
UNSEEN = 8


def style_of(library: StyleLibrary, look: Path, photos: list[Path], folder: Path) -> Style:
    """A style of pairs in a look."""
    pairs = []
    for photo in photos:
        image = to_uint8(load_photo(photo, SIDE))
        before, after = folder / f"{photo.stem}.png", folder / f"{photo.stem}_{look.stem}.png"
        Image.fromarray(image).save(before)
        Image.fromarray(apply_lut(image, load_lut(look))).save(after)
        pairs.append(EditPair(after, before))
    return library.create(library.unique_name(look.stem[-60:]), pairs).style


def rendered(engine: Engine, proxy: np.ndarray, edit: Edit) -> np.ndarray:
    lut = engine.transform(proxy, engine.preference_of(edit.style)).lut(edit)
    return to_uint8(apply_lut(proxy, np.clip(lut, 0, 1)))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("photos", type=Path)
    arguments.add_argument("looks", type=Path)
    arguments.add_argument("--pairs", type=int, default=5)
    arguments.add_argument("--looks", dest="count", type=int, default=6)
    given = arguments.parse_args()
    random = np.random.default_rng(7)
    photos = [list_photos(given.photos)[number] for number in random.permutation(len(list_photos(given.photos)))]
    looks = sorted(given.looks.glob("*.cube"))
    chosen = [looks[number] for number in random.permutation(len(looks))[: given.count]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["PIE_DESKTOP_HOME"] = name
        library = StyleLibrary(folder / "styles", builtin=folder / "none")
        engine = Engine(library, shipped_bundles()[0].path, "cpu")
        styles = []
        for number, look in enumerate(chosen):
            own = photos[number * given.pairs : (number + 1) * given.pairs]
            styles.append(style_of(library, look, own, folder))
        unseen = [load_proxy(photo) for photo in photos[-UNSEEN:]]
        print("blend, half and half | dE00 apart | saved to blend | nearer parent to blend")
        for first, second in zip(styles, [*styles[1:], styles[0]], strict=True):
            blend = Edit.styled(first.id).with_blend(second.id)
            saved = save_blend(engine, library, blend.style, f"blend {first.name[:30]}")
            edits = [blend, *(Edit.styled(one.id) for one in (saved, first, second))]
            images = [[rendered(engine, proxy, edit) for edit in edits] for proxy in unseen]
            apart = [
                np.mean([mean_delta_e(one[a], one[b]) for one in images]) for a, b in ((2, 3), (1, 0), (2, 0), (3, 0))
            ]
            print(f"{first.name} + {second.name} | {apart[0]:.2f} | {apart[1]:.2f} | {min(apart[2:]):.2f}", flush=True)
        print("style, photo | words | dE00 of each from the style | chosen, learned, share of the way, dE00 to chosen")
        for number, style in enumerate(styles):
            photo = photos[-1 - number]
            session = StyleVariations(engine, style, photo, Edit.styled(style.id))
            shown = session.show(512)
            sizes = [float(mean_delta_e(shown.as_it_is, image)) for image in shown.images]
            words = ", ".join(one.word for one in shown.variations)
            taken = number % len(shown.variations)
            hand, picks = session.choose(shown.variations[taken])
            report = library.add_by_hand(style.id, [hand])
            session.learned(report.style, picks)
            after = StyleVariations(engine, report.style, photo, Edit.styled(style.id)).show(512).as_it_is
            before, wanted, made = (one.astype(float) for one in (shown.as_it_is, shown.images[taken], after))
            way = float(((made - before) * (wanted - before)).sum() / ((wanted - before) ** 2).sum())
            learned = float(mean_delta_e(shown.as_it_is, after))
            left = float(mean_delta_e(shown.images[taken], after))
            told = " ".join(f"{size:.1f}" for size in sizes)
            word = shown.variations[taken].word
            print(
                f"{style.name}, {photo.name} | {words} | {told} | {word} {learned:.1f} {way:.2f} {left:.1f}", flush=True
            )


if __name__ == "__main__":
    main()
