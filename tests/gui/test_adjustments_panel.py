"""The panel of adjustments: groups, sliders, history, and that what is shown is what is exported."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from pie_desktop.edit.compiling import ExactEdit
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.parts.tones import TonesPart
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.ui.adjust.adjustments import ORDER, AdjustmentsPanel
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.widgets.slider import LabelledSlider
from tests.gui.opening import open_photo
from tests.raw_files import write_dng


@pytest.fixture
def panel(window: MainWindow, photo_folder: Path, qtbot: QtBot) -> AdjustmentsPanel:
    """With a photo open, and the page shown."""
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.edit_page.right.show_page("Adjust")
    return window.edit_page.adjustments


def slider(panel: AdjustmentsPanel, label: str) -> LabelledSlider:
    for group in panel.groups.values():
        for one in group.sliders.all() if group.sliders is not None else []:
            if one.track.accessibleName() == label:
                return one
    raise LookupError(label)


def test_every_adjustment_has_a_slider_in_a_group(
    panel: AdjustmentsPanel, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    open_photo(window, write_dng(tmp_path / "photo.dng", np.full((64, 64, 3), 90, np.uint8)), qtbot)
    assert tuple(panel.groups) == ORDER
    for group in panel.groups.values():
        group.set_open(True)
    shown = {one.track.accessibleName() for group in panel.groups.values() for one in group.sliders.all()}  # type: ignore[union-attr]
    assert shown == {one.label for one in all_parameters() if one.part != StylePart.KEY and not one.called}


def test_groups_make_their_sliders_once_they_are_opened(panel: AdjustmentsPanel, window: MainWindow) -> None:
    assert [title for title, group in panel.groups.items() if group.sliders is not None] == ["Light"]
    panel.groups["HSL"].button.click()
    assert panel.groups["HSL"].sliders is not None
    assert window.context.settings.get("edit.adjustments_open") == ["RAW development", "Light", "HSL"]
    tabs = panel.groups["HSL"].findChild(QTabBar)
    assert [tabs.tabText(index) for index in range(tabs.count())] == ["Hue", "Saturation", "Luminance"]
    hue, luminance = slider(panel, "Blue hue"), slider(panel, "Blue luminance")
    assert hue.isVisible() and not luminance.isVisible()
    tabs.setCurrentIndex(2)
    assert luminance.isVisible() and not hue.isVisible()


def test_a_slider_is_a_step_of_the_history_and_double_click_returns(
    panel: AdjustmentsPanel, window: MainWindow, qtbot: QtBot
) -> None:
    exposure = slider(panel, "Exposure")
    track = exposure.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 2, track.height() // 2))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 2, track.height() // 2))
    assert window.session.edit == Edit().with_part(ExposurePart(5.0))
    qtbot.waitUntil(lambda: window.session.keeper.history.copy.steps[-1].name == "Exposure +5.00 EV")
    qtbot.mouseDClick(track, Qt.MouseButton.LeftButton, pos=QPoint(20, track.height() // 2))
    qtbot.waitUntil(lambda: window.session.edit == Edit())


def test_a_typed_value_and_arrow_keys(panel: AdjustmentsPanel, window: MainWindow, qtbot: QtBot) -> None:
    contrast = slider(panel, "Contrast")
    contrast.number.selectAll()
    qtbot.keyClicks(contrast.number, "-35")
    qtbot.keyClick(contrast.number, Qt.Key.Key_Return)
    assert window.session.edit.part(ContrastPart).contrast == -35
    contrast.track.setFocus()
    qtbot.keyClick(contrast.track, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert window.session.edit.part(ContrastPart).contrast == -34


def test_a_group_shows_that_it_is_used_and_is_reset_alone(panel: AdjustmentsPanel, window: MainWindow) -> None:
    edit = Edit().with_part(ExposurePart(1.0)).with_part(CurvePart(points=((0.0, 0.1), (1.0, 1.0))))
    window.context.current.change(edit)
    light, curve, hsl = (panel.groups[title] for title in ("Light", "Curve", "HSL"))
    assert light.button.font().bold() and curve.reset_button.isVisible()
    assert not hsl.button.font().bold() and not hsl.reset_button.isVisible()
    curve.reset_button.click()
    assert window.session.edit == Edit().with_part(ExposurePart(1.0))
    window.edit_page.adjust.reset()
    assert window.session.edit == Edit()


def test_what_is_shown_at_rest_is_what_is_exported(panel: AdjustmentsPanel, window: MainWindow, qtbot: QtBot) -> None:
    edit = Edit().with_part(ExposurePart(2.0)).with_part(ContrastPart(80.0)).with_part(TonesPart(shadows=70.0))
    window.context.current.change(edit)
    renderer = window.canvas.renderer
    qtbot.waitUntil(lambda: renderer.base is not None and renderer.base.exact_for == edit)
    layer, enhancement = renderer.base, window.session.enhancement
    assert layer is not None and enhancement is not None
    exact = enhancement.transform.exact(edit)
    assert isinstance(exact, ExactEdit)
    apart = delta_e_2000(layer.exact, exact.apply(layer.sampled))
    assert apart.mean() <= 0.2 and np.percentile(apart, 99.9) <= 1
