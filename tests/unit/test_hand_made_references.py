"""Photos that were edited in the program as references of a style: added, replaced, taken back, read again."""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.errors import StyleError
from pie_desktop.imaging.pairs.check import read_image
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles.document import read_document
from pie_desktop.styles.references import COPY_SIDE, HandEdit
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "styles", builtin=tmp_path / "builtin")


@pytest.fixture
def style(library: StyleLibrary, sample_pairs: list[tuple[Path, Path]]) -> Style:
    """Of two pairs from files."""
    return library.create("Warm", [EditPair(*pair) for pair in sample_pairs[:2]]).style


def hand_edit(photo: Path, factor: float) -> HandEdit:
    before = read_image(photo, COPY_SIDE)
    return HandEdit(photo, before, np.clip(before * factor, 0, 255).astype(np.uint8))


def test_a_pair_by_hand_is_the_unedited_photo_and_what_was_made_of_it(
    library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    photo = photo_folder / "rocket.jpg"
    edit = hand_edit(photo, 0.6)
    report = library.add_by_hand(style.id, [edit])
    assert (report.added, report.problems, report.replaced_ids) == (1, (), ())
    (made,) = (one for one in library.get(style.id).references if one.by_hand)
    assert made.id in report.added_ids and Path(made.source) == photo and made.before is not None
    for copy, wanted in ((made.after, edit.after), (made.before, edit.before)):
        assert np.abs(read_image(copy, COPY_SIDE).astype(int) - wanted).mean() < 2
    assert report.style.fingerprint != style.fingerprint


def test_a_photo_that_is_added_again_replaces_its_pair_and_that_can_be_taken_back(
    library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    photo = photo_folder / "rocket.jpg"
    first = library.add_by_hand(style.id, [hand_edit(photo, 0.6)])
    moved = photo.rename(photo.with_name("moved.jpg"))  # it is known by its content
    second = library.add_by_hand(style.id, [hand_edit(moved, 0.8)])
    assert second.replaced_ids == first.added_ids and len(second.style.references) == 3
    back = library.exchange(style.id, second.added_ids, second.replaced_ids)
    assert back == first.style and back.fingerprint == first.style.fingerprint
    assert all(one.after.is_file() and one.before and one.before.is_file() for one in back.references)
    assert library.exchange(style.id, second.replaced_ids, second.added_ids) == second.style, "again"
    library.exchange(style.id, second.added_ids, second.replaced_ids)
    assert library.exchange(style.id, first.added_ids, first.replaced_ids) == library.get(style.id)
    assert library.get(style.id).fingerprint == style.fingerprint


def test_what_was_added_from_files_gives_way_to_the_hand_of_the_same_photo(
    library: StyleLibrary, style: Style, sample_pairs: list[tuple[Path, Path]]
) -> None:
    original = sample_pairs[0][1]
    report = library.add_by_hand(style.id, [hand_edit(original, 0.5)])
    assert report.replaced_ids == (style.references[0].id,) and len(report.style.references) == 2
    assert library.exchange(style.id, report.added_ids, report.replaced_ids).fingerprint == style.fingerprint


def test_the_same_edit_is_not_added_twice(library: StyleLibrary, style: Style, photo_folder: Path) -> None:
    edit = hand_edit(photo_folder / "rocket.jpg", 0.6)
    once = library.add_by_hand(style.id, [edit])
    with pytest.raises(StyleError, match=r"“rocket\.jpg” is already in “Warm” as it is"):
        library.add_by_hand(style.id, [edit])
    assert library.get(style.id) == once.style


def test_of_one_photo_given_twice_the_last_edit_stays(library: StyleLibrary, style: Style, photo_folder: Path) -> None:
    photo = photo_folder / "rocket.jpg"
    report = library.add_by_hand(style.id, [hand_edit(photo, 0.5), hand_edit(photo, 0.8)])
    (made,) = (one for one in report.style.references if one.by_hand)
    assert (report.added, report.added_ids, report.replaced_ids) == (1, (made.id,), ())
    assert library.exchange(style.id, report.added_ids, report.replaced_ids).fingerprint == style.fingerprint


@pytest.mark.parametrize(
    ("factor", "problem"), [(1.0, "looks as it does without its edit"), (0.0, "is, as edited, black")]
)
def test_what_teaches_nothing_is_left_out(
    library: StyleLibrary, style: Style, photo_folder: Path, factor: float, problem: str
) -> None:
    rocket, chelsea = (photo_folder / f"{name}.jpg" for name in ("rocket", "chelsea"))
    with pytest.raises(StyleError, match=problem):
        library.add_by_hand(style.id, [hand_edit(rocket, factor)])
    assert library.get(style.id) == style
    report = library.add_by_hand(style.id, [hand_edit(rocket, factor), hand_edit(chelsea, 0.6)])
    assert report.added == 1 and problem in report.problems[0]


def test_a_style_can_begin_with_photos_edited_here(library: StyleLibrary, photo_folder: Path) -> None:
    report = library.create_by_hand("Mine", [hand_edit(photo_folder / "rocket.jpg", 0.6)])
    assert [one.by_hand for one in library.find("mine").references] == [True] and report.added == 1
    with pytest.raises(StyleError, match=r"“Other” was not created: “chelsea\.jpg” looks as it does without"):
        library.create_by_hand("Other", [hand_edit(photo_folder / "chelsea.jpg", 1.0)])
    assert [style.name for style in library.list()] == ["Mine"]


def test_a_reference_that_came_meanwhile_stays_when_the_hand_is_taken_back(
    library: StyleLibrary, style: Style, photo_folder: Path, sample_pairs: list[tuple[Path, Path]]
) -> None:
    report = library.add_by_hand(style.id, [hand_edit(photo_folder / "rocket.jpg", 0.6)])
    for reference in style.references:
        library.remove_reference(style.id, reference.id)
    with pytest.raises(StyleError, match="needs at least one reference"):
        library.exchange(style.id, report.added_ids, report.replaced_ids)
    library.add(style.id, [EditPair(*sample_pairs[2])])
    assert [one.by_hand for one in library.exchange(style.id, report.added_ids, report.replaced_ids).references] == [
        False
    ]


def test_older_versions_read_styles_without_such_references(
    library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    assert read_document(style.folder).format == 1
    assert "by_hand" not in (style.folder / "style.json").read_text()
    report = library.add_by_hand(style.id, [hand_edit(photo_folder / "rocket.jpg", 0.6)])
    assert read_document(style.folder).format == 2
    library.exchange(style.id, report.added_ids, report.replaced_ids)
    assert read_document(style.folder).format == 1


def test_with_another_original_it_is_no_correction_any_more(
    library: StyleLibrary, style: Style, photo_folder: Path
) -> None:
    photo = photo_folder / "rocket.jpg"
    (added,) = library.add_by_hand(style.id, [hand_edit(photo, 0.6)]).added_ids
    swapped = library.swap_pair(style.id, added)
    assert not any(one.by_hand for one in swapped.references)
