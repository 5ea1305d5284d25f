"""Copying an edit, or parts of it, to other photos."""

from pie_desktop.edit.copying import as_in, copy_groups, with_change, with_groups
from pie_desktop.edit.edit import AMOUNT, STRENGTH, Edit
from pie_desktop.edit.parts.geometry import GeometryPart

SOURCE = Edit.styled("warm", 1.2, 0.7)
OTHER = Edit.styled("cool", 0.5, 0.9)


def test_chosen_groups_are_taken_and_the_rest_stays() -> None:
    assert with_groups(OTHER, SOURCE, ["style"]) == Edit.styled("warm", 0.5, 0.9)
    assert with_groups(OTHER, SOURCE, ["preference", "amount"]) == Edit.styled("cool", 1.2, 0.7)
    assert with_groups(OTHER, SOURCE, []) == OTHER


def test_all_groups_together_are_the_whole_edit() -> None:
    assert with_groups(OTHER, SOURCE, [group.key for group in copy_groups()]) == SOURCE


def test_an_unknown_group_is_left_out() -> None:
    assert with_groups(OTHER, SOURCE, ["of a newer version"]) == OTHER


def test_only_what_was_changed_is_taken_over() -> None:
    assert with_change(OTHER, SOURCE, SOURCE.with_value(STRENGTH, 0.1)) == OTHER.with_value(STRENGTH, 0.1)
    assert with_change(OTHER, SOURCE, SOURCE.with_style(None)) == OTHER.with_style(None)
    assert with_change(OTHER, SOURCE, SOURCE) == OTHER
    both = with_change(OTHER, SOURCE, SOURCE.with_value(AMOUNT, 0.2).with_style("film"))
    assert both == Edit.styled("film", 0.5, 0.2)


def test_a_crop_is_copied_only_where_it_is_chosen() -> None:
    cropped, other = SOURCE.with_part(GeometryPart(crop_left=0.2)), OTHER.with_part(GeometryPart(straighten=3))
    assert [group.key for group in copy_groups() if group.of_one_photo] == ["geometry"]
    assert as_in(other, cropped) == SOURCE.with_part(GeometryPart(straighten=3))
    assert as_in(OTHER, cropped) == SOURCE
    assert with_groups(other, cropped, ["geometry"]) == OTHER.with_part(GeometryPart(crop_left=0.2))
