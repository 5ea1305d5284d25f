"""Which files are photos."""

from pathlib import Path

import pytest

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.listing import (
    RawPairs,
    group_photos,
    is_photo,
    list_photos,
    one_per_photo,
    sniff_format,
)


def test_is_photo() -> None:
    assert is_photo(Path("a.JPG"))
    assert is_photo(Path("a.TiFf"))
    assert not is_photo(Path("a.txt"))
    assert not is_photo(Path("._a.jpg"))
    assert not is_photo(Path(".pie-12-abc.jpg"))


def test_list_photos_in_natural_order(tmp_path: Path) -> None:
    for name in ("img10.jpg", "IMG2.jpg", "img1.JPG", "notes.txt", ".hidden.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.png").touch()
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "b.png").touch()
    assert [path.name for path in list_photos(tmp_path)] == ["img1.JPG", "IMG2.jpg", "img10.jpg"]
    assert [path.name for path in list_photos(tmp_path, recursive=True)][-1] == "a.png"
    assert len(list_photos(tmp_path, recursive=True)) == 4


def test_list_photos_of_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match="gone"):
        list_photos(tmp_path / "gone")


@pytest.mark.parametrize(
    ("name", "start", "message"),
    [
        ("a.jpg", b"", "empty"),
        ("a.jpg", b"hello world, this is text", "not an image"),
        ("a.heic", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video"),
        ("a.jpg", b"GIF89a", "GIF"),
        ("a.jpg", b"BM123456", "BMP"),
    ],
)
def test_refusals_name_the_file_and_the_reason(name: str, start: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message) as caught:
        sniff_format(Path("somewhere") / name, start)
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"RIFF\x10\0\0\0WEBP", "webp"),
        (b"II*\0\x10\0\0\0CR\x02", "raw"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0", "raw"),
        (b"FUJIFILMCCD-RAW 0201", "raw"),
        (b"IIU\0\x18", "raw"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1miafavif", "avif"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "avif"),
        (b"\xff\x0a\x12", "jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
        (b"8BPS\0\1", "psd"),
    ],
)
def test_content_counts_not_the_suffix(start: bytes, expected: str) -> None:
    assert sniff_format(Path("a.bin"), start) == expected


def test_the_suffix_tells_a_raw_photo_with_the_structure_of_a_tiff() -> None:
    assert sniff_format(Path("a.NEF"), b"II*\0\x08\0\0\0") == "raw"
    assert sniff_format(Path("a.nef"), b"\xff\xd8\xff\xe0") == "jpeg"


def grouped(*names: str, show: RawPairs = "raw") -> list[tuple[str, ...]]:
    photos = group_photos([Path("a") / name for name in names], show)
    return [(photo.primary.name, *(path.name for path in photo.companions)) for photo in photos]


def test_raw_and_jpeg_of_one_name_are_one_photo() -> None:
    files = ("1.jpg", "2.CR3", "2.JPG", "3.nef", "4.HEIC", "4.dng")
    assert grouped(*files) == [("1.jpg",), ("2.CR3", "2.JPG"), ("3.nef",), ("4.dng", "4.HEIC")]
    assert grouped(*files, show="jpeg") == [("1.jpg",), ("2.JPG", "2.CR3"), ("3.nef",), ("4.HEIC", "4.dng")]
    assert grouped(*files, show="both") == [(name,) for name in files]
    assert [photo.badge for photo in group_photos(map(Path, files))] == ["", "RAW+JPEG", "", "RAW+HEIC"]
    assert one_per_photo([Path("x.ARW"), Path("X.jpeg")]) == [Path("x.ARW")]


def test_other_kinds_and_other_folders_stay_photos_of_their_own() -> None:
    files = ("1.nef", "1.tif", "1.jpg", "1.dng", "1.psd")
    assert grouped(*files) == [("1.nef", "1.jpg"), ("1.tif",), ("1.dng",), ("1.psd",)]
    assert len(group_photos([Path("a/1.nef"), Path("b/1.jpg")])) == 2
    assert grouped("1.jpg", "1.jpeg") == [("1.jpg",), ("1.jpeg",)]
