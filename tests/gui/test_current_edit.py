"""The owner of the edit on screen: what its observers hear, and which style is wanted meanwhile."""

import pytest
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import STRENGTH, Edit
from pie_desktop.ui.editor.current_edit import CurrentEdit


@pytest.fixture
def heard(qapp: object) -> tuple[CurrentEdit, list[object]]:
    current, events = CurrentEdit(), []
    current.changed.connect(lambda edit, moving: events.append((edit, moving)))
    current.style_changed.connect(events.append)
    return current, events


def test_a_photo_without_an_edit_has_the_style_of_its_folder(heard: tuple[CurrentEdit, list[object]]) -> None:
    current, events = heard
    current.style_chosen.connect(current.set_unedited)  # as the keeper of the folder's style does
    current.choose_style("warm")
    assert events == [(Edit.styled("warm"), False), "warm"]
    own = Edit.styled("cool", 0.4)
    current.show(own)
    assert (current.edit, current.style_id, current.wanted) == (own, "cool", "cool")
    current.show(None)
    assert current.edit == Edit.styled("warm") and current.unedited() == Edit.styled("warm")


def test_a_slider_that_moves_does_not_forget_the_style_that_is_being_prepared(
    heard: tuple[CurrentEdit, list[object]], qtbot: QtBot
) -> None:
    current, events = heard
    with qtbot.waitSignal(current.wanted_changed):
        current.want("warm")
    current.change(current.edit.with_value(STRENGTH, 0.3), moving=True)
    assert current.wanted == "warm" and events == [(Edit.styled(None, 0.3), True)]
    current.choose_style("warm")
    assert current.edit == Edit.styled("warm", 0.3)


def test_neutral_can_be_chosen_while_a_style_is_being_prepared(heard: tuple[CurrentEdit, list[object]]) -> None:
    current, _ = heard
    current.want("warm")
    current.choose_style(None)
    assert current.wanted is None and current.style_id is None
