"""A shoot from the card to the export: culled, edited, interrupted, and written as it was seen.

`PIE_DESKTOP_TEST_SHOOT` says of how many photos; 200 take some minutes.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.metadata.marks import Mark
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.imaging.warm_up import warm_up
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.main_window import MainWindow
from tests.gui.dragging import drop
from tests.gui.export.helpers import run_export, wait_for_plan
from tests.gui.photographer import LATE_COUNT, Photographer, until

COUNT = max(20, int(os.environ.get("PIE_DESKTOP_TEST_SHOOT", "40")))
LARGE_EVERY = 10
MOST = 0.5  # dE00
SHRUNKEN = 1 / 8


def make_shoot(folder: Path, images: list[np.ndarray]) -> list[Path]:
    """Photos of different parts and exposures; every tenth is larger than the canvas."""
    folder.mkdir()
    photos = []
    random = np.random.default_rng(5)
    for number in range(COUNT):
        image = images[number % len(images)]
        top, left = random.integers(0, 40, 2)
        part = image[top : top + 256, left : left + 384].astype(np.float32)
        if number % LARGE_EVERY == 0:
            part = cv2.resize(part, (1800, 1200), interpolation=cv2.INTER_CUBIC)
        pixels = np.clip(part * random.uniform(0.7, 1.2), 0, 255).astype(np.uint8)
        photos.append(folder / f"IMG_{number:04}.jpg")
        Image.fromarray(pixels).save(photos[-1], quality=92)
    return photos


@dataclass
class Shoot:
    """What was decided so far.

    Attributes:
        photos: in the order of their names.
        marks: by photo.
        edits: of the photos that have one of their own.
        style: of the folder.
    """

    photos: list[Path]
    marks: dict[Path, Mark] = field(default_factory=dict)
    edits: dict[Path, Edit] = field(default_factory=dict)
    style: str | None = None

    def edit(self, photo: Path) -> Edit:
        return self.edits.get(photo, Edit.styled(self.style))

    def check(self, hands: Photographer) -> None:
        """The window, and what is on the disk, say what was decided."""
        hands.rest()
        window, strip = hands.window, hands.strip
        until(lambda: len(strip.index.facts) == len(self.photos), "all photos are known")
        assert strip.listed == self.photos
        wanted = {photo: self.marks.get(photo, Mark()) for photo in self.photos}
        assert {photo: strip.index.of(photo).mark for photo in self.photos} == wanted
        catalog = window.context.catalog
        assert {photo: catalog.marks.get(photo) or Mark() for photo in self.photos} == wanted
        stored = {photo: catalog.get(photo) or Edit.styled(self.style) for photo in self.photos}
        assert stored == {photo: self.edit(photo) for photo in self.photos}
        found = catalog.folder_styles.get(self.photos[0].parent)
        assert (found.style_id if found is not None else None) == self.style
        photo = window.session.path
        assert photo is not None
        hands.wait_for(photo)
        assert window.session.edit == self.edit(photo)
        notices = [card.notice for card in window.notifications.cards]
        assert {notice.level for notice in notices} <= {"info"}, notices


class Editor:
    """The editor as `app` starts it, with the shipped model; one window at a time."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self._open: list[tuple[MainWindow, AppContext]] = []

    def start(self) -> Photographer:
        """Start it anew, with what was open last."""
        self.end()
        context = AppContext()
        window = MainWindow(context)
        self._qtbot.addWidget(window)
        self._open.append((window, context))
        window.show()
        self._qtbot.waitExposed(window)
        window.restore_last()
        return Photographer(window)

    def end(self) -> None:
        for window, context in self._open:
            window.close()
            context.close()
        self._open.clear()


@pytest.fixture
def editor(pie_home: Path, qapp: QApplication, qtbot: QtBot) -> Iterator[Editor]:
    assert warm_up()
    made = Editor(qtbot)
    yield made
    made.end()


@pytest.mark.timeout(300 + 5 * COUNT)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_hour_of_a_photographer(
    editor: Editor, sample_images: dict[str, np.ndarray], tmp_path: Path, qtbot: QtBot
) -> None:
    shoot = Shoot(make_shoot(tmp_path / "shoot", list(sample_images.values())))
    hands = editor.start()
    open_folder(hands, shoot)
    cull(hands, shoot)
    look_at_what_is_left(hands, shoot)
    choose_two_styles(hands, shoot)
    at = paste_and_undo(hands, shoot)

    hands = editor.start()
    shoot.check(hands)
    assert hands.window.session.path == shoot.photos[at]
    undo_after_restart(hands, shoot, shoot.photos[2 : at + 1])

    editor.end()
    work_until_killed(shoot, at)
    hands = editor.start()
    shoot.check(hands)
    hands.open(shoot.photos[at + 2])
    undo_after_restart(hands, shoot, shoot.photos[at + 2 : at + 2 + LATE_COUNT])

    hands = editor.start()
    shoot.check(hands)
    assert hands.window.session.path == shoot.photos[at + 2]
    export_as_seen(hands, shoot, tmp_path / "out", qtbot)


def open_folder(hands: Photographer, shoot: Shoot) -> None:
    assert drop(hands.window, [shoot.photos[0].parent])
    hands.wait_for(shoot.photos[0])
    shoot.check(hands)


