"""Atomic writes."""

import os
import stat
import threading
from pathlib import Path

import pytest

from pie_desktop.imaging import atomic
from pie_desktop.imaging.atomic import atomic_write, remove_unfinished
from pie_desktop.imaging.leftovers import temporary_beside


def test_appears_only_when_complete(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with atomic_write(target) as temporary:
        temporary.write_text("new")
        assert temporary.parent == tmp_path
        assert not list(tmp_path.glob("*.txt"))  # nobody takes it for a file of the kind
        assert not target.exists()
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_failure_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="stop"), atomic_write(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError("stop")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("links_work", [True, False])
def test_no_overwriting_even_of_a_file_that_appears_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links_work: bool
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    if not links_work:
        monkeypatch.setattr(atomic.os, "link", no_links)
    target = tmp_path / "a.txt"
    with atomic_write(target, overwrite=False) as temporary:
        temporary.write_text("first")
    assert target.read_text() == "first"
    other = tmp_path / "b.txt"
    with pytest.raises(FileExistsError), atomic_write(other, overwrite=False) as temporary:
        temporary.write_text("mine")
        other.write_text("theirs")
    assert other.read_text() == "theirs"
    with pytest.raises(FileExistsError), atomic_write(other, overwrite=False):
        pass
    assert sorted(tmp_path.iterdir()) == [target, other]


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions and links")
def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    target.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    with atomic_write(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "no" / "a.txt"):
        pass


def test_remove_unfinished_touches_only_that_process(tmp_path: Path) -> None:
    mine, others = (temporary_beside(tmp_path / "photo.jpg").name for _ in range(2))
    others = others.replace(f"-p{os.getpid()}-", f"-p{os.getpid()}1-")
    for name in (mine, others, "photo.jpg"):
        (tmp_path / name).touch()
    remove_unfinished(tmp_path, os.getpid())
    assert {path.name for path in tmp_path.iterdir()} == {others, "photo.jpg"}


def test_threads_do_not_share_temporaries(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"

    def write(text: str) -> None:
        for _ in range(20):
            with atomic_write(target) as temporary:
                temporary.write_text(text * 1000)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_text() in ("x" * 1000, "y" * 1000)
    assert list(tmp_path.iterdir()) == [target]
