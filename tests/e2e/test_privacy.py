"""No photo ever leaves the machine: the whole main job runs without opening a network socket."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Python runs this at the start of every process of the job, export workers included. An audit hook sees what a
# replaced `socket.socket` would miss: sockets made by the C module itself.
WATCH = """
import os, sys

def watch(event, arguments):
    if event == "socket.__new__" and arguments[1] == getattr(sys.modules.get("_socket"), "AF_UNIX", None):
        return  # between processes of this machine
    if event.startswith(("socket.__new__", "socket.connect", "socket.getaddrinfo", "urllib.Request")):
        with open(os.environ["SOCKET_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {arguments!r}\\n")

sys.addaudithook(watch)
with open(os.environ["SOCKET_LOG"] + ".started", "a", encoding="utf-8") as started:
    started.write(f"{os.getpid()}\\n")
"""


@pytest.fixture
def watched(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """Environment in which every Python process reports sockets to a file, and that file."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    log = tmp_path / "sockets.log"
    return dict(os.environ, PYTHONPATH=str(site), SOCKET_LOG=str(log)), log


def _opened(log: Path) -> str:
    assert log.with_name(log.name + ".started").exists(), "the watch was not installed, so it cannot have seen anything"
    return log.read_text(encoding="utf-8") if log.exists() else ""


def test_demo_opens_no_socket(watched: tuple[dict[str, str], Path], tmp_path: Path) -> None:
    environment, log = watched
    command = [sys.executable, "-m", "pie_desktop", "demo", "-o", str(tmp_path / "demo")]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "demo").rglob("*.jpg"))
    assert _opened(log) == ""


def test_the_watch_sees_a_socket(watched: tuple[dict[str, str], Path]) -> None:
    environment, log = watched
    subprocess.run([sys.executable, "-c", "import socket; socket.socket().close()"], env=environment, check=True)
    assert "socket.__new__" in _opened(log)
