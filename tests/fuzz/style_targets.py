"""What a style is made of: references, `style.json`, versions, its preference; styles as files, and blends of two."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.edit.edit import MIX, Edit
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.find import EditPair
from tests.fuzz.archives import change_archive, check_nothing_escaped
from tests.fuzz.corpus import Corpus, image
from tests.fuzz.file_targets import write_document
from tests.fuzz.model_targets import check_luts
from tests.fuzz.mutations import mutate
from tests.fuzz.photo_targets import make_photo
from tests.fuzz.targets import Fault


def make_references(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """Edits with their originals, one of them changed; it is the edit of the original beside it, or an original."""
    changed = make_photo(corpus, rng, place)
    pixels = image(96, 72)
    Image.fromarray(pixels).save(place / "before.png")
    Image.fromarray((pixels * 0.8 + 20).astype(np.uint8)).save(place / "after.png")
    return changed


def try_references(path: Path) -> None:
    """The changed photo becomes an edit and then an original; the style is used whenever there is one."""
    from pie_desktop.styles.store import StyleLibrary

    place = path.parent
    library = StyleLibrary(place / "styles", builtin=place / "none")
    original = path.with_stem("original")
    problem: PieError | None = None
    for name, edits in (
        ("one", [EditPair(path, original)]),
        ("two", [EditPair(place / "after.png", path), EditPair(path)]),
    ):
        try:
            style = library.create(name, edits).style
            library.add(style.id, [EditPair(place / "after.png", place / "before.png")])
            library.set_before(style.id, style.references[0].id, path)
            _use(library, style.id, None)
        except PieError as error:
            problem = error
    if problem is not None:
        raise problem


def make_style(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A style whose description or whose copy of an edit is changed."""
    document = _write_style(corpus, place / "styles" / "0001")
    if rng.random() < 0.7:
        return write_document(document, document.read_text(encoding="utf-8"), rng)
    copy = document.parent / "refs" / "001_after.jpg"
    copy.write_bytes(mutate(copy.read_bytes(), rng))
    return copy


def try_style(path: Path) -> None:
    from pie_desktop.styles.store import StyleLibrary

    folder = next(folder for folder in path.parents if folder.name == "styles")
    library = StyleLibrary(folder, builtin=folder / "none")
    for style in library.list():
        _use(library, style.id, None)
        library.rename(style.id, "Other name")
        library.duplicate(style.id)
        if style.references and style.references[0].before is not None:
            library.swap_pair(style.id, style.references[0].id)
        library.undelete(library.delete(style.id))
    library.take_problems()


