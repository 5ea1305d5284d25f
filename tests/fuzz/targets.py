"""What the mutated files go through. A target raises what it meets; which errors are right is the driver's to judge."""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo, load_placeholder, load_preview, load_thumbnail, load_wide, probe
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.lut.files import cube_text, load_lut
from pie_desktop.imaging.metadata.reading import read_saved_by, read_summary
from tests.fuzz.corpus import image
from tests.fuzz.documents import mutate_document, mutate_lines
from tests.fuzz.mutations import mutate


class BlackImage(Exception):
    """A changed file opens as a black image where its original does not, and no sentence says so."""


Make = Callable[[random.Random, Path], Path]
Try = Callable[[Path], None]


class Corpus:
    """What is mutated: photos, and one sound file of each kind that the program keeps, made once for each process."""

    def __init__(self, photos: list[Path], folder: Path) -> None:
        self.photos = photos
        self.folder = folder
        self._documents: dict[str, str] = {}

    def photo(self, rng: random.Random, place: Path) -> Path:
        original = rng.choice(self.photos)
        others = [path for path in self.photos if path.suffix.lower() == original.suffix.lower()]
        target = place / f"photo{original.suffix.lower()}"
        target.write_bytes(mutate(original.read_bytes(), rng, [rng.choice(others).read_bytes()]))
        return target

    def lut(self, rng: random.Random, place: Path) -> Path:
        if rng.random() < 0.6:
            target = place / "lut.cube"
            target.write_bytes(mutate(cube_text(identity_lut()[::8, ::8, ::8], "a title").encode(), rng))
            return target
        target = place / rng.choice(("hald.png", "hald.tif"))
        Image.fromarray(np.arange(27 * 27 * 3, dtype=np.uint8).reshape(27, 27, 3)).save(target)
        target.write_bytes(mutate(target.read_bytes(), rng))
        return target

    def edit(self, rng: random.Random, place: Path) -> Path:
        return _document(place / "edit.json", Edit.styled("warm", 0.5, 0.7).to_text(), rng)

    def settings(self, rng: random.Random, place: Path) -> Path:
        from dataclasses import asdict

        values = {"export.file": asdict(EncodeOptions()), "export.edit": Edit.styled("warm").to_json()}
        sound = values | {"export.amount": 100, "window.geometry": "AAAA", "export.own_edits": True, "model.bundle": ""}
        return _document(place / "settings.json", json.dumps(sound), rng)

    def preset(self, rng: random.Random, place: Path) -> Path:
        from pie_desktop.export.presets import ExportPreset, write_preset

        target = place / "own.piepreset"
        write_preset(ExportPreset("Own", EncodeOptions("webp", 80, long_side=2048)), target)
        return _document(target, target.read_text(encoding="utf-8"), rng)

    def style(self, rng: random.Random, place: Path) -> Path:
        folder = place / "styles" / "0001"
        (folder / "refs").mkdir(parents=True)
        (folder / "refs" / "001_after.jpg").write_bytes(_jpeg(self.folder))
        reference = {"id": "001", "after": "001_after.jpg", "source": "/a.jpg", "after_digest": "0" * 32, "doubt": None}
        style = {
            "format": 1,
            "name": "Warm",
            "created": "2026-01-01T00:00:00Z",
            "next_id": 2,
            "references": [reference],
        }
        return _document(folder / "style.json", json.dumps(style), rng)

    def catalog(self, rng: random.Random, place: Path) -> Path:
        target, photo = place / "catalog.sqlite", place / "photo.jpg"
        photo.write_bytes(_jpeg(self.folder))
        catalog = Catalog(target)
        catalog.put(photo, Edit.styled("warm", 0.5))
        catalog.close()
        if rng.random() < 0.5:
            target.write_bytes(mutate(target.read_bytes(), rng))
            return target
        changed: object = mutate_document(Edit.styled("warm").to_text(), rng)
        if rng.random() < 0.8:
            changed = bytes(str(changed), "ascii").decode() if rng.random() < 0.2 else _text(changed)
        with closing(sqlite3.connect(target)) as connection, connection:
            connection.execute("UPDATE edits SET edit = ?", (changed,))
        return target

    def journal(self, rng: random.Random, place: Path) -> Path:
        from pie_desktop.edit.transform import Transform
        from pie_desktop.export import journal as journals
        from pie_desktop.export.job import ExportSettings, plan_export
        from pie_desktop.export.report import ExportItem
        from pie_desktop.export.settings import ExportPart

        photo = place / "photo.jpg"
        photo.write_bytes(_jpeg(self.folder))
        settings = ExportSettings(place / "out", EncodeOptions("png"))
        lut = identity_lut()
        part = ExportPart(settings, tuple(plan_export([photo], settings)), lambda proxy: Transform(lut, lut))
        journal = journals.create(place / "exports", [part])
        journal.begun(0)
        journal.ready(0, photo, ExportItem(photo, place / "out" / "photo.png", "written", "A warning.", 1.5, 2.5))
        journal.close()
        file = journal.folder / journals.JOURNAL
        file.write_bytes(mutate_lines(file.read_text(encoding="utf-8"), rng))
        return file

    def bundle(self, rng: random.Random, place: Path) -> Path:
        import hashlib

        sound = self.folder / "tiny.piemodel"
        if not sound.exists():
            _tiny_bundle(sound)
        target = place / "tiny.piemodel"
        shutil.copytree(sound, target)
        if rng.random() < 0.6:
            return _document(target / "model.json", (target / "model.json").read_text(encoding="utf-8"), rng)
        weights = target / "model.safetensors"
        weights.write_bytes(mutate(weights.read_bytes(), rng))
        description = json.loads((target / "model.json").read_text(encoding="utf-8"))
        description["id"] = hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
        (target / "model.json").write_text(json.dumps(description), encoding="utf-8")
        return weights


