"""A style that the program is started with a second time, as by a double click: the running editor takes it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from pie_desktop import cli
from pie_desktop.styles.exporting import export_style
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui import handover
from pie_desktop.ui.handover import MAX_BYTES, Reception

Taken = list[list[Path]]


@contextmanager
def listening() -> Iterator[Taken]:
    """What the editor of this process is handed, while it listens."""
    found: Taken = []
    parent = QObject()
    reception = Reception(found.append, parent)
    yield found
    reception.close()


@pytest.fixture
def taken(qapp: QObject, pie_home: Path) -> Iterator[Taken]:
    with listening() as found:
        yield found


SECOND = (
    "import sys, pathlib; from pie_desktop.ui.handover import hand_over; print(hand_over("
    "[pathlib.Path(one) for one in sys.argv[1:]]))"
)


def start_again(files: list[Path], qtbot: QtBot) -> bool:
    """What a second start, in a process of its own, says of being handed over."""
    command = [sys.executable, "-c", SECOND, *map(str, files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second:
        qtbot.waitUntil(lambda: second.poll() is not None)
        said, _ = second.communicate()
    return {"True": True, "False": False}[said.strip()]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_a_second_process_hands_its_style_to_the_first_and_ends(pie_home: Path, tmp_path: Path, qtbot: QtBot) -> None:
    library = StyleLibrary()
    file = tmp_path / "given.piestyle"
    export_style(library.list()[0], file)
    before = {style.id for style in library.list()}
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "pie_desktop"]
    with subprocess.Popen(command, env=environment) as first:
        qtbot.waitUntil(lambda: (pie_home / "editor.socket").exists() or first.poll() is not None)
        second = subprocess.run([*command, file.name], cwd=file.parent, env=environment, timeout=120, check=False)
        assert second.returncode == 0 and first.poll() is None
        qtbot.waitUntil(lambda: len(StyleLibrary().list()) > len(before))
        first.send_signal(signal.SIGINT)
    assert first.returncode == 0
    assert not (pie_home / "editor.socket").exists()
    (made,) = (style for style in StyleLibrary().list() if style.id not in before)
    assert not made.builtin


def test_without_a_running_editor_there_is_a_window(pie_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pie_desktop import app

    opened: list[list[Path]] = []
    monkeypatch.setattr(app, "run", lambda photos: (opened.append(photos), 0)[1])
    with pytest.raises(SystemExit):
        cli.main(["warm.piestyle"])
    assert opened == [[Path("warm.piestyle")]]


def test_photos_have_a_window_of_their_own(taken: Taken, tmp_path: Path, qtbot: QtBot) -> None:
    style, photo = tmp_path / "warm.piestyle", tmp_path / "a.jpg"
    assert not start_again([photo], qtbot)
    assert not start_again([style, photo], qtbot)
    assert not start_again([], qtbot)
    assert not taken
    assert start_again([style], qtbot)
    assert taken == [[style]]


def test_a_path_is_the_one_that_the_second_start_means(
    taken: Taken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Its working folder is another one."""
    monkeypatch.chdir(tmp_path)
    name = 'a "quoted" ÄÖ\u4e2d\n.piestyle'
    assert start_again([Path(name)], qtbot)
    assert taken == [[tmp_path / name]]


MESSAGES = {
    "nonsense": b"\x00\xff\xfe\n",
    "an object": b'{"styles": []}\n',
    "numbers": b"[1, 2]\n",
    "a photo": b'["/a.jpg"]\n',
    "a relative path": b'["a.piestyle"]\n',
    "a zero byte": b'["/a\\u0000.piestyle"]\n',
    "too deep": b"[" * 5000 + b"\n",
    "too long": b"a" * (2 * MAX_BYTES),
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_what_no_second_start_says_is_refused(taken: Taken, message: bytes, tmp_path: Path, qtbot: QtBot) -> None:
    stranger = QLocalSocket()
    stranger.connectToServer(handover.place())
    stranger.write(message)
    qtbot.waitUntil(lambda: stranger.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert not taken
    assert start_again([tmp_path / "warm.piestyle"], qtbot), "others are heard"


def test_one_who_says_nothing_keeps_nobody_waiting(taken: Taken, tmp_path: Path, qtbot: QtBot) -> None:
    silent = QLocalSocket()
    silent.connectToServer(handover.place())
    assert silent.waitForConnected()
    assert start_again([tmp_path / "warm.piestyle"], qtbot)
    silent.write(json.dumps([str(tmp_path / "cool.piestyle")]).encode() + b"\n")
    qtbot.waitUntil(lambda: len(taken) == 2)


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe of Windows ends with its process")
def test_what_a_crash_left_is_in_nobodys_way(pie_home: Path, tmp_path: Path, qtbot: QtBot) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(pie_home / "editor.socket"))
    left.close()
    with listening() as taken:
        assert start_again([tmp_path / "warm.piestyle"], qtbot)
        assert len(taken) == 1


def test_of_two_windows_the_first_is_handed_styles(taken: Taken, tmp_path: Path, qtbot: QtBot) -> None:
    later: Taken = []
    parent = QObject()
    second = Reception(later.append, parent)
    second.close()
    assert start_again([tmp_path / "warm.piestyle"], qtbot)
    assert len(taken) == 1 and not later


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe of Windows has no path")
def test_a_folder_with_a_long_name_is_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QObject, qtbot: QtBot
) -> None:
    home = tmp_path / ("long" * 30)
    home.mkdir()
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(home))
    with listening() as taken:
        assert start_again([tmp_path / "warm.piestyle"], qtbot)
        assert len(taken) == 1