def make_history(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A style with versions and marks, one of whose files is changed."""
    from pie_desktop.styles.marks import FILE_NAME
    from pie_desktop.styles.store import StyleLibrary
    from pie_desktop.styles.versions import FOLDER

    folder = place / "styles"
    _write_style(corpus, folder / "0001")
    library = StyleLibrary(folder, builtin=folder / "none")
    (style,) = library.list()
    library.swap_pair(style.id, style.references[0].id)
    library.set_tags(style.id, ["warm"])
    library.move(style.id, None)
    library.note_use(style.id)
    files = [folder / FILE_NAME, *sorted((style.folder / FOLDER).glob("*.json"))]
    chosen = rng.choice(files)
    return write_document(chosen, chosen.read_text(encoding="utf-8"), rng)


def try_history(path: Path) -> None:
    from pie_desktop.styles.finding import Sorting, StyleFinder, Wanted
    from pie_desktop.styles.store import StyleLibrary

    folder = next(folder for folder in path.parents if folder.name == "styles")
    library = StyleLibrary(folder, builtin=folder / "none")
    for style in library.list():
        for sorting in Sorting:
            StyleFinder(library.list(), library.marks()).find(Wanted("w #w", True, True, sorting))
        for version in library.versions(style.id):
            library.version(style.id, version.number)
            library.go_back(style.id, version.number)
            library.name_version(style.id, version.number, "Name")
        library.set_favorite(style.id, True)
    library.take_problems()


def make_preference(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """What a model learned: changed as bytes, or written with other arrays and the hash that belongs to them."""
    from pie_desktop.model.preference import Preference
    from pie_desktop.styles.store import StyleLibrary

    shutil.copytree(corpus.bundle, place / "tiny.piemodel")
    folder = place / "styles" / "0001"
    _write_style(corpus, folder)
    library = StyleLibrary(place / "styles", builtin=place / "none")
    (style,) = library.list()
    _use(library, style.id, place / "tiny.piemodel")
    (file,) = folder.glob("preference.*.safetensors")
    if rng.random() < 0.4:
        file.write_bytes(mutate(file.read_bytes(), rng))
        return file
    sound = Preference.load(file)
    arrays = dict(sound.arrays)
    for _ in range(rng.choice((1, 1, 2))):
        name = rng.choice(sorted(arrays))
        arrays[name] = _other_array(arrays[name], rng)
    Preference(arrays, sound.bundle_id).save(file)
    return file


def try_preference(path: Path) -> None:
    from pie_desktop.styles.store import StyleLibrary

    place = path.parent.parent.parent
    library = StyleLibrary(place / "styles", builtin=place / "none")
    for style in library.list():
        _use(library, style.id, place / "tiny.piemodel")


def make_shared(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A style as a file for others: changed as bytes, or packed anew with another description, copy or name."""
    from pie_desktop.styles.exporting import export_style
    from pie_desktop.styles.store import StyleLibrary

    _write_style(corpus, place / "mine" / "0001")
    (style,) = StyleLibrary(place / "mine", builtin=place / "none").list()
    target = place / "style.piestyle"
    export_style(style, target)
    return change_archive(target, rng, ("refs/", "refs/002_after.jpg", "style.json/x"))


def try_shared(path: Path) -> None:
    """Take it in, and use it like one of the user's own; whatever it was, nothing may lie beside the library."""
    from pie_desktop.styles.importing import import_style
    from pie_desktop.styles.store import StyleLibrary

    place = path.parent
    before = set(place.parent.iterdir())
    library = StyleLibrary(place / "theirs", builtin=place / "none")
    try:
        style = import_style(library, path)
        _use(library, style.id, None)
        library.rename(style.id, "Other name")
    finally:
        check_nothing_escaped(place, before)
        if library.take_problems():
            raise Fault("a style that cannot be read was taken in")


def make_blend(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """An edit that blends two styles, changed, or one of the two."""
    for number in (1, 2):
        document = _write_style(corpus, place / "styles" / f"000{number}")
    edit = Edit.styled("0001", 1.3, 0.8).with_blend("0002", 0.4).with_part(VignettePart(-20.0))
    sound = place / "edit.json"
    sound.write_text(edit.to_text(), encoding="utf-8")
    changed = document if rng.random() < 0.2 else sound
    return write_document(changed, changed.read_text(encoding="utf-8"), rng)


def try_blend(path: Path) -> None:
    """Show and export a photo in it, keep it, name it, and make a style of it."""
    from pie_desktop.edit.naming import name_of_change
    from pie_desktop.engine.blending import remaining
    from pie_desktop.engine.engine import Engine
    from pie_desktop.engine.saved_blend import save_blend
    from pie_desktop.export.photo_edits import one_for_all
    from pie_desktop.styles.store import StyleLibrary
    from tests.doubles.models import ApartModel

    place = next(folder for folder in path.parents if (folder / "edit.json").exists())
    edit = Edit.from_text((place / "edit.json").read_bytes().decode("utf-8", "replace"))
    if Edit.from_text(edit.to_text()) != edit:
        raise Fault("an edit that was read is not the one that is written")
    library = StyleLibrary(place / "styles", builtin=place / "none")
    name_of_change(Edit(), edit, lambda _: None), name_of_change(edit, Edit(), lambda _: None)
    _ = one_for_all(edit, "A + B")(PhotoVersion(place / "a.jpg")).text
    shown = remaining(library, edit)
    engine = Engine(library, place / "plain.piemodel", "cpu", open_model=ApartModel)
    transform = engine.transform(image(), engine.preference_of(shown.style))
    check_luts(transform.lut(shown), *(transform.lut(shown.with_value(MIX, mix)) for mix in (0, 1)))
    for name in ("strength", "tone_strength", "color_strength", "amount"):
        below, above, weight = shown.style.between(name)
        if not 0 <= weight <= 1 or not getattr(below, name) <= getattr(shown.style, name) <= getattr(above, name):
            raise Fault(f"a slider of {name} is mixed of two that it does not lie between")
    if shown.style.blend_id is not None:
        save_blend(engine, library, shown.style, "Saved")


def _write_style(corpus: Corpus, folder: Path) -> Path:
    """A sound style of one pair; its description."""
    (folder / "refs").mkdir(parents=True)
    corpus.plain_jpeg(folder / "refs" / "001_after.jpg")
    corpus.plain_jpeg(folder / "refs" / "001_before.jpg")
    reference = {"id": "001", "after": "001_after.jpg", "source": "/a.jpg", "after_digest": "0" * 32, "doubt": None}
    reference |= {"before": "001_before.jpg", "before_source": "/b.jpg", "before_digest": "1" * 32}
    style = {"format": 1, "name": "Warm", "created": "2026-01-01T00:00:00Z", "next_id": 2, "references": [reference]}
    (folder / "style.json").write_text(json.dumps(style), encoding="utf-8")
    return folder / "style.json"


def _use(library, style_id: str, bundle: Path | None) -> None:  # type: ignore[no-untyped-def]
    """Learn or load the preference of a style, and make a transform by it; without a bundle, by no real model."""
    from pie_desktop.engine.engine import Engine
    from tests.doubles.models import PlainModel

    place = library.folder / "plain.piemodel"
    engine = Engine(library, bundle or place, "cpu", open_model=None if bundle else PlainModel)
    transform = engine.transform(image(), engine.preference(library.get(style_id)))
    if bundle:
        check_luts(transform.neutral, transform.preferred)


def _other_array(array: np.ndarray, rng: random.Random) -> np.ndarray:
    """One of another kind or shape, or with numbers that make no sense."""
    how = rng.randrange(6)
    if how == 0:
        return array.astype(rng.choice((np.float64, np.float16, np.int8, np.bool_, np.uint16)))
    if how == 1:
        return array[:0] if array.ndim else array.reshape(1)
    if how == 2:
        return np.concatenate([array, array]) if array.ndim else array.reshape(1, 1)
    if how == 3:
        return array[..., None]
    changed = array.copy()
    if changed.dtype.kind == "f" and changed.size:
        changed.reshape(-1)[rng.randrange(changed.size)] = rng.choice((np.nan, np.inf, -1e30, 1e38, 1e-45))
    elif changed.size:
        changed.reshape(-1)[:] = rng.choice((0, 1))
    return changed
