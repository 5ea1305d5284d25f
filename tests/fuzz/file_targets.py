"""Small files of the program's own, and LUTs: edits, settings, presets, the catalog."""

import json
import random
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.catalog.folder_styles import FolderStyle
from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished
from pie_desktop.edit.history import PhotoHistory
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.engine.kept_picks import KeptPicks, read_picks, write_picks
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.lut.files import cube_text, load_lut
from pie_desktop.imaging.metadata.marks import Mark
from pie_desktop.model.choices import Answer, believe, observed, sizes
from pie_desktop.model.taste import Pick, Question
from tests.fuzz.corpus import Corpus
from tests.fuzz.documents import mutate_document
from tests.fuzz.mutations import mutate
from tests.fuzz.targets import Fault


def make_lut(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    if rng.random() < 0.6:
        target = place / "lut.cube"
        target.write_bytes(mutate(cube_text(identity_lut()[::8, ::8, ::8], "a title").encode(), rng))
        return target
    target = place / rng.choice(("hald.png", "hald.tif"))
    Image.fromarray(np.arange(27 * 27 * 3, dtype=np.uint8).reshape(27, 27, 3)).save(target)
    target.write_bytes(mutate(target.read_bytes(), rng))
    return target


def try_lut(path: Path) -> None:
    load_lut(path)


def make_edit(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    edit = Edit.styled("warm", 0.5, 0.7).with_part(VignettePart(-20.0)).with_part(MasksPart((Mask(), Mask("radial"))))
    return write_document(place / "edit.json", edit.to_text(), rng)


def try_edit(path: Path) -> None:
    edit = Edit.from_text(path.read_bytes().decode("utf-8", "replace"))
    image = np.full((40, 60, 3), 120, np.uint8)
    if edit.local_parts:
        finished(image, identity_lut(2), edit.local_parts, Frame.of(image))


def make_settings(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    values = {"export.file": asdict(EncodeOptions()), "export.edit": Edit.styled("warm").to_json()}
    sound = values | {"export.amount": 100, "window.geometry": "AAAA", "export.own_edits": True, "model.bundle": ""}
    return write_document(place / "settings.json", json.dumps(sound), rng)


def try_settings(path: Path) -> None:
    from pie_desktop.export.presets import options_from_json
    from pie_desktop.ui.settings import Settings

    settings = Settings(path)
    options_from_json(settings.get("export.file"))
    settings.text("window.geometry"), settings.flag("export.own_edits")
    settings.number("export.amount", 100, 0, 200)
    settings.set("fuzz", 1)
    settings.save()
    Edit.from_json(settings.get("export.edit"))


def make_preset(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    from pie_desktop.export.presets import ExportPreset, write_preset

    target = place / "own.piepreset"
    write_preset(ExportPreset("Own", EncodeOptions("webp", 80, long_side=2048)), target)
    return write_document(target, target.read_text(encoding="utf-8"), rng)


def try_preset(path: Path) -> None:
    from pie_desktop.export.presets import PresetLibrary

    library = PresetLibrary(path.parent / "presets")
    library.import_file(path)
    library.presets()


def make_picks(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """Answers of the taste finder, of a model with three weights."""
    picks = [Pick(Question(number, "warmth", np.ones(3), np.zeros(3)), Answer.FIRST) for number in range(2)]
    target = place / "picks.json"
    write_picks(target, KeptPicks("model", "", [place / "a.jpg", place / "b.jpg"], picks))
    return write_document(target, target.read_text(encoding="utf-8"), rng)


def try_picks(path: Path) -> None:
    kept = read_picks(path, "model", "", 3)
    if kept is not None:
        believe(
            [observed(p.question.first, p.question.second, np.eye(3), p.answer) for p in kept.picks], sizes(np.eye(3))
        )
        write_picks(path, kept)
        again = read_picks(path, "model", "", 3)
        if again is None or len(again.picks) != len(kept.picks):
            raise Fault("picks that were read are not those that are written")


def make_catalog(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """All that a catalog keeps of a photo; the file is changed, or what stands in one of its columns."""
    target, photo = place / "catalog.sqlite", corpus.plain_jpeg(place / "photo.jpg")
    catalog = Catalog(target)
    history = PhotoHistory.begin(Edit(), 1.7e9).push("Warm", Edit.styled("warm", 0.5), 1.7e9).with_snapshot("A", 1.7e9)
    catalog.put_history(photo, history)
    catalog.marks.put({photo: Mark(4, "pick", "Red")})
    catalog.folder_styles.put(place, FolderStyle("warm", True))
    catalog.close()
    if rng.random() < 0.4:
        target.write_bytes(mutate(target.read_bytes(), rng))
        return target
    with closing(sqlite3.connect(target)) as connection, connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        table = rng.choice(sorted(tables))
        column = rng.choice([row[1] for row in connection.execute(f"PRAGMA table_info({table})")])
        before = connection.execute(f"SELECT {column} FROM {table}").fetchone()
        with suppress(sqlite3.IntegrityError):  # what a column does not take cannot be in it
            connection.execute(f"UPDATE {table} SET {column} = ?", (_other_value(before and before[0], rng),))
    return target


def _other_value(value: object, rng: random.Random) -> object:
    """Something else for a column: SQLite keeps values of any kind in any column."""
    if isinstance(value, str) and value.startswith("{") and rng.random() < 0.8:
        changed = mutate_document(value, rng)
        return changed if rng.random() < 0.1 else changed.decode("utf-8", "replace")
    return rng.choice((None, "", "x", b"\xff", b"{}", "{}", 0, -1, 2**62, 1e308, float("inf"), "9" * 5000, "\0"))


def try_catalog(path: Path) -> None:
    photo = path.with_name("photo.jpg")
    catalog = Catalog(path)
    try:
        catalog.get(photo)
        history = catalog.history(photo)
        catalog.marks.get(photo)
        catalog.folder_styles.get(path.parent)
        catalog.put(photo, Edit.styled("cold"))
        if history is not None:
            catalog.put_history(photo, history.undo().push("Cold", Edit.styled("cold"), 1.7e9))
        catalog.marks.put({photo: Mark(1)})
        catalog.take_problems()
    finally:
        catalog.close()


def write_document(path: Path, sound: str, rng: random.Random) -> Path:
    """Write a changed JSON document; its path."""
    path.write_bytes(mutate_document(sound, rng))
    return path
