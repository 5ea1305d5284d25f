"""The thumbnails on disk: found again for the same file, bounded, and never in the way."""

import multiprocessing
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.catalog import thumbnails
from pie_desktop.catalog.thumbnails import FileVersion, ThumbnailStore

VERSION = FileVersion(1_700_000_000_000_000_000, 12345)


@pytest.fixture
def store(tmp_path: Path) -> ThumbnailStore:
    return ThumbnailStore(tmp_path / "cache" / "thumbnails.sqlite")


@pytest.fixture
def image(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    return np.ascontiguousarray(sample_images["coffee"][:128, :192])


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (96, 128, 3), dtype=np.uint8)


def test_found_again_by_another_store(store: ThumbnailStore, image: np.ndarray) -> None:
    photo = Path("photos/name with é and \udcff.jpg")
    assert store.get(photo, VERSION, 192) is None
    store.put(photo, VERSION, 192, image)
    store.close()
    again = ThumbnailStore(store.path).get(photo, VERSION, 192)
    assert again is not None and again.shape == image.shape
    assert np.abs(again.astype(int) - image).mean() < 3


def test_a_larger_one_serves_smaller_sides_and_not_the_other_way(store: ThumbnailStore, image: np.ndarray) -> None:
    store.put(Path("a.jpg"), VERSION, 192, image)
    smaller = store.get(Path("a.jpg"), VERSION, 96)
    assert smaller is not None and smaller.shape == (64, 96, 3)
    assert store.get(Path("a.jpg"), VERSION, 256) is None


@pytest.mark.parametrize("version", [FileVersion(VERSION.modified + 1, VERSION.size), FileVersion(VERSION.modified, 1)])
def test_a_changed_file_is_another_one(store: ThumbnailStore, image: np.ndarray, version: FileVersion) -> None:
    store.put(Path("a.jpg"), VERSION, 192, image)
    assert store.get(Path("a.jpg"), version, 192) is None
    store.put(Path("a.jpg"), version, 192, noise(0))
    assert store.get(Path("a.jpg"), VERSION, 192) is None, "there is one for each file"


def test_version_of_a_file(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    assert FileVersion.of(photo) is None
    photo.write_bytes(b"123")
    before = FileVersion.of(photo)
    assert before is not None and before.size == 3
    photo.write_bytes(b"1234")
    assert FileVersion.of(photo) != before
    assert FileVersion.of(tmp_path / ("long" * 200)) is None
    assert FileVersion.of(tmp_path / "nul\0") is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "_EVICT_EVERY", 4)
    monkeypatch.setattr(thumbnails, "_USED_PRECISION", 0)
    clock = iter(range(10_000))
    monkeypatch.setattr(thumbnails.time, "time", lambda: next(clock))
    store = ThumbnailStore(tmp_path / "thumbnails.sqlite", limit=600_000)
    for number in range(40):
        store.put(Path(f"{number}.jpg"), VERSION, 128, noise(number))
        store.get(Path("0.jpg"), VERSION, 128)
    store.close()
    assert store.used_bytes <= 600_000 + 4 * 40_000
    store = ThumbnailStore(store.path)
    there = [number for number in range(40) if store.get(Path(f"{number}.jpg"), VERSION, 128) is not None]
    assert there[0] == 0 and there[1:] == list(range(there[1], 40)) and 5 < len(there) < 35


def test_a_limit_of_nothing_keeps_nothing(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path / "thumbnails.sqlite", limit=0)
    store.put(Path("a.jpg"), VERSION, 128, noise(0))
    assert store.get(Path("a.jpg"), VERSION, 128) is None


def test_clearing_gives_the_disk_back(store: ThumbnailStore) -> None:
    store.clear()
    assert store.used_bytes == 0 and not store.path.exists(), "nothing to clear makes no file"
    for number in range(30):
        store.put(Path(f"{number}.jpg"), VERSION, 128, noise(number))
    used = store.used_bytes
    assert used > 500_000
    store.clear()
    assert store.used_bytes < 0.2 * used
    assert store.get(Path("1.jpg"), VERSION, 128) is None


def test_a_damaged_thumbnail_is_made_again(store: ThumbnailStore, image: np.ndarray) -> None:
    store.put(Path("a.jpg"), VERSION, 192, image)
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE thumbnails SET jpeg = substr(jpeg, 1, 900)")
    connection.close()
    assert store.get(Path("a.jpg"), VERSION, 192) is None
    store.put(Path("a.jpg"), VERSION, 192, image)
    assert store.get(Path("a.jpg"), VERSION, 192) is not None


@pytest.mark.parametrize("damage", [b"no database at all", None])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, image: np.ndarray, damage: bytes | None) -> None:
    path = tmp_path / "thumbnails.sqlite"
    first = ThumbnailStore(path)
    for number in range(20):
        first.put(Path(f"{number}.jpg"), VERSION, 192, noise(number))
    first.close()
    content = bytearray(path.read_bytes())
    if damage is None:
        content[4096:] = bytes(len(content) - 4096)  # everything behind the header
    path.write_bytes(damage or content)
    store = ThumbnailStore(path)
    assert store.get(Path("1.jpg"), VERSION, 192) is None
    store.put(Path("1.jpg"), VERSION, 192, image)
    assert store.get(Path("1.jpg"), VERSION, 192) is not None


def test_a_file_of_another_version_is_begun_anew(store: ThumbnailStore, image: np.ndarray) -> None:
    with sqlite3.connect(store.path.parent.parent / "other.sqlite") as connection:
        connection.execute("CREATE TABLE thumbnails (something TEXT)")
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    newer = ThumbnailStore(store.path.parent.parent / "other.sqlite")
    newer.put(Path("a.jpg"), VERSION, 192, image)
    assert newer.get(Path("a.jpg"), VERSION, 192) is not None


def test_where_nothing_can_be_written_it_is_done_without(tmp_path: Path, image: np.ndarray) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = ThumbnailStore(tmp_path / "file" / "thumbnails.sqlite")
    store.put(Path("a.jpg"), VERSION, 192, image)
    assert store.get(Path("a.jpg"), VERSION, 192) is None
    store.clear()
    assert store.used_bytes == 0


def test_a_closed_store_answers_nothing(store: ThumbnailStore, image: np.ndarray) -> None:
    store.put(Path("a.jpg"), VERSION, 192, image)
    store.close()
    store.put(Path("b.jpg"), VERSION, 192, image)
    assert store.get(Path("a.jpg"), VERSION, 192) is None


def _fill(path: Path, first: int) -> None:
    store = ThumbnailStore(path)
    for number in range(first, first + 60):
        store.put(Path(f"{number}.jpg"), VERSION, 128, noise(number))


def test_several_processes_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("starts its processes by fork")
    path = tmp_path / "thumbnails.sqlite"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_fill, args=(path, first)) for first in (0, 1000)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    photos = [Path(f"{number}.jpg") for first in (0, 1000) for number in range(first, first + 60)]
    one, another = ThumbnailStore(path), ThumbnailStore(path, limit=1_000_000)
    assert all(one.get(photo, VERSION, 128) is not None for photo in photos)
    monkeypatch.setattr(thumbnails, "_EVICT_EVERY", 1)
    another.put(Path("new.jpg"), VERSION, 128, noise(0))
    assert path.stat().st_size < 1_100_000
    assert one.get(Path("new.jpg"), VERSION, 128) is not None
