"""Small files of the program's own, and LUTs: edits, settings, presets, the catalog."""

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.lut.files import cube_text, load_lut
from tests.fuzz.corpus import Corpus
from tests.fuzz.documents import mutate_document
from tests.fuzz.mutations import mutate


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
    return write_document(place / "edit.json", Edit.styled("warm", 0.5, 0.7).to_text(), rng)


def try_edit(path: Path) -> None:
    Edit.from_text(path.read_bytes().decode("utf-8", "replace"))


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


def make_catalog(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    target, photo = place / "catalog.sqlite", corpus.plain_jpeg(place / "photo.jpg")
    catalog = Catalog(target)
    catalog.put(photo, Edit.styled("warm", 0.5))
    catalog.close()
    if rng.random() < 0.5:
        target.write_bytes(mutate(target.read_bytes(), rng))
        return target
    changed: str | bytes = mutate_document(Edit.styled("warm").to_text(), rng)
    if rng.random() < 0.8:
        changed = changed.decode("utf-8", "replace") if isinstance(changed, bytes) else changed
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute("UPDATE edits SET edit = ?", (changed,))
    return target


def try_catalog(path: Path) -> None:
    photo = path.with_name("photo.jpg")
    catalog = Catalog(path)
    try:
        catalog.get(photo)
        catalog.put(photo, Edit.styled("cold"))
        catalog.take_problems()
    finally:
        catalog.close()


def write_document(path: Path, sound: str, rng: random.Random) -> Path:
    """Write a changed JSON document; its path."""
    path.write_bytes(mutate_document(sound, rng))
    return path
