"""The form of the Export page: every option in and out, nothing jumps, presets ticked, saved and deleted."""

import re
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from pie_desktop import paths
from pie_desktop.export.presets import BUILTIN, PresetLibrary
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.formats.registry import written_formats
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.file_form import FileForm, format_choices
from pie_desktop.ui.export.form import ExportForm
from pie_desktop.ui.export.page import ExportPage

TIMEOUT = 60_000


@pytest.fixture
def form(qtbot: QtBot, context: AppContext) -> ExportForm:
    form = ExportForm(context)
    qtbot.addWidget(form)
    form.resize(300, 900)
    form.show()
    return form


@pytest.mark.parametrize(
    "options",
    [
        EncodeOptions(),
        *(preset.encode for preset in BUILTIN),
        *(EncodeOptions(name) for name in written_formats()),
        EncodeOptions("jpeg", 33, subsampling="4:2:2", short_side=640, enlarge=True),
        EncodeOptions("tiff8", compression="lzw", color="rec2020", megapixels=2.5),
        EncodeOptions("webp", lossless=True, percent=25.0, metadata="copyright"),
        EncodeOptions("avif10", color="source", sharpen="high", metadata="none"),
    ],
)
def test_options_in_and_out(qtbot: QtBot, options: EncodeOptions) -> None:
    form = FileForm()
    qtbot.addWidget(form)
    with qtbot.waitSignal(form.changed, timeout=100, raising=options != EncodeOptions()):
        form.set_options(options)
    assert form.options() == options


def test_every_format_can_be_chosen() -> None:
    assert {value for _, depths in format_choices() for _, value in depths} == set(written_formats())


def test_every_text_says_what_automatic_chroma_is(form: ExportForm) -> None:
    full, less = EncodeOptions(quality=90).chroma, EncodeOptions(quality=89).chroma
    assert (full, less) == ("4:4:4", "4:2:0")
    help_page = paths.resource("help/4-export.md").read_text(encoding="utf-8")
    command_line = (Path(__file__).parents[2] / "docs/CLI.md").read_text(encoding="utf-8")
    for text in (form.file.subsampling.toolTip(), help_page, command_line):
        assert re.search(rf"90\s+on,( and)? (a quarter \()?{less}\)? below", text), text
        assert "half below" not in text


def test_nothing_jumps_when_the_format_changes(form: ExportForm) -> None:
    def places() -> dict[str, tuple[int, int]]:
        file = form.file
        widgets: list[QWidget] = [file.quality, file.details, file.color, file.size_field, file.sharpen, file.metadata]
        widgets += [file.format, file.bits, form.conflict]
        corners = (widget.mapTo(form, QPoint(0, 0)) for widget in widgets)
        return {str(index): (corner.x(), corner.y()) for index, corner in enumerate(corners)}

    first = places()
    for index in range(form.file.format.count()):
        form.file.format.setCurrentIndex(index)
        form.layout().activate()
        assert places() == first
    form.file.set_options(EncodeOptions("webp", lossless=True))
    assert not form.file.quality.isEnabled()


def test_ticked_presets_count_and_the_fields_wait(qtbot: QtBot, form: ExportForm, tmp_path: Path) -> None:
    form.destination.set_path(tmp_path)
    form.file.set_options(EncodeOptions("png"))
    assert [export.encode for export in form.choice().exports] == [EncodeOptions("png")]
    with qtbot.waitSignal(form.changed):
        form.presets.set_ticked({"Full JPEG"})
    (export,) = form.choice().exports
    assert (export.encode, export.preset, export.name) == (BUILTIN[0].encode, "Full JPEG", "{name}")
    assert not form.file.isEnabled()
    form.presets.set_ticked({"Full JPEG", "Print TIFF 16"})
    assert [export.name for export in form.choice().exports] == ["{preset}/{name}"] * 2
    form.presets.set_ticked(())
    assert form.file.isEnabled() and form.file.options() == EncodeOptions("png")


