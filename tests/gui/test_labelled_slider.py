"""The sliders of the edit page: a move is done after a pause, or at once when the page is left."""

from pytestqt.qtbot import QtBot

from pie_desktop.ui.widgets.slider import LabelledSlider


def test_leaving_the_page_ends_a_move_at_once(qtbot: QtBot) -> None:
    slider = LabelledSlider("Preference", "How strongly.", 150)
    qtbot.addWidget(slider)
    slider.show()
    told: list[tuple[float, bool]] = []
    slider.changed.connect(lambda value, going_on: told.append((value, going_on)))
    slider.track.setValue(80)
    assert told == [(0.8, True)]
    # no event loop in between: an export that starts right after this has to find the move kept
    slider.hide()
    assert told == [(0.8, True), (0.8, False)]
    slider.show()
    slider.hide()
    assert len(told) == 2
