"""Systems of the study in the editor: chosen as its model, told apart on one photo, and clear about what they lack."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.reduced import reduced_picture
from pie_desktop.engine import bundles
from pie_desktop.engine.engine import Engine
from pie_desktop.export.sheet_layout import Row, lay_out
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.compare.bar import ComparisonBar
from pie_desktop.ui.compare.choices import EDIT, Choice, in_models
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notice
from tests.gui.opening import open_photo, wait_shown
from tests.unit.helpers.tiny_systems import system_bundle

STAR, MSM = "StarEnhancer", "Masked Style Modeling"


@pytest.fixture
def window(
    shipped_context: AppContext,
    qtbot: QtBot,
    photo_folder: Path,
    sample_pairs: list[tuple[Path, Path]],
) -> Iterator[MainWindow]:
    """The editor with its own model, two systems, and the styles “Pairs” and “Alone”; a photo is open in the former."""
    paths.models_dir().mkdir(parents=True, exist_ok=True)
    system_bundle(paths.models_dir() / "star.piemodel", "starenhancer", STAR)
    system_bundle(paths.models_dir() / "msm.piemodel", "msm", MSM)
    pairs = [EditPair(after, before) for after, before in sample_pairs[:2]]
    library = shipped_context.library
    style = library.create("Pairs", pairs).style
    library.create("Alone", [EditPair(pair.after, None) for pair in pairs])
    window = MainWindow(shipped_context)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: len(window.edit_page.styles.gallery.cards) > 3)
    open_photo(window, photo_folder / "coffee.jpg", qtbot)
    window.edit_page.styles.select_style(style.id)
    qtbot.waitUntil(lambda: window.context.current.style_id == style.id)
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    yield window
    window.close()


def style_id(window: MainWindow, name: str) -> str:
    return next(style.id for style in window.edit_page.styles.controller.styles if style.name == name)


def bundle(name: str) -> Path:
    return next(info.path for info in bundles.own_bundles() if info.name == name)


def wait_drawn(window: MainWindow, qtbot: QtBot) -> list[np.ndarray]:
    """Until each pane shows what its model makes; what they show."""
    comparison, canvas = window.edit_page.comparison, window.canvas

    def drawn() -> bool:
        for rendering, choice in zip(canvas.renderings, comparison.choices, strict=True):
            known = window.session.in_styles.known(choice.style_id, choice.model)
            base = rendering.renderer.base
            if known is None or base is None or base.request.luts is not known.transform:
                return False
            if base.exact_for != rendering.renderer.edit:
                return False
        return bool(comparison.choices)

    qtbot.waitUntil(drawn)
    shown = [rendering.renderer for rendering in canvas.renderings]
    return [one.base.pixels(one.edit, one.base.request.zone).copy() for one in shown if one.base is not None]


def said(window: MainWindow) -> str:
    label = window.edit_page.adjust.attribution.expected_error
    return label.text().replace("\u00a0", " ") if label.isVisible() else ""


def test_one_style_by_all_models_and_one_of_them_taken(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison, context = window.edit_page.comparison, window.context
    shipped = bundles.default_bundle()
    window.canvas.set_view(View.SIDE)
    pairs = style_id(window, "Pairs")
    comparison.compare([EDIT, Choice("style", pairs)])
    bar = window.edit_page.photo_view.findChild(ComparisonBar)
    assert bar is not None
    qtbot.waitUntil(bar.all_models.isVisible)
    QTest.mouseClick(bar.all_models, Qt.MouseButton.LeftButton)
    assert [choice.model for choice in comparison.choices] == [None, *(info.path for info in comparison.models.others)]
    pictures = wait_drawn(window, qtbot)
    names = [rendering.name for rendering in window.canvas.renderings]
    assert names == [f"Pairs · {field.currentText()}" for field in bar.models[: len(names)]]
    assert f"Pairs · {STAR}" in names and f"Pairs · {MSM}" in names
    assert not any(np.array_equal(one, other) for n, one in enumerate(pictures) for other in pictures[:n])
    assert said(window).startswith("Expected")
    number = names.index(f"Pairs · {STAR}")
    expected = window.session.in_styles.known(pairs, bundle(STAR))
    assert expected is not None
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.panes()[number].center())
    qtbot.waitUntil(lambda: not comparison.on)
    wait_shown(window, photo_folder / "coffee.jpg", qtbot)
    assert bundles.default_bundle() == bundle(STAR) != shipped
    qtbot.waitUntil(lambda: _made_by(window.session.enhancement, expected))
    assert expected.transform.fit_error is not None
    qtbot.waitUntil(lambda: said(window) == f"LUT: ΔE {expected.transform.fit_error:.2f} from the model's own picture")
    style = context.library.get(pairs)
    for info in (*bundles.own_bundles(), *bundles.shipped_bundles()):  # each has read the style, and none lost it
        assert context.library.preference(style, info.id) is not None or info.id not in _compared(window, names)
    window.edit_page.comparison._use.roll_back()
    assert bundles.default_bundle() == shipped
    qtbot.waitUntil(lambda: said(window).startswith("Expected"))


def _compared(window: MainWindow, names: list[str]) -> set[str]:
    known = (*bundles.own_bundles(), *bundles.shipped_bundles())
    return {info.id for info in known if f"Pairs · {info.name}" in names}


def _made_by(enhancement: Enhancement | None, expected: Enhancement) -> bool:
    return enhancement is not None and np.array_equal(enhancement.transform.preferred, expected.transform.preferred)


def test_a_model_of_its_own_for_each_pane(window: MainWindow, qtbot: QtBot) -> None:
    comparison = window.edit_page.comparison
    alone = style_id(window, "Alone")
    comparison.compare([Choice("style", None), Choice("style", alone)])
    bar = window.edit_page.photo_view.findChild(ComparisonBar)
    assert bar is not None
    qtbot.waitUntil(lambda: bar.models[1].findText(MSM) >= 0)
    assert bar.models[1].isVisible() and not bar.models[3].isVisible()

    def choose(text: str) -> None:
        row = bar.models[1].findText(text)
        bar.models[1].setCurrentIndex(row)
        bar.models[1].activated.emit(row)

    choose(STAR)
    assert comparison.choices == [Choice("style", None), Choice("style", alone, bundle(STAR))]
    wait_drawn(window, qtbot)
    choose(MSM)
    qtbot.waitUntil(lambda: "compares edits with their originals" in window.canvas.renderings[1].name)
    row = bar.fields[1].findText("Pairs")
    bar.fields[1].activated.emit(row)
    assert comparison.choices[1] == Choice("style", style_id(window, "Pairs"), bundle(MSM))
    wait_drawn(window, qtbot)


def test_what_a_system_does_not_know_is_said(window: MainWindow, qtbot: QtBot) -> None:
    comparison, context = window.edit_page.comparison, window.context
    comparison.compare([EDIT, Choice("style", None)])
    qtbot.waitUntil(lambda: bool(comparison.models.others))
    info = next(one for one in comparison.models.others if one.name == STAR)
    comparison.leave()
    assert comparison._use.use(info)
    qtbot.waitUntil(lambda: said(window).startswith("LUT"))
    posted: list[Notice] = []
    context.notifier.posted.connect(posted.append)
    window.commands["why"].trigger()
    dialog = window.edit_page.explaining.dialog
    qtbot.waitUntil(lambda: "as a LUT ΔE" in dialog.view.numbers.text())
    qtbot.waitUntil(lambda: dialog.view.others.text() == "It is not known which references counted.")
    dialog.close()
    window.commands["more_like_this"].trigger()
    qtbot.waitUntil(lambda: any("makes one result of a photo" in notice.text for notice in posted))


def test_styles_by_several_models_on_a_contact_sheet(
    window: MainWindow, photo_folder: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = style_id(window, "Pairs")
    window.edit_page.comparison.compared.toggle(pairs)
    window.commands["contact_sheet"].trigger()
    sheets = window.edit_page.contact_sheets
    qtbot.waitUntil(lambda: sheets.dialog is not None and sheets.dialog.page is not None)
    dialog = sheets.dialog
    assert dialog is not None
    shipped, models = bundles.default_bundle(), dialog.options.models
    rows = [models.item(row).text() for row in range(models.count())]
    assert models.isVisible() and set(rows[1:]) == {STAR, MSM}
    assert dialog.order.models is None, "the model in use makes the styles at first"

    def click(row: int) -> None:
        box = models.visualItemRect(models.item(row))
        QTest.mouseClick(models.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(box.left() + 12, box.center().y()))

    click(rows.index(STAR))
    assert dialog.order.models == (shipped, bundle(STAR))
    target = tmp_path / "sheet.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments, **_options: (str(target), ""))
    QTest.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.writing)
    assert dialog.said.text() == f"{target} was written."
    photo = photo_folder / "coffee.jpg"
    whole, proxy, library = load_photo(photo), load_proxy(photo), window.context.library
    (page,) = lay_out([Row(photo.name, whole.shape[1::-1])], ["Original", "Pairs\n1", "Pairs\n2"], dialog.order.paper)
    drawn = np.asarray(Image.open(target)).astype(float)
    pictures = [
        drawn[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width].mean((0, 1)) for cell in page.cells
    ]
    for picture, model in zip(pictures[1:], (shipped, bundle(STAR)), strict=True):
        engine = Engine(library, model)
        transform = engine.transform(proxy, engine.preference(library.get(pairs)))
        expected = reduced_picture(whole, whole.shape[1::-1], Edit(), transform).mean((0, 1))
        assert abs(picture - expected).max() < 1
    assert all(abs(one - other).max() > 3 for n, one in enumerate(pictures) for other in pictures[:n])

    for row in (0, rows.index(STAR)):
        click(row)
    qtbot.waitUntil(lambda: dialog.page is None)
    assert "Choose a model" in dialog.said.text() and not dialog.save.isEnabled()
    click(rows.index(STAR))
    qtbot.waitUntil(dialog.save.isEnabled)
    assert dialog.order.models == (bundle(STAR),)
    dialog.close()
    qtbot.waitUntil(lambda: sheets.dialog is None)


def test_the_models_of_one_style() -> None:
    a, b = Path("a"), Path("b")
    assert in_models([EDIT, Choice("style", "x"), Choice("style", "y")], [a, b]) == [
        Choice("style", "x"),
        Choice("style", "x", a),
        Choice("style", "x", b),
    ]
    assert in_models([EDIT], [a]) == [Choice("style", None), Choice("style", None, a)]
    assert len(in_models([EDIT], [a, b, a, b])) == 4