def click_preset(qtbot: QtBot, form: ExportForm, row: int, on_box: bool) -> None:
    view = form.presets.list
    area = view.visualItemRect(view.item(row))
    spot = QPoint(area.left() + 10, area.center().y()) if on_box else area.center() + QPoint(30, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def test_settings_of_a_preset_are_taken_over_by_its_button_alone(qtbot: QtBot, form: ExportForm) -> None:
    mine = EncodeOptions("png", long_side=777)
    form.file.set_options(mine)
    assert not form.presets.load_button.isEnabled()
    click_preset(qtbot, form, 1, on_box=False)
    assert form.file.options() == mine and not form.presets.presets()
    qtbot.mouseClick(form.presets.load_button, Qt.MouseButton.LeftButton)
    assert form.file.options() == BUILTIN[1].encode


def test_ticking_shows_what_is_written_and_keeps_the_settings(
    qtbot: QtBot, form: ExportForm, context: AppContext, tmp_path: Path
) -> None:
    mine = EncodeOptions("png", long_side=777)
    form.destination.set_path(tmp_path)
    form.file.set_options(mine)
    click_preset(qtbot, form, 1, on_box=True)
    assert [preset.name for preset in form.presets.presets()] == ["Web 2048 px"]
    assert form.file.options() == BUILTIN[1].encode and not form.file.isEnabled()
    assert "Web 2048 px" in form.hint.text()
    click_preset(qtbot, form, 2, on_box=True)
    assert form.file.options() == BUILTIN[2].encode and "Print TIFF 16" in form.hint.text()
    click_preset(qtbot, form, 1, on_box=False)
    assert form.file.options() == BUILTIN[1].encode and "Web 2048 px" in form.hint.text()
    form.remember()
    assert EncodeOptions(**context.settings.get("export.file")) == mine
    for row in (1, 2):
        click_preset(qtbot, form, row, on_box=True)
    assert form.file.options() == mine and form.file.isEnabled()


def test_saved_deleted_and_brought_back(
    qtbot: QtBot, form: ExportForm, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = EncodeOptions("heic", 70, long_side=1000)
    form.file.set_options(mine)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_options: ("Mine", True))
    qtbot.mouseClick(form.presets.save_button, Qt.MouseButton.LeftButton)
    assert PresetLibrary().find("mine").encode == mine
    form.presets.set_ticked({"Mine"})
    notices: list = []
    context.notifier.posted.connect(notices.append)
    with qtbot.waitSignal(form.presets.ticked):
        qtbot.mouseClick(form.presets.delete_button, Qt.MouseButton.LeftButton)
    assert not form.presets.presets() and len(PresetLibrary().presets()) == len(BUILTIN)
    qtbot.waitUntil(lambda: bool(notices))
    notices[0].action()
    assert PresetLibrary().find("Mine").encode == mine


def test_a_name_that_is_taken(
    qtbot: QtBot, form: ExportForm, context: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["Full JPEG", "Mine", "mine", "mine"])
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_options: (next(answers), True))
    notices: list = []
    context.notifier.posted.connect(notices.append)
    qtbot.mouseClick(form.presets.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(notices))
    assert "comes with the program" in notices[0].text
    qtbot.mouseClick(form.presets.save_button, Qt.MouseButton.LeftButton)
    form.file.set_options(EncodeOptions("png16"))
    for agreed, expected in ((False, "jpeg"), (True, "png16")):
        monkeypatch.setattr(form.presets, "_confirm", lambda *_args, agreed=agreed: agreed)
        qtbot.mouseClick(form.presets.save_button, Qt.MouseButton.LeftButton)
        assert PresetLibrary().find("Mine").encode.format == expected


def test_preset_files(
    qtbot: QtBot, form: ExportForm, context: AppContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    form.presets.list.setCurrentRow(2)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "print"), ""))
    form.presets.export_action.trigger()
    broken = tmp_path / "broken.piepreset"
    broken.write_text("{}")
    files = [str(tmp_path / "print.piepreset"), str(broken)]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: (files, ""))
    notices: list = []
    context.notifier.posted.connect(notices.append)
    form.presets.more_button.menu().actions()[0].trigger()
    assert PresetLibrary().find("Print TIFF 16 (2)").encode == BUILTIN[2].encode
    qtbot.waitUntil(lambda: bool(notices))
    assert notices[0].text == "broken.piepreset is not an export preset."


def test_damaged_settings_are_not_used(qtbot: QtBot, context: AppContext) -> None:
    context.settings.set("export.file", {"format": "bmp", "quality": "much"})
    context.settings.set("export.presets", 3)
    form = ExportForm(context)
    qtbot.addWidget(form)
    assert form.file.options() == EncodeOptions() and not form.presets.presets()


KEYS = (
    "own_edits",
    "edit",
    "strength",
    "amount",
    "file",
    "presets",
    "destination",
    "on_conflict",
    "name",
    "burst_lock",
)
HOSTILE = (7, float("inf"), float("nan"), 10**400, "x" * 5000, "a\0b", ["list"], {"a": 1}, True, None)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:12])
def test_the_form_opens_whatever_type_a_setting_has(qtbot: QtBot, context: AppContext, value: object) -> None:
    for key in KEYS:
        context.settings.set(f"export.{key}", value)
    form = ExportForm(context)
    qtbot.addWidget(form)
    assert form.choice().one_edit is None
    form.edit_choice.one_for_all.setChecked(True)
    assert form.choice().one_edit.style.amount in (0.07, 1.0)  # 7 was a percentage in earlier versions


def test_two_presets_are_planned_and_written(
    qtbot: QtBot, context: AppContext, sample_photos: dict[str, Path], tmp_path: Path
) -> None:
    page = ExportPage(context)
    qtbot.addWidget(page)
    page.form.destination.set_path(tmp_path / "out")
    PresetLibrary().save("Tiny", EncodeOptions("webp", long_side=64, metadata="none"))
    page.form.presets.refresh()
    page.form.presets.set_ticked({"Full JPEG", "Tiny"})
    page.set_sources([sample_photos["coffee"], sample_photos["rocket"]])
    qtbot.waitUntil(lambda: not page._planner.busy, timeout=TIMEOUT)
    model = page.view.model
    names = [model.data(model.index(row, 1)) for row in range(model.rowCount())]
    wanted = ["Full JPEG/coffee.jpg", "Full JPEG/rocket.jpg", "Tiny/coffee.webp", "Tiny/rocket.webp"]
    assert [Path(name).as_posix() for name in names] == wanted
    assert page.start_button.text() == "Export 4 files"
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.running, timeout=TIMEOUT)
    assert [model.data(model.index(row, 2)) for row in range(4)] == ["Written"] * 4
    assert page.view.footer.message.text().startswith("4 written in ")
    with Image.open(tmp_path / "out" / "Tiny" / "coffee.webp") as image:
        assert image.size == (64, 43)
    page.form.presets.set_ticked(())
    qtbot.waitUntil(lambda: not page._planner.busy, timeout=TIMEOUT)
    assert model.rowCount() == 2