def _document(path: Path, sound: str, rng: random.Random) -> Path:
    path.write_bytes(mutate_document(sound, rng))
    return path


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _jpeg(folder: Path) -> bytes:
    file = folder / "plain.jpg"
    if not file.exists():
        Image.fromarray(image()).save(file)
    return file.read_bytes()


def _tiny_bundle(path: Path) -> None:
    from pie_desktop.model.architecture import Architecture
    from pie_desktop.model.bundle import save_bundle
    from pie_desktop.model.network import PreferenceNetwork

    sizes = Architecture(side=8, grid=4, components=4, lut_size=3, residual_size=2, width=8, heads=2)
    save_bundle(path, PreferenceNetwork(sizes), "Tiny", "2026-01-01T00:00:00Z", {"steps": 1})


def try_photo(path: Path) -> None:
    """Everything that the editor reads of a photo; one refusal does not save the file from the others."""
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
    if isinstance(shown, np.ndarray) and shown.size and not shown.any():
        raise BlackImage(f"{path.name} opens as a black image of {shown.shape}")


def try_export(path: Path) -> None:
    """One photo, written by the isolated process in every policy of metadata by turns."""
    from pie_desktop.export.worker import ExportTask, export_isolated

    number = path.stat().st_size
    policy = ("all", "no-location", "copyright", "none")[number % 4]
    name = ("jpeg", "png", "tiff8", "webp")[number // 4 % 4]
    options = EncodeOptions(name, long_side=48, metadata=policy)  # type: ignore[arg-type]
    target = path.parent / f"written{options.suffix}"
    outcome = export_isolated(path, ExportTask(0, path, target, True, options, identity_lut()))
    if outcome.details is not None:
        raise RuntimeError(outcome.details)
    if outcome.problem is None:
        load_photo(target)


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


def try_preset(path: Path) -> None:
    from pie_desktop.export.presets import PresetLibrary

    library = PresetLibrary(path.parent / "presets")
    library.import_file(path)
    library.presets()


def try_style(path: Path) -> None:
    from pie_desktop.styles.store import StyleLibrary

    library = StyleLibrary(path.parent.parent)
    for style in library.list():
        if not style.builtin:
            library.preference(style, "none")
            library.rename(style.id, "Other name")
            library.duplicate(style.id)
            library.undelete(library.delete(style.id))
    library.take_problems()


def try_catalog(path: Path) -> None:
    photo = path.with_name("photo.jpg")
    catalog = Catalog(path)
    try:
        catalog.get(photo)
        catalog.put(photo, Edit.styled("cold"))
        catalog.take_problems()
    finally:
        catalog.close()


def try_journal(path: Path) -> None:
    from pie_desktop.export.kept import read_export
    from pie_desktop.export.unfinished import dismiss, latest_unfinished, unfinished_exports

    exports, home = path.parent.parent, path.parent.parent.parent
    unfinished_exports(exports, interrupted_only=False)
    latest_unfinished(exports, home / "out")
    export = read_export(path.parent)
    places = [part.settings.destination for part in export.parts] + [photo.target for photo in export.photos]
    if all(Path(os.path.normpath(place)).is_relative_to(home) for place in places):  # it must not touch other folders
        dismiss(export)


def try_bundle(path: Path) -> None:
    from pie_desktop.model.bundle import list_bundles, load_bundle

    list_bundles(path.parent.parent)
    load_bundle(path.parent)


def try_lut(path: Path) -> None:
    load_lut(path)


def try_edit(path: Path) -> None:
    Edit.from_text(path.read_bytes().decode("utf-8", "replace"))


def targets(corpus: Corpus) -> dict[str, tuple[Make, Try]]:
    """By name: what makes an input, and what it goes through."""
    return {
        "photo": (corpus.photo, try_photo),
        "export": (corpus.photo, try_export),
        "lut": (corpus.lut, try_lut),
        "edit": (corpus.edit, try_edit),
        "settings": (corpus.settings, try_settings),
        "preset": (corpus.preset, try_preset),
        "style": (corpus.style, try_style),
        "catalog": (corpus.catalog, try_catalog),
        "journal": (corpus.journal, try_journal),
        "bundle": (corpus.bundle, try_bundle),
    }
