"""Two styles blended in the window: chosen, mixed, undone, copied, saved as a style, and one of them deleted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import MIX, STRENGTH, Edit
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.interface import ModelOpener
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from pie_desktop.ui.adjust.blend import NONE
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.doubles.models import ApartModel
from tests.doubles.tinted import TINTS, tinted_styles
from tests.gui.choosing import choose_from_list
from tests.gui.opening import open_photo, wait_shown


@pytest.fixture
def open_model() -> ModelOpener:
    return ApartModel


@pytest.fixture
def styles(context: AppContext, sample_images: dict[str, np.ndarray], tmp_path: Path) -> dict[str, Style]:
    """Two tints and black and white, each of two pairs, as the gallery of the window lists them."""
    return tinted_styles(context.library, sample_images, tmp_path)


@pytest.fixture
def told(window: MainWindow) -> list[str]:
    """What is said to the user."""
    said: list[str] = []
    window.context.notifier.posted.connect(lambda notice: said.append(notice.text))
    return said


@pytest.fixture
def photo(window: MainWindow, styles: dict[str, Style], photo_folder: Path, qtbot: QtBot) -> Path:
    """The open photo, in Evening."""
    path = photo_folder / "rocket.jpg"
    window.context.styles_changed.emit()
    open_photo(window, path, qtbot)
    window.edit_page.styles.select_style(styles["Evening"].id)
    qtbot.waitUntil(lambda: window.session.edit.style_id == styles["Evening"].id)
    wait_shown(window, path, qtbot)
    qtbot.waitUntil(lambda: len(window.edit_page.styles.controller.styles) >= len(TINTS))
    return path


def choose_second(window: MainWindow, name: str, qtbot: QtBot) -> None:
    """From the opened list, by keys."""
    box, button = window.edit_page.adjust.blend.box, window.edit_page.adjust.blend.button
    if not box.isVisible():
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    choose_from_list(box, name)
    assert window.session.path is not None
    wait_shown(window, window.session.path, qtbot)


@pytest.fixture
def blended(window: MainWindow, photo: Path, styles: dict[str, Style], qtbot: QtBot) -> Path:
    """The open photo, in Evening and Street, half each."""
    choose_second(window, "Street", qtbot)
    assert window.session.edit == Edit.styled(styles["Evening"].id).with_blend(styles["Street"].id)
    return photo


def drag_mix(window: MainWindow, to: float, qtbot: QtBot, seen: Callable[[], None] = lambda: None) -> None:
    track = window.edit_page.adjust.blend.mix.track
    middle = track.height() // 2

    def at(value: float) -> QPoint:
        return QPoint(round(7 + value * (track.width() - 14)), middle)

    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=at(0.5))
    for value in np.linspace(0.5, to, 4):
        qtbot.mouseMove(track, at(float(value)))
        seen()
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=at(to))


def exact(window: MainWindow, edit: Edit) -> np.ndarray:
    layer = window.canvas.renderer.base
    return apply_lut(layer.sampled, layer.request.luts.lut(edit))


def test_the_mix_is_seen_while_it_moves_and_exact_at_rest(window: MainWindow, blended: Path, qtbot: QtBot) -> None:
    worst: list[float] = []

    def compare() -> None:
        layer, edit = window.canvas.renderer.base, window.session.edit
        shown = layer.pixels(window.canvas.renderer.edit, layer.request.zone)
        worst.append(float(np.abs(shown.astype(int) - exact(window, edit)).max()))

    drag_mix(window, 0.2, qtbot, compare)
    assert max(worst) <= 2, "mixed of two kept images, but for rounding"
    mix = window.session.edit.value(MIX)
    assert mix == pytest.approx(0.2, abs=0.02)
    wait_shown(window, blended, qtbot)
    np.testing.assert_array_equal(window.canvas.renderer.base.exact, exact(window, window.session.edit))
    assert not np.array_equal(exact(window, window.session.edit), exact(window, window.session.edit.with_value(MIX, 1)))


def test_the_strength_of_a_blend_moves_as_exactly(window: MainWindow, blended: Path, qtbot: QtBot) -> None:
    layer = window.canvas.renderer.base
    for strength in (0.9, 0.4, 1.2, 1.4):
        edit = window.session.edit.with_value(STRENGTH, strength)
        window.context.current.change(edit, moving=True)
        shown = layer.pixels(window.canvas.renderer.edit, layer.request.zone)
        assert np.abs(shown.astype(int) - exact(window, edit)).max() <= 3
    window.context.current.change(window.session.edit)


def test_it_is_named_where_it_is_seen(
    window: MainWindow, blended: Path, styles: dict[str, Style], qtbot: QtBot
) -> None:
    drag_mix(window, 0.4, qtbot)
    gallery = window.edit_page.styles.gallery
    share = MIX.text(window.session.edit.value(MIX))
    assert window.canvas._labels[1] == f"Evening + Street, {share}"
    assert gallery.cards[styles["Street"].id].mixed.text() == f"+ {share}"
    assert not gallery.cards[styles["Evening"].id].mixed.isVisibleTo(gallery)
    assert window.session.enhancement.names == ("Evening", "Street")


def test_it_is_undone_and_done_again_in_steps(
    window: MainWindow, blended: Path, styles: dict[str, Style], qtbot: QtBot
) -> None:
    drag_mix(window, 0.2, qtbot)
    keeper = window.session.keeper
    qtbot.waitUntil(lambda: keeper.history.edit == window.session.edit)
    kept = window.session.edit
    assert [step.name for step in keeper.history.copy.steps][-2:] == [
        "Blend “Evening + Street”",
        f"Mix {MIX.text(kept.value(MIX))}",
    ]
    keeper.undo()
    assert window.session.edit.value(MIX) == 0.5
    keeper.undo()
    assert window.session.edit == Edit.styled(styles["Evening"].id)
    wait_shown(window, blended, qtbot)
    keeper.redo()
    keeper.redo()
    assert window.session.edit == kept
    wait_shown(window, blended, qtbot)


def test_it_is_there_when_the_photo_is_opened_again(
    window: MainWindow, blended: Path, photo_folder: Path, qtbot: QtBot
) -> None:
    drag_mix(window, 0.3, qtbot)
    edit = window.session.edit
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    assert window.session.edit.style.blend_id is None, "the folder has a style, and no blend"
    open_photo(window, blended, qtbot)
    assert window.session.edit == edit
    assert window.context.catalog.get(blended) == edit


def test_choosing_a_style_or_no_other_ends_the_blend(
    window: MainWindow, blended: Path, styles: dict[str, Style], qtbot: QtBot
) -> None:
    row = window.edit_page.adjust.blend
    assert row.mix.isVisible() and row.save.isVisible() and not row.button.isEnabled()
    choose_second(window, NONE, qtbot)
    assert window.session.edit == Edit.styled(styles["Evening"].id)
    assert not row.mix.isVisible() and not row.save.isVisible()
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    assert not row.isVisible(), "put away until it is asked for again"
    choose_second(window, "Film", qtbot)
    assert window.session.edit.style.styles == (styles["Evening"].id, styles["Film"].id)
    card = window.edit_page.styles.gallery.cards[styles["Evening"].id]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=card.rect().center())
    qtbot.waitUntil(lambda: window.session.edit == Edit.styled(styles["Evening"].id))


def test_a_style_is_not_offered_to_be_blended_with_itself(
    window: MainWindow, photo: Path, styles: dict[str, Style], told: list[str], qtbot: QtBot
) -> None:
    box = window.edit_page.adjust.blend.box
    names = [box.itemText(place) for place in range(box.count())]
    assert "Street" in names and "Evening" not in names
    window.edit_page.styles.controller.blend(styles["Evening"].id)
    assert window.session.edit == Edit.styled(styles["Evening"].id)
    qtbot.waitUntil(lambda: any("already" in text for text in told))


def test_two_black_and_white_styles_give_no_colour(
    window: MainWindow, photo: Path, styles: dict[str, Style], qtbot: QtBot
) -> None:
    """One of which is mixed in by a key on its card."""
    other = window.context.library.duplicate(styles["Film"].id, "Film 2")
    window.edit_page.styles.select_style(styles["Film"].id)
    qtbot.waitUntil(lambda: window.session.edit.style_id == styles["Film"].id)
    window.context.styles_changed.emit()
    qtbot.waitUntil(lambda: other.id in window.edit_page.styles.gallery.cards)
    window.edit_page.styles.gallery.show_card(other.id)
    window.edit_page.styles.style_actions.blend.trigger()
    wait_shown(window, photo, qtbot)
    assert window.session.edit.style.styles == (styles["Film"].id, other.id)
    assert np.ptp(window.canvas.renderer.base.exact, axis=-1).max() == 0


def test_the_expected_difference_follows_the_mix(window: MainWindow, blended: Path, qtbot: QtBot) -> None:
    view = window.edit_page.adjust.attribution.expected_error
    first = window.session.enhancement.transform.expected_error
    second = window.session.enhancement.transform.blended.expected_error
    assert f"{(first + second) / 2:.1f}" in view.text()
    drag_mix(window, 0.0, qtbot)
    qtbot.waitUntil(lambda: f"{first:.1f}" in view.text())


@pytest.mark.parametrize("gone", ["Evening", "Street"])
def test_of_a_blend_whose_style_is_deleted_the_other_is_shown(
    window: MainWindow, blended: Path, styles: dict[str, Style], gone: str, told: list[str], qtbot: QtBot
) -> None:
    left = next(name for name in ("Evening", "Street") if name != gone)
    edit = window.session.edit
    window.edit_page.styles.controller.delete(styles[gone].id)
    qtbot.waitUntil(lambda: window.session.enhancement.names == (left,))
    wait_shown(window, blended, qtbot)
    alone = Edit.styled(styles[left].id)
    np.testing.assert_array_equal(window.canvas.renderer.base.exact, exact(window, alone))
    assert window.session.edit == edit, "nothing is lost"
    row = window.edit_page.adjust.blend
    qtbot.waitUntil(lambda: not row.mix.isEnabled())
    assert (row.box.currentText() == "A deleted style") == (gone == "Street")
    said = [
        f"Of the two styles that rocket.jpg blends, one was deleted; the photo is shown in “{left}”. "
        "Should the other one come back, so does the blend."
    ]
    qtbot.waitUntil(lambda: [text for text in told if "Of the two styles" in text] == said)
    window.context.styles_changed.emit()
    wait_shown(window, blended, qtbot)
    assert [text for text in told if "Of the two styles" in text] == said, "once"
    window.edit_page.styles.controller.undo_delete()
    qtbot.waitUntil(lambda: window.session.enhancement.names == ("Evening", "Street"))
    qtbot.waitUntil(row.mix.isEnabled)


def test_a_style_that_was_deleted_in_another_window_is_noticed_when_the_photo_is_opened(
    window: MainWindow, blended: Path, styles: dict[str, Style], photo_folder: Path, told: list[str], qtbot: QtBot
) -> None:
    edit = window.session.edit
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    StyleLibrary().delete(styles["Street"].id)
    open_photo(window, blended, qtbot)
    assert window.session.enhancement.names == ("Evening",)
    assert window.session.edit == edit and window.context.catalog.get(blended) == edit
    qtbot.waitUntil(lambda: any("Of the two styles" in text for text in told))
    assert len(told) == 1, "and no error besides"


def test_the_blend_becomes_a_style_of_its_own(
    window: MainWindow, blended: Path, styles: dict[str, Style], qtbot: QtBot
) -> None:
    drag_mix(window, 0.25, qtbot)
    mixed = window.session.edit
    wait_shown(window, blended, qtbot)
    expected = window.canvas.renderer.base.exact.astype(int)
    qtbot.mouseClick(window.edit_page.adjust.blend.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.edit.style_id not in (None, styles["Evening"].id))
    wait_shown(window, blended, qtbot)
    made = window.context.library.get(window.session.edit.style_id)
    assert made.name == f"Evening + Street, {MIX.text(mixed.value(MIX))}"
    assert made.pair_count == len(made.references) >= 2 and made.only_model is None
    assert window.session.edit == Edit.styled(made.id), "in the new style alone"
    assert np.abs(window.canvas.renderer.base.exact - expected).mean() < 12, "near the blend, as this model sees it"
    window.session.keeper.undo()
    assert window.session.edit == mixed


def test_one_of_several_selected_photos_takes_all_into_the_blend(
    window: MainWindow, photo: Path, styles: dict[str, Style], photo_folder: Path, qtbot: QtBot
) -> None:
    qtbot.keyClick(window.edit_page.filmstrip.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.session.several.count == 4)
    choose_second(window, "Street", qtbot)
    drag_mix(window, 0.1, qtbot)
    mix = window.session.edit.value(MIX)
    catalog = window.context.catalog
    both = (styles["Evening"].id, styles["Street"].id)

    def all_have_it() -> bool:
        edits = [catalog.get(photo_folder / f"{name}.jpg") for name in ("astronaut", "coffee", "chelsea", "rocket")]
        return all(one is not None and one.style.styles == both and one.value(MIX) == mix for one in edits)

    qtbot.waitUntil(all_have_it)