def cull(hands: Photographer, shoot: Shoot) -> None:
    """A key a photo; every seventh is rejected."""
    hands.window.commands["auto_advance"].trigger()
    for number, photo in enumerate(shoot.photos):
        stars = number % 6
        rejected = number % 7 == 3
        shoot.marks[photo] = Mark(0, "reject") if rejected else Mark(stars)
        hands.rate("x" if rejected else str(stars), shoot.photos[min(number + 1, COUNT - 1)])
    shoot.check(hands)


def kept(shoot: Shoot) -> list[Path]:
    return [photo for photo in shoot.photos if shoot.marks[photo].flag != "reject"]


def look_at_what_is_left(hands: Photographer, shoot: Shoot) -> None:
    """Only what was not rejected, then all again."""
    show_kept(hands, shoot)
    hands.click(hands.strip.filters.clear_button)
    until(lambda: hands.strip.model.paths == shoot.photos, "all are shown")
    shoot.check(hands)


def show_kept(hands: Photographer, shoot: Shoot) -> None:
    filters = hands.strip.filters
    if not filters.clear_button.isVisible():
        hands.click(filters.toggle)
    hands.click(filters.flags[""])
    until(lambda: hands.strip.model.paths == kept(shoot), "the rejected ones are hidden")


def choose_two_styles(hands: Photographer, shoot: Shoot) -> None:
    """One for the folder, another one for its last third."""
    window, photos = hands.window, shoot.photos
    one, other = (style.id for style in window.context.library.list()[:2])
    hands.open(photos[0])
    hands.choose_style(one)
    shoot.style, shoot.edits[photos[0]] = one, Edit.styled(one)
    shoot.check(hands)
    hands.click(window.edit_page.folder_row.pin)
    hands.open(photos[5])
    shoot.check(hands)
    third = photos[2 * COUNT // 3 :]
    hands.select(third)
    hands.choose_style(other)
    shoot.edits |= dict.fromkeys(third, Edit.styled(other))
    shoot.check(hands)


def paste_and_undo(hands: Photographer, shoot: Shoot) -> int:
    """The edit of one photo for a fifth of them; returns which photo is open then."""
    photos, pasted = shoot.photos, shoot.photos[2 : 2 + COUNT // 5]
    hands.open(photos[1])
    edit = hands.weaken(4)
    assert edit.style_id == shoot.style and edit.style.strength < 1
    shoot.edits[photos[1]] = edit
    hands.copy()
    hands.select(pasted)
    shoot.check(hands)
    before = dict(shoot.edits)
    after = before | dict.fromkeys(pasted, edit)
    for act, edits in ((hands.paste, after), (hands.undo, before), (hands.redo, after)):
        act()
        shoot.edits = dict(edits)
        shoot.check(hands)
    return photos.index(pasted[-1])


def undo_after_restart(hands: Photographer, shoot: Shoot, changed: list[Path]) -> None:
    """The step of the open photo is there, and all the photos that changed with it go back and forth."""
    edits = {photo: shoot.edits.pop(photo) for photo in changed}
    hands.undo()
    shoot.check(hands)
    hands.redo()
    shoot.edits |= edits
    shoot.check(hands)


def work_until_killed(shoot: Shoot, at: int) -> None:
    """Another process does `late_work`, and is killed while it goes through the photos."""
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-m", "tests.gui.photographer", str(shoot.photos[0].parent), str(at)]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": root}, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline().split()
        child.send_signal(signal.SIGKILL)
    assert said[:1] == ["ready"]
    shoot.marks[shoot.photos[at]] = Mark(5)
    edit = Edit.styled(shoot.style, float(said[1]))
    shoot.edits |= dict.fromkeys(shoot.photos[at + 1 : at + 2 + LATE_COUNT], edit)


def export_as_seen(hands: Photographer, shoot: Shoot, out: Path, qtbot: QtBot) -> None:
    """Everything but the rejected ones, each compared with what the canvas shows of it."""
    window, wanted = hands.window, kept(shoot)
    show_kept(hands, shoot)
    window.commands["view_single"].trigger()
    hands.open(wanted[0])
    window.canvas.setFocus()
    hands.press("z")
    seen = {}
    for number, photo in enumerate(wanted):
        if number:
            hands.press(Qt.Key.Key_Right)
        hands.wait_for(photo)
        seen[photo] = hands.seen()
    shoot.check(hands)
    hands.press("2", Qt.KeyboardModifier.AltModifier)
    page = window.pages.export_page()
    page.form.destination.set_path(out)
    page.form.file.set_options(EncodeOptions("png"))
    wait_for_plan(qtbot, page)
    assert page.view.model.count("write") == len(wanted)
    run_export(qtbot, page)
    assert {path.stem for path in out.iterdir()} == {photo.stem for photo in wanted}
    unlike = 0
    for photo, (shown, part) in seen.items():
        written = to_uint8(load_photo(out / f"{photo.stem}.png"))
        difference = delta_e_2000(written[part], shown)
        assert np.percentile(difference, 99) <= MOST, photo.name
        assert shrunken_difference(written[part], shown) <= MOST, photo.name
        unlike += bool(delta_e_2000(to_uint8(load_photo(photo))[part], shown).mean() > 1)
    assert unlike > len(wanted) / 2, "edits that do nothing prove nothing"


def shrunken_difference(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of two images, each reduced to an eighth, in dE00."""
    small = [cv2.resize(image, None, fx=SHRUNKEN, fy=SHRUNKEN, interpolation=cv2.INTER_AREA) for image in (one, other)]
    return float(delta_e_2000(*small).max())
