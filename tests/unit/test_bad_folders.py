"""Folders and names as disks have them: unreadable, vanishing, not Unicode, too long: one sentence, never a crash."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.catalog.store import Catalog
from pie_desktop.edit.edit import Edit
from pie_desktop.errors import DecodeError
from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo, load_placeholder, load_proxy, load_thumbnail, probe
from pie_desktop.imaging.listing import list_photos, scan_folder
from pie_desktop.imaging.metadata.reading import read_summary

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes, and pipes, as on Linux")
READERS = (load_photo, load_proxy, probe, lambda path: load_thumbnail(path, 64))


def refusal(read: object, path: Path) -> str:
    with pytest.raises(DecodeError) as caught:
        read(path)  # type: ignore[operator]
    sentence = str(caught.value)
    assert sentence[-1] in ".?" and "\n" not in sentence
    return sentence


@pytest.fixture(params=["here", "isolated"])
def decoding(request: pytest.FixtureRequest) -> object:
    if request.param == "isolated":
        isolation.start(processes=1)
    yield
    isolation.stop()


@pytest.fixture
def strange_name(tmp_path: Path, sample_photos: dict[str, Path]) -> Path:
    """A photo in a folder, both with names that are no valid Unicode."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    photo = folder / os.fsdecode(b"r\xf4t\xff 10.jpg")
    photo.write_bytes(sample_photos["coffee"].read_bytes())
    return photo


@pytest.mark.usefixtures("decoding")
def test_names_that_are_no_unicode(strange_name: Path, sample_images: dict[str, np.ndarray], tmp_path: Path) -> None:
    assert scan_folder(tmp_path) == ([], [strange_name.parent])
    assert list_photos(tmp_path, recursive=True) == [strange_name]
    assert load_photo(strange_name).shape == sample_images["coffee"].shape
    assert probe(strange_name).path == strange_name
    read_summary(strange_name)
    catalog = Catalog(tmp_path / "catalog.sqlite")
    catalog.put(strange_name, Edit.styled(None, 0.5))
    assert catalog.get(strange_name) == Edit.styled(None, 0.5)
    catalog.close()
    strange_name.write_bytes(b"no photo")
    refusal(load_photo, strange_name)


@pytest.mark.usefixtures("decoding")
def test_names_longer_than_a_disk_allows(tmp_path: Path) -> None:
    for path in (tmp_path / ("long" * 100 + ".jpg"), tmp_path.joinpath(*["deep" * 50] * 30) / "a.jpg"):
        for read in READERS:
            refusal(read, path)
        assert load_placeholder(path, 64) is None
    with pytest.raises(DecodeError, match="could not be read"):
        scan_folder(tmp_path / ("long" * 100))


@pytest.mark.usefixtures("decoding")
def test_what_is_no_file(tmp_path: Path) -> None:
    """Opening a pipe would wait for somebody to write into it."""
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    (tmp_path / "folder.jpg").mkdir()
    for path in (pipe, tmp_path / "folder.jpg"):
        for read in READERS:
            assert "is not a file" in refusal(read, path)
        assert load_placeholder(path, 64) is None
        read_nothing = refusal(read_summary, path)
        assert path.name in read_nothing
    assert list_photos(tmp_path) == []


def test_a_folder_that_is_gone_or_none_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    for folder in (tmp_path / "gone", tmp_path / "a.txt", tmp_path / "nul\0"):
        with pytest.raises(DecodeError, match="could not be read"):
            list_photos(folder)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(folder: Path) -> object:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", denied)  # by hand: the tests may run as root, who may read everything
    with pytest.raises(DecodeError, match=r"could not be read \(Permission denied\)\.$"):
        list_photos(tmp_path)


def test_links_to_nothing_are_no_photos(tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    (tmp_path / "good.jpg").symlink_to(sample_photos["coffee"])
    assert [photo.name for photo in list_photos(tmp_path)] == ["good.jpg"]


@pytest.mark.usefixtures("decoding")
def test_a_photo_that_is_cut_while_it_is_listed(tmp_path: Path, sample_photos: dict[str, Path]) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(sample_photos["coffee"].read_bytes())
    assert list_photos(tmp_path) == [photo]
    with photo.open("r+b") as file:
        file.truncate(5000)
    assert "damaged or incomplete" in refusal(load_photo, photo)
    photo.unlink()
    assert "does not exist any more" in refusal(load_photo, photo)
