"""What a style is made of: references, `style.json`, its preference, and the model that made it."""

import hashlib
import json
import random
import shutil
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.find import EditPair
from tests.fuzz.corpus import Corpus, image
from tests.fuzz.documents import mutate_document
from tests.fuzz.file_targets import write_document
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
    if rng.random() < 0.4:
        target.write_bytes(mutate(target.read_bytes(), rng))
        return target
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(sorted(files))
    if name.endswith(".json") and rng.random() < 0.8:
        files[name] = mutate_document(files[name].decode(), rng)
    elif rng.random() < 0.6:
        files[name] = mutate(files[name], rng)
    else:
        other = rng.choice(("../evil.jpg", "/evil", "refs/", "refs/002_after.jpg", "style.json/x", "é"))
        files[other] = files.pop(name)
    packing = zipfile.ZIP_DEFLATED if rng.random() < 0.3 else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w", packing) as new:
        for entry, content in files.items():
            new.writestr(entry, content)
    return target


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
        if set(place.parent.iterdir()) - before or list(place.rglob("*evil*")):
            raise Fault("an archive wrote outside its place")
        if library.take_problems():
            raise Fault("a style that cannot be read was taken in")


def make_bundle(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    target = place / "tiny.piemodel"
    shutil.copytree(corpus.bundle, target)
    text = (target / "model.json").read_text(encoding="utf-8")
    if rng.random() < 0.6:
        return write_document(target / "model.json", text, rng)
    weights = target / "model.safetensors"
    weights.write_bytes(mutate(weights.read_bytes(), rng))
    description = json.loads(text) | {"id": hashlib.sha256(weights.read_bytes()).hexdigest()[:16]}
    (target / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return weights


def try_bundle(path: Path) -> None:
    from pie_desktop.model.bundle import list_bundles
    from pie_desktop.model.inference import Inference
    from pie_desktop.model.preference import ReferencePixels

    list_bundles(path.parent.parent)
    model = Inference(path.parent, "cpu")
    preference = model.encode([ReferencePixels(image(), image())])
    _check_luts(*model.luts(image(), preference))


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
        _check_luts(transform.neutral, transform.preferred)


def _check_luts(*luts: np.ndarray) -> None:
    for lut in luts:
        if not np.isfinite(lut).all():
            raise Fault("a model answers with numbers that are not finite")


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
