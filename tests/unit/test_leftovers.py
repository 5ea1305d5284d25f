"""What killed processes leave behind: never taken for a file of its kind, and removed at the next start."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pie_desktop import paths
from pie_desktop.export.cleaning import clean_destination, remove_left_overs
from pie_desktop.export.presets import PresetLibrary
from pie_desktop.imaging.atomic import atomic_folder
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.leftovers import owner, remove_abandoned, temporary_beside
from pie_desktop.model.bundle import list_bundles, remove_dead_bundles
from pie_desktop.styles.store import StyleLibrary

# Killed while the temporary file is complete and has not got its name: the worst moment.
KILLED_WHILE_SAVING = """
import os, signal
from pie_desktop.imaging import atomic
from pie_desktop.export.presets import PresetLibrary
from pie_desktop.imaging.encode_options import EncodeOptions
atomic.publish = lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL)
PresetLibrary().save("Mine", EncodeOptions("jpeg", quality=11), overwrite=True)
"""
KILLED_WHILE_STAGING = """
import os, signal
from pie_desktop import paths
from pie_desktop.styles.store import StyleLibrary
paths.styles_dir().mkdir(parents=True)
with StyleLibrary()._staging() as place:
    (place / "half.jpg").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED_WHILE_MAKING_A_MODEL = """
import os, signal
from pie_desktop import paths
from pie_desktop.imaging.atomic import atomic_folder
paths.models_dir().mkdir(parents=True)
with atomic_folder(paths.models_dir() / "m.piemodel") as place:
    (place / "model.safetensors").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run_killed(code: str) -> None:
    answer = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert answer.returncode == -signal.SIGKILL


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*") if path.name != ".lock"]


def dead_process_id() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_preset_that_was_half_saved_shadows_nothing_and_goes(home: Path) -> None:
    library = PresetLibrary()
    library.save("Mine", EncodeOptions("jpeg", quality=77))
    run_killed(KILLED_WHILE_SAVING)
    assert len(hidden(home)) == 1
    assert [one.encode.quality for one in library.presets() if not one.builtin] == [77]
    assert library.take_problems() == []
    library.save("Other", EncodeOptions())
    assert hidden(home) == []


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_style_that_was_half_made_goes_at_the_next_start(home: Path) -> None:
    run_killed(KILLED_WHILE_STAGING)
    assert len(hidden(paths.styles_dir())) == 1
    StyleLibrary()
    assert hidden(paths.styles_dir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_model_that_was_half_written_is_none_and_goes(home: Path) -> None:
    run_killed(KILLED_WHILE_MAKING_A_MODEL)
    assert list_bundles(paths.models_dir()) == [] and not (paths.models_dir() / "m.piemodel").exists()
    assert len(hidden(home)) == 1
    remove_left_overs()
    assert list(paths.models_dir().iterdir()) == []


def test_a_model_of_an_earlier_version_that_was_half_written_goes_after_a_while(home: Path) -> None:
    dead = paths.models_dir() / "m.piemodel"
    dead.mkdir(parents=True)
    (dead / "model.safetensors").write_bytes(b"half")
    remove_dead_bundles(paths.models_dir())
    assert dead.exists()  # it may be one that is being copied
    os.utime(dead, (time.time() - 3600,) * 2)
    remove_dead_bundles(paths.models_dir())
    assert not dead.exists()


def test_what_a_running_process_uses_stays(tmp_path: Path) -> None:
    mine = temporary_beside(tmp_path / "a.jpg")
    other_computer = tmp_path / f".pie-h00000000-p{dead_process_id()}-0123456789ab.part"
    theirs = tmp_path / ".pie-something of another program"
    dead = tmp_path / mine.name.replace(f"-p{os.getpid()}-", f"-p{dead_process_id()}-")
    for file in (mine, other_computer, theirs, dead):
        file.touch()
    remove_abandoned(tmp_path)
    assert set(tmp_path.glob(".pie-*")) == {mine, other_computer, theirs}
    os.utime(other_computer, (time.time() - 2 * 24 * 3600,) * 2)
    remove_abandoned(tmp_path)
    assert set(tmp_path.glob(".pie-*")) == {mine, theirs}


def test_a_process_that_got_the_number_of_a_dead_one_protects_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psutil

    left = tmp_path / f".pie-{owner()}.part"
    left.touch()
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: time.time() + 3600)
    remove_abandoned(tmp_path)
    assert not left.exists()


def test_a_folder_appears_only_when_complete(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "m.piemodel") as place:
        (place / "model.json").write_text("{}", encoding="utf-8")
        assert not list(tmp_path.glob("*.piemodel"))
    assert (tmp_path / "m.piemodel" / "model.json").is_file()
    with pytest.raises(RuntimeError), atomic_folder(tmp_path / "n.piemodel"):
        raise RuntimeError
    with pytest.raises(FileExistsError), atomic_folder(tmp_path / "m.piemodel"):
        pass
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["m.piemodel"]


def test_what_an_export_of_another_computer_left_goes_after_a_day(tmp_path: Path) -> None:
    staging = tmp_path / ".pie-20260101-101010-abcdef"
    staging.mkdir()
    clean_destination(tmp_path)
    assert staging.exists()
    os.utime(staging, (time.time() - 2 * 24 * 3600,) * 2)
    clean_destination(tmp_path)
    assert not staging.exists()
