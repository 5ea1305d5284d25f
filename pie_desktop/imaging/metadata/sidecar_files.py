"""The sidecars of a photo: which files beside it they are, and whether they have changed."""

import functools
from pathlib import Path

from pie_desktop.imaging.listing import is_raw


def sidecars_of(photo: Path) -> list[Path]:
    """The sidecars beside a photo that may be its own, the more specific ones first.

    `IMG_1.xmp` belongs to the RAW photo where there is one of that name, as Adobe's programs write it.
    """
    found = [_first_of(photo.parent, f"{photo.name}.xmp"), _first_of(photo.parent, f"{photo.stem}.xmp")]
    if found[1] is not None and not is_raw(photo) and _has_raw_beside(photo):
        found[1] = None
    found.append(_first_of(photo.parent, f"{photo.name}.pp3"))
    return [path for path in found if path is not None]


def sidecar_stamps(photo: Path) -> tuple[tuple[str, int, int], ...]:
    """Path, size and time of each sidecar of a photo: equal as long as none of them was changed, added or removed."""
    stamps = []
    for path in sidecars_of(photo):
        try:
            status = path.stat()
        except OSError:
            continue
        stamps.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(stamps)


def _first_of(folder: Path, name: str) -> Path | None:
    """The file of a name whose suffix may be in capitals: two looks, since listing a large folder takes longer."""
    stem, dot, suffix = name.rpartition(".")
    paths = (folder / name, folder / f"{stem}{dot}{suffix.upper()}")
    try:
        return next((path for path in paths if path.is_file()), None)
    except OSError:  # with its suffix, the name of a sidecar may be longer than the system allows
        return None


def _has_raw_beside(photo: Path) -> bool:
    try:
        return photo.stem in _raw_stems(photo.parent, photo.parent.stat().st_mtime_ns)
    except OSError:
        return False


@functools.lru_cache(maxsize=8)
def _raw_stems(folder: Path, modified: int) -> frozenset[str]:
    """Of the RAW photos of a folder, listed once for all its photos, as long as `modified` stays."""
    return frozenset(path.stem for path in folder.iterdir() if is_raw(path))
