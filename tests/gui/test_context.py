"""What all widgets share: settings that survive, notices from any thread, the selected style."""

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.last_state import SETTING as LAST
from pie_desktop.ui.main_window import MainWindow
from pie_desktop.ui.notifications import Notifier
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.theme import COLORS, icon, style_sheet


def test_settings_survive(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home" / "settings.json")
    settings.set("window.size", [1280, 800])
    settings.save()
    assert Settings(settings.path).get("window.size") == [1280, 800]
    assert {one.name for one in settings.path.parent.iterdir()} <= {"settings.json", ".settings.json.lock"}


@pytest.mark.parametrize("content", ["{oops", "[" * 100_000, "[1]", '{"window.size": Infinity}'])
def test_damaged_settings_are_set_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content, encoding="utf-8")
    settings = Settings(path)
    assert settings.problem and settings.get("anything", 3) == 3
    (aside,) = tmp_path.iterdir()
    assert aside != path and aside.read_text(encoding="utf-8") == content
    assert str(aside) in settings.problem


def test_two_editors_keep_each_others_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    first, second = Settings(path), Settings(path)
    first.set("canvas.view", "split")
    second.set("window.size", [1280, 800])
    first.save()
    second.save()  # the second to close knows nothing of what the first has changed
    second.set("window.size", [800, 600])
    first.save()
    second.save()
    assert Settings(path).get("canvas.view") == "split" and Settings(path).get("window.size") == [800, 600]


def test_what_could_not_be_saved_is_saved_the_next_time(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home" / "settings.json")
    (tmp_path / "home").write_text("a file in the place of the folder", encoding="utf-8")
    settings.set("canvas.view", "split")
    with pytest.raises(OSError):
        settings.save()
    (tmp_path / "home").unlink()
    settings.save()
    assert Settings(settings.path).get("canvas.view") == "split"


def test_settings_are_saved_soon_after_a_change(context: AppContext, qtbot: QtBot) -> None:
    context.settings.set("canvas.view", "split")
    qtbot.waitUntil(context.settings.path.exists)
    assert json.loads(context.settings.path.read_text(encoding="utf-8")) == {"canvas.view": "split"}


def test_values_of_another_type_are_replaced_by_the_default(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    settings.set("value", ["a list"])
    assert settings.text("value", "x") == "x" and settings.number("value", 3, 0, 10) == 3
    assert settings.flag("value", True) is True
    settings.set("value", float("inf"))
    assert settings.number("value", 3, 0, 10) == 3
    settings.set("value", 10**400)
    assert settings.number("value", 3, 0, 10) == 10


@pytest.mark.parametrize("sizes", [[10**30, 5, 5], [-1, 5, 5], [1, 2], [1, 2.5, 3], "wide", None])
def test_senseless_sizes_are_none(context: AppContext, sizes: object) -> None:
    context.settings.set("sizes", sizes)
    assert context.settings.sizes("sizes", 3) is None
    context.settings.set("sizes", [200, 0, 300])
    assert context.settings.sizes("sizes", 3) == [200, 0, 300]


def test_the_window_opens_with_senseless_sizes_and_places(
    qtbot: QtBot, context: AppContext, photo_folder: Path
) -> None:
    huge = 10**30
    photo = str(photo_folder / "coffee.jpg")
    context.settings.set("edit.sizes", [huge, huge, huge])
    context.settings.set("edit.side_sizes", [huge, huge])
    state = {"folder": str(photo_folder), "photo": photo, "page": huge, "zoom": huge, "centre": [huge, -huge]}
    context.settings.set(LAST, state | {"top": photo, "top_offset": huge})
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    window.last_state.restore()
    qtbot.waitUntil(lambda: window.session.path == Path(photo) and window.canvas.renderer.base is not None)
    assert window.canvas.viewport.fitted


def test_settings_are_saved_on_close(context: AppContext) -> None:
    context.settings.set("canvas.view", "split")
    context.close()
    assert json.loads(context.settings.path.read_text(encoding="utf-8")) == {"canvas.view": "split"}


def test_selecting_a_style_is_told_once(context: AppContext, qtbot: QtBot) -> None:
    told: list[str] = []
    context.current.style_changed.connect(told.append)
    for style in ("a", "a", None, None, "b"):
        context.current.choose_style(style)
    assert told == ["a", "", "b"]


def test_notices_come_from_any_thread(context: AppContext, qtbot: QtBot) -> None:
    with qtbot.waitSignal(context.notifier.posted) as caught:
        context.background.submit(lambda job: context.notifier.error("No space.", "details"))
    assert caught.args[0].text == "No space." and caught.args[0].level == "error"


def test_notice_action(qapp: object, qtbot: QtBot) -> None:
    notifier = Notifier()
    undone: list[bool] = []
    with qtbot.waitSignal(notifier.posted) as caught:
        notifier.info("Style deleted.", "Undo", lambda: undone.append(True))
    caught.args[0].action()
    assert undone == [True]


def test_text_contrast_of_the_theme() -> None:
    for text in (COLORS.text, COLORS.text_muted, COLORS.text_strong):
        for ground in (COLORS.window, COLORS.panel, COLORS.raised, COLORS.field, COLORS.pressed):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(COLORS.accent_text, COLORS.accent) >= 4.5


def test_chrome_has_no_hue() -> None:
    for name in ("window", "panel", "raised", "hover", "pressed", "field", "border", "outline", "canvas", "text"):
        value = getattr(COLORS, name)
        assert value[1:3] == value[3:5] == value[5:7], name


def test_style_sheet_has_no_unfilled_name(qapp: object) -> None:
    assert "@" not in style_sheet().split("*/", 1)[1]
    assert not icon("mdi6.compare").isNull()


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two `#rrggbb` colours."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
