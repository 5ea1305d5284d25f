"""The slider of all panels: when a move is done, and how it serves as a field of a form."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStyle, QStyleOptionSpinBox
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import STRENGTH, TONE_STRENGTH
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.ui.export.file_form import QUALITY
from pie_desktop.ui.theme import style_sheet
from pie_desktop.ui.widgets.slider import LabelledSlider


def test_leaving_the_page_ends_a_move_at_once(qtbot: QtBot) -> None:
    slider = LabelledSlider(STRENGTH)
    qtbot.addWidget(slider)
    slider.show()
    heard: list[tuple[float, bool]] = []
    slider.changed.connect(lambda value, going_on: heard.append((value, going_on)))
    slider.track.setValue(80)
    assert heard == [(0.8, True)]
    # no event loop in between: an export that starts right after this has to find the move kept
    slider.hide()
    assert heard == [(0.8, True), (0.8, False)]
    slider.show()
    slider.hide()
    assert len(heard) == 2


def test_in_a_form_every_typed_digit_counts(qtbot: QtBot) -> None:
    slider = LabelledSlider(QUALITY, in_form=True)
    qtbot.addWidget(slider)
    slider.show()
    slider.number.selectAll()
    qtbot.keyClicks(slider.number, "75")
    assert slider.value == 75


@pytest.mark.parametrize(("typed", "number"), [("0,5", 0.5), ("-1,25", -1.25), ("0.75", 0.75), ("3", 3.0)])
def test_a_comma_and_a_point_both_stand_before_a_fraction(typed: str, number: float, qtbot: QtBot) -> None:
    exposure, contrast = ExposurePart.parameters()[0], ContrastPart.parameters()[0]
    for parameter, expected in ((exposure, number), (contrast, round(number))):
        slider = LabelledSlider(parameter)
        qtbot.addWidget(slider)
        slider.show()
        slider.number.selectAll()
        qtbot.keyClicks(slider.number, typed)
        qtbot.keyClick(slider.number, Qt.Key.Key_Return)
        assert slider.value == expected


def test_a_value_from_elsewhere_is_shown_and_not_announced(qtbot: QtBot) -> None:
    slider = LabelledSlider(STRENGTH, in_form=True)
    qtbot.addWidget(slider)
    heard: list[float] = []
    slider.changed.connect(lambda value, moving: heard.append(value))
    slider.set_value(1.2)
    assert (slider.value, slider.number.value(), heard) == (1.2, 120, [])
    slider.reset()
    assert heard == [1.0]


def test_only_the_number_in_a_form_has_arrows(qtbot: QtBot) -> None:
    def arrow_width(slider: LabelledSlider) -> int:
        qtbot.addWidget(slider)
        slider.setStyleSheet(style_sheet())
        slider.show()
        option = QStyleOptionSpinBox()
        slider.number.initStyleOption(option)
        spin_box, arrow = QStyle.ComplexControl.CC_SpinBox, QStyle.SubControl.SC_SpinBoxUp
        return slider.number.style().subControlRect(spin_box, option, arrow, slider.number).width()

    assert arrow_width(LabelledSlider(STRENGTH)) <= 1
    assert arrow_width(LabelledSlider(STRENGTH, in_form=True)) > 10


def test_every_number_takes_one_line_and_all_tracks_begin_at_one(qtbot: QtBot) -> None:
    first, flat = LabelledSlider(STRENGTH), LabelledSlider(TONE_STRENGTH)
    for slider in (first, flat):
        qtbot.addWidget(slider)
        slider.show()
        assert slider.sizeHint().height() < 2 * slider.fontMetrics().height()
        label = slider.findChild(QLabel)
        assert label.fontMetrics().horizontalAdvance(label.text()) + label.indent() <= label.width()
    assert flat.track.geometry().left() == first.track.geometry().left()
    assert flat.findChild(QLabel).indent() > first.findChild(QLabel).indent()
    flat.track.setValue(60)
    qtbot.mouseDClick(flat.track, Qt.MouseButton.LeftButton)
    assert flat.value == 1.0
