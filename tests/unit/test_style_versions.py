"""Versions of a style: what makes one, going back, what is kept, and what a crash or damage costs."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from pie_desktop.errors import StyleError
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles import versions
from pie_desktop.styles.document import REFERENCES_FOLDER, read_document
from pie_desktop.styles.references import HandEdit
from pie_desktop.styles.store import Style, StyleLibrary


def photo(path: Path, number: int) -> np.ndarray:
    """One of a few photographs, small; written to `path`."""
    image = (data.coffee, data.chelsea, data.rocket, data.astronaut, lambda: data.coffee()[200:, 300:])[number - 1]()
    small = np.asarray(Image.fromarray(image).resize((150, 100), Image.Resampling.BOX))
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(small).save(path)
    return small


def pair(folder: Path, number: int) -> EditPair:
    before = photo(folder / f"{number}.png", number)
    edited = np.clip(before * np.array([1.2, 1.0, 0.75]), 0, 255).astype(np.uint8)
    Image.fromarray(edited).save(folder / f"{number}_edit.png")
    return EditPair(folder / f"{number}_edit.png", folder / f"{number}.png")


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")


@pytest.fixture
def style(library: StyleLibrary, tmp_path: Path) -> Style:
    return library.create("Warm", [pair(tmp_path / "photos", number) for number in (1, 2)]).style


def told(library: StyleLibrary, style: Style) -> list[tuple[int, str]]:
    return [(version.number, version.what) for version in library.versions(style.id)]


def content(style: Style) -> list[tuple[str, bytes, bytes | None]]:
    """Ids and bytes of the copies."""
    return [
        (one.id, one.after.read_bytes(), one.before.read_bytes() if one.before is not None else None)
        for one in style.references
    ]


def test_a_style_that_was_never_changed_has_one_version_and_no_files(library: StyleLibrary, style: Style) -> None:
    (only,) = library.versions(style.id)
    assert (only.number, only.references, only.pairs, only.current) == (1, 2, 2, True)
    assert only.made == style.created
    assert not (style.folder / versions.FOLDER).exists()
    assert library.version(style.id, 1) == style


def test_every_change_of_references_is_a_version(library: StyleLibrary, style: Style, tmp_path: Path) -> None:
    library.add(style.id, [pair(tmp_path / "photos", 3)])
    library.remove_reference(style.id, "001")
    library.swap_pair(style.id, "002")
    hand = HandEdit(tmp_path / "photos" / "hand.png", *_by_hand(tmp_path / "photos" / "hand.png"))
    library.add_by_hand(style.id, [hand])
    library.set_before(style.id, "003", None)
    assert told(library, style) == [
        (6, "1 reference changed"),
        (5, "1 photo corrected by hand"),
        (4, "1 reference changed"),
        (3, "1 reference removed"),
        (2, "1 reference added"),
        (1, "The first"),
    ]
    assert [version.current for version in library.versions(style.id)] == [True, *[False] * 5]
    library.rename(style.id, "Warmer")
    library.dismiss_doubt(style.id, "002")
    assert len(library.versions(style.id)) == 6, "neither changes a reference"


def _by_hand(path: Path) -> tuple[np.ndarray, np.ndarray]:
    before = photo(path, 5)
    return before, np.clip(before * 0.7, 0, 255).astype(np.uint8)


def test_going_back_brings_everything_back_and_can_be_undone(
    library: StyleLibrary, style: Style, tmp_path: Path
) -> None:
    first = content(style)
    library.add(style.id, [pair(tmp_path / "photos", 3)])
    library.set_before(style.id, "001", None)
    library.set_before(style.id, "001", tmp_path / "photos" / "1.png")
    library.swap_pair(style.id, "002")
    changed = library.remove_reference(style.id, "003")
    number = library.versions(style.id)[0].number
    latest = content(changed)
    assert latest != first

    back = library.go_back(style.id, 1)
    assert content(back) == content(library.get(style.id)) == first
    assert back.fingerprint == style.fingerprint, "what a model learned from it then is what it learns now"
    assert told(library, style)[0] == (number + 1, "Went back to version 1")
    again = library.go_back(style.id, number)
    assert content(again) == latest
    assert again.fingerprint == changed.fingerprint
    named = {one.name for one in (style.folder / REFERENCES_FOLDER).iterdir()}
    kept = read_document(style.folder)
    assert named == {copy for one in kept.references for copy in (one.after, one.before) if copy}
    new = library.add(style.id, [pair(tmp_path / "photos", 4)]).style
    assert new.references[-1].id == "004", "a number is never given twice"


def test_a_version_can_be_looked_at(library: StyleLibrary, style: Style, tmp_path: Path) -> None:
    library.remove_reference(style.id, "001")
    old = library.version(style.id, 1)
    assert content(old) == content(StyleLibrary(library.folder).version(style.id, 1))
    assert [one.id for one in old.references] == ["001", "002"]
    assert old.fingerprint == style.fingerprint
    assert [one.id for one in library.get(style.id).references] == ["002"]
    with pytest.raises(StyleError, match="no longer there"):
        library.version(style.id, 99)


def test_what_was_removed_is_not_brought_back_twice(library: StyleLibrary, style: Style) -> None:
    library.remove_reference(style.id, "001")
    library.go_back(style.id, 1)
    again = library.restore_reference(style.id, "001")
    assert [one.id for one in again.references] == ["001", "002"]
    assert [one.id for one in library.exchange(style.id, [], ["001"]).references] == ["001", "002"]


def test_copies_are_shared(library: StyleLibrary, style: Style) -> None:
    for _ in range(4):
        library.swap_pair(style.id, "001")
    copies = list((style.folder / versions.FOLDER / versions.COPIES).iterdir())
    assert len(copies) == 4, "two pairs, whatever was done to them"
    here = {one.after.stat().st_ino for one in style.references}
    assert here <= {copy.stat().st_ino for copy in copies}, "the style's own are the same files"


def test_a_disk_without_links_gets_copies(library: StyleLibrary, style: Style, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(95, "not supported")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    first = content(style)
    library.swap_pair(style.id, "001")
    library.remove_reference(style.id, "002")
    copies = list((style.folder / versions.FOLDER / versions.COPIES).iterdir())
    assert len(copies) == 4
    assert all(copy.stat().st_nlink == 1 for copy in copies)
    assert content(library.go_back(style.id, 1)) == first


def test_old_versions_go_first_and_named_ones_last(
    library: StyleLibrary, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_VERSIONS", 4)
    library.swap_pair(style.id, "001")
    library.name_version(style.id, 1, "As I like it")
    for _ in range(5):
        library.swap_pair(style.id, "001")
    kept = library.versions(style.id)
    assert [version.number for version in kept] == [7, 6, 5, 1]
    assert kept[-1].name == "As I like it"
    assert kept[0].current
    assert library.name_version(style.id, 1, " ")[-1].name is None
    library.swap_pair(style.id, "001")
    assert [version.number for version in library.versions(style.id)] == [8, 7, 6, 5]


def test_bytes_are_bounded_and_what_the_style_needs_is_never_deleted(
    library: StyleLibrary, style: Style, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_BYTES", 1)
    library.add(style.id, [pair(tmp_path / "photos", number) for number in (3, 4)])
    changed = library.remove_reference(style.id, "002")
    assert [version.number for version in library.versions(style.id)] == [3], "only it needs no others' copies"
    copies = {copy.name for copy in (style.folder / versions.FOLDER / versions.COPIES).iterdir()}
    assert len(copies) == 6
    again = library.restore_reference(style.id, "002")
    assert [one.id for one in again.references] == ["001", "002", "003", "004"], "the trash is another place"
    assert content(library.get(style.id)) == content(again)
    assert len(content(changed)) == 3


def test_a_crash_between_the_style_and_its_version_costs_nothing(
    library: StyleLibrary, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, real = content(style), versions.keep
    calls: list[int] = []

    def crash(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(versions, "keep", crash)
    with pytest.raises(KeyboardInterrupt):
        library.swap_pair(style.id, "001")
    monkeypatch.undo()
    swapped = content(library.get(style.id))
    assert [version.current for version in library.versions(style.id)] == [False], "it is not the latest any more"
    library.remove_reference(style.id, "002")
    assert told(library, style) == [
        (3, "1 reference removed"),
        (2, "1 reference changed"),
        (1, "The first"),
    ]
    assert content(library.go_back(style.id, 2)) == swapped
    assert content(library.go_back(style.id, 1)) == first


def test_a_crash_while_going_back_leaves_the_style_as_it_was(
    library: StyleLibrary, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = content(style)
    library.swap_pair(style.id, "001")
    changed = content(library.remove_reference(style.id, "002"))

    def crash(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    from pie_desktop.styles import writing

    monkeypatch.setattr(writing, "write_document", crash)
    with pytest.raises(StyleError, match="No space left"):
        library.go_back(style.id, 1)
    monkeypatch.undo()
    assert content(StyleLibrary(library.folder).get(style.id)) == changed
    assert content(library.go_back(style.id, 1)) == first


@pytest.mark.parametrize("damage", ["{", '{"format": 2}', '{"format": 1, "number": 0}', "[" * 1000])
def test_a_damaged_version_costs_that_version(library: StyleLibrary, style: Style, damage: str) -> None:
    library.swap_pair(style.id, "001")
    library.remove_reference(style.id, "002")
    (style.folder / versions.FOLDER / "000002.json").write_text(damage)
    assert [version.number for version in library.versions(style.id)] == [3, 1]
    library.go_back(style.id, 1)
    assert [version.number for version in library.versions(style.id)] == [4, 3, 1]
    assert (style.folder / versions.FOLDER / "000002.json").read_text() == damage, "it is left as it is"


def test_a_version_cannot_point_outside(library: StyleLibrary, style: Style) -> None:
    library.swap_pair(style.id, "001")
    place = style.folder / versions.FOLDER / "000001.json"
    document = versions.VersionDocument.model_validate_json(place.read_text())
    stored = document.references[0].after
    place.write_text(place.read_text().replace(stored, "../../../secret.jpg"))
    assert [version.number for version in library.versions(style.id)] == [2]


def test_lost_copies_cost_their_references(library: StyleLibrary, style: Style) -> None:
    library.swap_pair(style.id, "001")
    library.remove_reference(style.id, "001")
    first = versions.find(style.folder, 1)
    versions.copy_path(style.folder, first.references[0].after).unlink()
    versions.write(style.folder, first.model_copy(update={"number": 2, "references": first.references[:1]}))
    with pytest.raises(StyleError, match="gone"):
        library.version(style.id, 2)
    with pytest.raises(StyleError, match="gone"):
        library.go_back(style.id, 2)
    assert [one.id for one in library.get(style.id).references] == ["002"]
    assert [one.id for one in library.go_back(style.id, 1).references] == ["002"]


def test_a_copy_of_a_style_begins_anew_and_the_trash_keeps_all(library: StyleLibrary, style: Style) -> None:
    library.swap_pair(style.id, "001")
    copy = library.duplicate(style.id)
    assert [version.number for version in library.versions(copy.id)] == [1]
    library.undelete(library.delete(style.id))
    assert [version.number for version in library.versions(style.id)] == [2, 1]


def test_a_style_is_copied_while_an_outdated_preference_is_removed(
    library: StyleLibrary, style: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    outdated = style.folder / "preference.old.model.safetensors"
    outdated.write_bytes(b"old")

    def remove(_folder: str, _names: list[str]) -> set[str]:
        outdated.unlink(missing_ok=True)  # it is listed already
        return set()

    monkeypatch.setattr(shutil, "ignore_patterns", lambda *_patterns: remove)
    assert len(library.duplicate(style.id).references) == len(style.references)


def test_names_of_versions_are_checked(library: StyleLibrary, style: Style) -> None:
    named = library.name_version(style.id, 1, " Before the wedding ")
    assert [(version.number, version.name) for version in named] == [(1, "Before the wedding")]
    for name in ("x" * 81, "line\nbreak"):
        with pytest.raises(StyleError, match="80 printable"):
            library.name_version(style.id, 1, name)
