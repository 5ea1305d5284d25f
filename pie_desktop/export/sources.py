"""Which versions of photos an export takes, each once, and the edits that they have."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from pie_desktop.edit.versions import PhotoVersion, Source, path_of
from pie_desktop.errors import Cancelled
from pie_desktop.export.photo_edits import CopiesOf, EditOf, PhotoEdit
from pie_desktop.imaging.listing import distinct_files, list_photos, one_per_photo


def expand_sources(sources: Iterable[Source], copies_of: CopiesOf | None = None) -> list[PhotoVersion]:
    """Photos and folders as versions of photos, absolute, each file once however its path is spelt.

    The versions of a photo stand together, the photo itself before its virtual copies.

    Args:
        sources: photos, folders, and versions, of which exactly those are taken.
        copies_of: gives the virtual copies of the photos and of those in folders; none of them are taken without it.

    Raises:
        DecodeError: a folder cannot be read.
        PieError: as `copies_of`.
    """
    chosen: dict[Path, dict[str, None]] = {}
    for source in sources:
        path = path_of(source).absolute()
        if isinstance(source, PhotoVersion):
            chosen.setdefault(path, {})[source.copy] = None
            continue
        for photo in one_per_photo(list_photos(path)) if path.is_dir() else [path]:
            copies = copies_of(photo) if copies_of is not None else ()
            chosen.setdefault(photo, {}).update(dict.fromkeys(("", *copies)))
    return [
        PhotoVersion(path, copy)
        for path in distinct_files(chosen)
        for copy in sorted(chosen[path], key=lambda copy: copy != "")
    ]


def edits_of(
    photos: Sequence[PhotoVersion], edit_of: EditOf | None, should_cancel: Callable[[], bool] | None
) -> dict[PhotoVersion, PhotoEdit]:
    """The edit of each photo; nothing where all photos have the edit of the settings."""
    found: dict[PhotoVersion, PhotoEdit] = {}
    if edit_of is not None:
        for photo in photos:
            if should_cancel is not None and should_cancel():
                raise Cancelled
            found[photo] = edit_of(photo)
    return found


def alike_versions(
    photos: Sequence[PhotoVersion], edits: Mapping[PhotoVersion, PhotoEdit]
) -> dict[PhotoVersion, PhotoVersion]:
    """Versions that would be the same file as one before them, since their photo has one edit in this export."""
    first: dict[Path, PhotoVersion] = {}
    found = {}
    for photo in photos:
        before = first.setdefault(photo.path, photo)
        if before is not photo and (photo not in edits or edits[photo].origin == "one"):
            found[photo] = before
    return found
