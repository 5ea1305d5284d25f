"""Files that are passed on, which are archives: changed, or packed anew by somebody who means no good."""

import random
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.fuzz.documents import mutate_document
from tests.fuzz.mutations import mutate
from tests.fuzz.targets import Fault


def change_archive(target: Path, rng: random.Random, names: Sequence[str] = ()) -> Path:
    """Change a sound archive as bytes, or one of its parts: what is in it, or its name.

    Args:
        names: more names that a part may get.
    """
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
        other = rng.choice(("../evil.jpg", "/evil", "é", *names))
        files[other] = files.pop(name)
    return pack(target, files, rng)


def pack(target: Path, files: Mapping[str, bytes], rng: random.Random) -> Path:
    """Write an archive; its path."""
    packing = zipfile.ZIP_DEFLATED if rng.random() < 0.3 else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w", packing) as new:
        for entry, content in files.items():
            new.writestr(entry, content)
    return target


def check_nothing_escaped(place: Path, before: set[Path]) -> None:
    """Whatever an archive was, nothing may lie beside the folder that it was taken into; `before` is what lay there."""
    if set(place.parent.iterdir()) - before or list(place.rglob("*evil*")):
        raise Fault("an archive wrote outside its place")
