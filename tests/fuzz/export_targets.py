"""Exports: of changed photos, with changed sidecars, and such as go on from a changed journal."""

import contextlib
import os
import random
import zlib
from pathlib import Path

from pie_desktop.edit.transform import Transform
from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.formats.registry import written_formats
from pie_desktop.imaging.lut.apply import identity_lut
from tests.fuzz.black import is_black, is_lit
from tests.fuzz.corpus import SIDECAR, Corpus
from tests.fuzz.documents import mutate_lines
from tests.fuzz.mutations import mutate
from tests.fuzz.photo_targets import make_photo
from tests.fuzz.targets import Fault

_RAW_THERAPEE = b"[General]\nRank=4\nColorLabel=3\nInTrash=false\n\n[Exposure]\nAuto=false\nClip=0.02\n"


def make_export(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A changed photo; one in four has a changed sidecar."""
    photo = make_photo(corpus, rng, place)
    if rng.random() < 0.25:
        photo.with_name(photo.name + ".xmp").write_bytes(mutate(SIDECAR, rng))
    return photo


def make_sidecar(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A sound photo with a changed sidecar, of any of the three kinds."""
    raw = rng.random() < 0.3
    photo = place / ("photo.dng" if raw else "photo.jpg")
    if raw:
        photo.write_bytes(rng.choice(corpus.raw_photos).read_bytes())
    else:
        corpus.plain_jpeg(photo)
    name = rng.choice((photo.name + ".xmp", "photo.xmp", photo.name + ".pp3"))
    sound = _RAW_THERAPEE if name.endswith(".pp3") else rng.choice(corpus.sidecars)
    (place / name).write_bytes(mutate(sound, rng, corpus.sidecars))
    return photo


def try_export(path: Path) -> None:
    """Written once, in a format, a size and a policy of metadata that follow from the bytes of the input."""
    from pie_desktop.export.worker import ExportTask, export_isolated
    from pie_desktop.imaging.metadata.reading import read_summary
    from pie_desktop.imaging.metadata.sidecars import sidecar_digest

    options = _options(_chance(path.parent))
    target = path.parent / f"written{options.suffix}"
    with contextlib.suppress(PieError):  # the export has to do without
        read_summary(path), sidecar_digest(path)
    outcome = export_isolated(path, ExportTask(0, path, target, True, options, identity_lut()))
    if outcome.details is not None:
        raise RuntimeError(outcome.details)
    if outcome.problem is not None:
        raise PieError(outcome.problem)
    if is_black(load_photo(target)) and is_lit(load_photo(path)):
        raise Fault(f"{path.name} is exported as a black image, with {options}")
    if options.metadata != "all" and _says_where(target):
        raise Fault(f"the place of {path.name} is in its export, with {options}")


def make_journal(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """The journal of an export of three photos: one done, one complete but not named, one not begun."""
    from pie_desktop.export import journal as journals
    from pie_desktop.export.job import ExportItem, ExportSettings, plan_export
    from pie_desktop.export.settings import ExportPart
    from pie_desktop.export.staging import Staging
    from tests.doubles.models import any_preference

    photos = [corpus.plain_jpeg(place / f"{name}.jpg") for name in "abc"]
    settings = ExportSettings(place / "out", EncodeOptions("png", metadata="no-location"))
    plan = tuple(plan_export(photos, settings))
    preference = any_preference("tiny") if rng.random() < 0.5 else None
    part = ExportPart(settings, plan, lambda proxy: Transform(identity_lut(), identity_lut()), preference, "tiny")
    journal = journals.create(place / "exports", [part])
    (place / "out").mkdir()
    staging = Staging(journal.id, {place / "out"})
    items = [ExportItem(photo.source, photo.target, "written", "A warning.", 1.5, 2.5) for photo in plan]
    for index in (0, 1):
        staged = staging.place(index, plan[index].target, place / "out")
        staged.write_bytes(photos[index].read_bytes())
        journal.begun(index)
        journal.ready(index, staged, items[index])
        if index == 0:
            staged.rename(plan[0].target)
            journal.ended(0, items[0])
    if rng.random() < 0.3:
        journal.closed("cancelled")
    journal.close()
    file = journal.folder / journals.JOURNAL
    file.write_bytes(mutate_lines(file.read_text(encoding="utf-8"), rng))
    kept = journal.folder / "preference-0.safetensors"
    if preference is not None and rng.random() < 0.2:
        kept.write_bytes(mutate(kept.read_bytes(), rng))
    return file


def try_resume(path: Path) -> None:
    """Found, and taken to its end or dismissed; the photos stay as they are whatever the journal says."""
    from pie_desktop.engine.engine import Engine
    from pie_desktop.export.job import Running, run_job
    from pie_desktop.export.kept import read_export
    from pie_desktop.export.unfinished import continued, dismiss, latest_unfinished, unfinished_exports
    from pie_desktop.styles.store import StyleLibrary
    from tests.doubles.models import PlainModel

    home = path.parent.parent.parent
    photos = {photo: photo.read_bytes() for photo in home.glob("*.jpg")}
    unfinished_exports(path.parent.parent, interrupted_only=False)
    latest_unfinished(path.parent.parent, home / "out")
    export = read_export(path.parent)
    written = [part.settings.destination for part in export.parts]
    written += [photo.target for photo in export.photos] + [ready.staged for ready in export.ready.values()]
    if not all(Path(os.path.normpath(place)).is_relative_to(home) for place in written):
        return  # a journal may name any folder of the user's; this one must not touch the machine's
    if _chance(path.parent).random() < 0.2:
        dismiss(export)
    else:
        engine = Engine(StyleLibrary(home / "styles"), home / "tiny.piemodel", open_model=PlainModel)
        run_job(continued(export, engine), Running(workers=0), export)
    for photo, content in photos.items():
        if not photo.is_file() or photo.read_bytes() != content:
            raise Fault(f"{photo.name} is no longer what it was after an export")


def _options(rng: random.Random) -> EncodeOptions:
    return EncodeOptions(
        rng.choice(list(written_formats())),
        rng.choice((60, 92)),
        rng.choice((48, 48, None)),
        lossless=rng.random() < 0.3,
        compression=rng.choice(("deflate", "lzw", "none")),
        color=rng.choice(("srgb", "display-p3", "adobe-rgb", "rec2020", "source")),
        sharpen=rng.choice(("off", "standard")),
        metadata=rng.choice(("all", "no-location", "no-location", "copyright", "none")),
    )


def _chance(folder: Path) -> random.Random:
    """Random numbers that follow from what lies in a folder, so that a kept input goes the same way again."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    return random.Random(zlib.crc32(b"".join(path.name.encode() + path.read_bytes() for path in paths)))


def _says_where(path: Path) -> bool:
    """Whether the metadata of a file of ours name a place."""
    import exiv2

    image = exiv2.ImageFactory.open(str(path))
    image.readMetadata()
    keys = [datum.key() for data in (image.exifData(), image.xmpData(), image.iptcData()) for datum in data]
    return any("gps" in key.lower() or "city" in key.lower() for key in keys)
