"""Which files are photos, and how a format comes to be known."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pie_desktop.errors import DecodeError
from pie_desktop.export.facts import estimate_bytes
from pie_desktop.imaging import formats
from pie_desktop.imaging.decode import load_photo, load_thumbnail, probe
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.formats import registry
from pie_desktop.imaging.formats.registry import all_formats, readable_suffixes, sniff, written_formats
from pie_desktop.imaging.listing import (
    RawPairs,
    group_photos,
    is_photo,
    list_photos,
    looks_like_photo,
    one_per_photo,
)


def test_is_photo() -> None:
    assert is_photo(Path("a.JPG"))
    assert is_photo(Path("a.TiFf"))
    assert not is_photo(Path("a.txt"))
    assert not is_photo(Path("._a.jpg"))
    assert not is_photo(Path(".pie-12-abc.jpg"))


def test_a_chosen_file_is_a_photo_by_name_or_content(tmp_path: Path) -> None:
    contents = {
        "photo": b"\xff\xd8\xff\xe0",
        "photo.bak": b"\x89PNG\r\n\x1a\n",
        "empty.jpg": b"",
        "text": b"text",
        "none": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    chosen = [name for name in (*contents, "missing") if looks_like_photo(tmp_path / name)]
    assert chosen == ["photo", "photo.bak", "empty.jpg"]


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
        sniff(Path("somewhere") / name, start)
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
    assert sniff(Path("a.bin"), start).name == expected


def test_the_suffix_tells_a_raw_photo_with_the_structure_of_a_tiff() -> None:
    assert sniff(Path("a.NEF"), b"II*\0\x08\0\0\0").name == "raw"
    assert sniff(Path("a.nef"), b"\xff\xd8\xff\xe0").name == "jpeg"


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


def test_names_suffixes_and_places_are_unambiguous() -> None:
    known_formats = all_formats().values()
    suffixes = [suffix for known in known_formats for suffix in known.suffixes]
    assert len(suffixes) == len(set(suffixes)) == len(readable_suffixes())
    assert len({known.title for known in known_formats}) == len(known_formats)
    written = [known.writing for known in known_formats if known.writing is not None]
    assert sorted(writing.place for writing in written) == list(range(len(written)))
    assert len(written_formats()) == sum(len(writing.depths) for writing in written)
    assert all(writing.suffix in readable_suffixes() for writing in written)


NEW_FORMAT = """
import numpy as np
from pie_desktop.imaging.formats.format import Coding, Density, Depth, FileExtras, FileFormat, Writing
from pie_desktop.imaging.stored import Header, StoredPixels


def read_header(path):
    width, height = path.read_bytes()[3:5]
    return Header(path, "dots", width, height, 1, 8, None)


def read_pixels(header, min_side):
    samples = np.frombuffer(header.path.read_bytes()[5:], np.uint8)
    return StoredPixels(samples.reshape(header.height, header.width, 3), "rgb")


def encode(samples, coding, extras):
    return b"DOT" + bytes(samples.shape[1::-1]) + samples.tobytes()


def density(coding, source_bits):
    return Density(3, detail=0)


FORMAT = FileFormat(
    "dots", "Dots", (".dot",), read_header, read_pixels, magic=(b"DOT",),
    writing=Writing(6, ".dot", (Depth("dots"),), encode, density),
)
"""


@pytest.fixture
def new_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module of a new format, as if it lay beside the others."""
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "dots.py").write_text(NEW_FORMAT, encoding="utf-8")
    caches = (registry.all_formats, registry.readable_suffixes, registry.written_formats)
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(folder)])
    for cache in caches:
        cache.cache_clear()
    yield
    monkeypatch.undo()
    sys.modules.pop("pie_desktop.imaging.formats.dots", None)
    for cache in caches:
        cache.cache_clear()


def test_a_new_format_is_one_module(new_format: None, tmp_path: Path) -> None:
    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    options = EncodeOptions("dots")
    photo = tmp_path / f"a{options.suffix}"
    assert save_photo(image, photo, options) is None
    assert list_photos(tmp_path) == [photo]
    np.testing.assert_array_equal(load_photo(photo), image)
    assert probe(photo).format == "dots" and max(load_thumbnail(photo, 3).shape[:2]) == 3
    assert options.summary == "Dots, sRGB" and estimate_bytes(options, 100, 8, None) == 300
    code = "from pie_desktop.commands.output_options import FormatName; print(FormatName)"
    script = f"from pie_desktop.imaging import formats; formats.__path__.append({str(tmp_path / 'formats')!r}); {code}"
    assert "'dots'" in subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
