"""What a command needs is started before the command line is imported, and only for commands that need it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from pie_desktop import __main__ as program
from pie_desktop.engine.bundles import default_bundle
from pie_desktop.imaging import isolation
from pie_desktop.model import inference

PHOTO = Path("photo.jpg")


@pytest.fixture
def stopped() -> Iterator[None]:
    yield
    isolation.stop()


def _modules_after(code: str) -> set[str]:
    command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split())


def test_a_child_process_that_imports_the_program_imports_nothing_else() -> None:
    assert not _modules_after("import pie_desktop.__main__") & {"typer", "numpy", "torch", "pie_desktop.cli"}


def test_the_decoding_process_is_started_before_anything_large_is_imported() -> None:
    code = """
import pie_desktop.__main__ as program
import pie_desktop.model.runtime as runtime
runtime.import_torch = lambda: None
if __name__ == "__main__":
    program.start_ahead(["export", "photo.jpg", "out"])
"""
    modules = _modules_after(code)
    assert "pie_desktop.imaging.isolation" in modules
    assert not modules & {"typer", "numpy", "cv2", "psutil", "pie_desktop.cli"}


def test_torch_is_imported_meanwhile() -> None:
    code = """
import pie_desktop.__main__ as program
if __name__ == "__main__":
    program.start_ahead(["export", "photo.jpg", "out"]).join()
"""
    assert "torch.nn" in _modules_after(code)


ENDING = """
import atexit, sys, threading, time
from pie_desktop import cli
import pie_desktop.__main__ as program

class Module:
    def __del__(self):
        print("taken apart")

module = Module()
def start_ahead(arguments):
    atexit.register(lambda: print("still importing" if threading.active_count() > 1 else "imported"))
    atexit.register(print, "tidied up")
    importing = threading.Thread(target=time.sleep, args=({importing},), daemon=True)
    importing.start()
    return importing
program.start_ahead = start_ahead
def main():
    {end}
cli.main = main
sys.argv = ["pie-desktop", "{command}", "photo.jpg", "out"]
program.main()
"""


@pytest.mark.parametrize(
    ("command", "end", "code", "printed"),
    [
        ("export", "pass", 0, ["tidied up", "still importing"]),
        ("export", "sys.exit(2)", 2, ["tidied up", "still importing"]),
        ("export", "1 / 0", 1, ["tidied up", "imported", "taken apart"]),
        ("photo.jpg", "1 / 0", 1, ["tidied up", "imported", "taken apart"]),
    ],
)
def test_a_command_that_writes_ends_at_once(command: str, end: str, code: int, printed: list[str]) -> None:
    importing = 50 if "still importing" in printed else 0.5  # seconds; where it is waited for, few
    script = ENDING.format(command=command, end=end, importing=importing)
    child = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60)
    assert (child.returncode, child.stdout.splitlines()) == (code, printed)
    assert ("ZeroDivisionError" in child.stderr) == (code == 1)


@pytest.mark.parametrize(
    "arguments",
    [[], ["photo.jpg"], ["style", "list"], ["export", "--help"], ["enhance", "a.jpg", "--dry-run"]],
    ids=" ".join,
)
@pytest.mark.usefixtures("stopped")
def test_nothing_is_started_for_commands_that_write_nothing(arguments: list[str]) -> None:
    program.start_ahead(arguments)
    assert not isolation.active()


@pytest.mark.skipif(sys.platform == "win32", reason="the helpers crash the POSIX way")
@pytest.mark.usefixtures("stopped")
def test_a_process_gets_ready_before_its_first_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "helpers"))
    import hostile_decoders

    isolation.start(processes=1, prepare=("hostile_decoders", "get_ready"))
    assert hostile_decoders.was_ready(PHOTO)
    assert not hostile_decoders.READY  # here, nothing was prepared


def test_a_model_is_loaded_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more, threads that wait for each other's short pieces of work took ten times the time of the loading."""
    used: list[int] = []
    plain = inference.load_bundle

    def load(path: Path) -> object:
        used.append(torch.get_num_threads())
        return plain(path)

    monkeypatch.setattr(inference, "load_bundle", load)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        inference.Inference(default_bundle(), "cpu")
        assert (used, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("too_late", [True, False])
def test_a_command_that_ends_before_torch_is_there_says_nothing(too_late: bool) -> None:
    script = f"""
import atexit, threading, time
from pie_desktop import __main__ as program
from pie_desktop.imaging import isolation
from pie_desktop.model import runtime
isolation.start = lambda **_: None
def fail():
    while {too_late} and threading.main_thread().is_alive():
        time.sleep(0.01)
    raise RuntimeError("no import any more")
runtime.import_torch = fail
program.start_ahead(["export", "a"])
atexit.register(time.sleep, 0.5)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ("no import any more" in ended.stderr) != too_late
