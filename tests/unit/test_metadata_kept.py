"""Metadata that is large, moved, damaged or oddly named: kept whole, or left out with a sentence while the rest
stays."""

import hashlib
import io
import os
import struct
import sys
from pathlib import Path

import exiv2
import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.metadata.containers import read_exif, read_extended_xmp
from pie_desktop.imaging.metadata.copying import SourceMetadata
from pie_desktop.imaging.metadata.exif_layout import EXIF_IFD, MAKER_NOTE, read_entries, with_maker_note

PIXELS = np.full((24, 32, 3), 128, np.uint8)
FORMATS = ("jpeg", "png", "tiff8", "webp", "heic", "avif")


def jpeg(exif: bytes = b"", segments: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 140, 60)).save(buffer, "JPEG", exif=exif)
    data = buffer.getvalue()
    end = 2
    while data[end + 1] in (0xE0, 0xE1):
        end += 2 + struct.unpack_from(">H", data, end + 2)[0]
    return data[:end] + segments + data[end:]


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def authored() -> bytes:
    exif = Image.Exif()
    exif[0x8298], exif[0x13B] = "(c) Ann Example", "Ann Example"
    return exif.tobytes()


def packet(attributes: str, description: str = "") -> bytes:
    inner = f"<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>{description}</rdf:li></rdf:Alt></dc:description>"
    return (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:xmp='http://ns.adobe.com/xap/1.0/' "
        f"xmlns:xmpNote='http://ns.adobe.com/xmp/note/' {attributes}>{inner if description else ''}</rdf:Description>"
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def extended(description: str, *, cut: bool = False) -> bytes:
    """A main packet with a rating, and a description in an extended one."""
    whole = packet("", description)
    name = hashlib.md5(whole).hexdigest().upper()
    main = packet(f"xmp:Rating='5' xmpNote:HasExtendedXMP='{name}'")
    result = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + main)
    for start in range(0, len(whole) - (10_000 if cut else 0), 60_000):
        head = b"http://ns.adobe.com/xmp/extension/\0" + name.encode() + struct.pack(">II", len(whole), start)
        result += segment(0xE1, head + whole[start : start + (1000 if cut else 60_000)])
    return result


def export(
    tmp_path: Path, content: bytes, format_name: Format = "jpeg", policy: str = "all"
) -> tuple[Path, str | None]:
    source = tmp_path / "source.jpg"
    source.write_bytes(content)
    options = EncodeOptions(format_name, metadata=policy)  # type: ignore[arg-type]
    target = tmp_path / f"out{options.suffix}"
    return target, save_photo(PIXELS, target, options, source)


def read(photo: Path) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """EXIF, IPTC and XMP, the extended part joined."""
    image = SourceMetadata(photo)._image
    exif, iptc, xmp = (
        {datum.key(): datum.toString() for datum in part}
        for part in (image.exifData(), image.iptcData(), image.xmpData())
    )
    return exif, iptc, xmp


@pytest.mark.parametrize("format_name", FORMATS)
def test_xmp_that_almost_fills_its_segment(tmp_path: Path, format_name: Format) -> None:
    main = b"http://ns.adobe.com/xap/1.0/\0" + packet("xmp:Rating='5'", "d" * 63_000)
    photo, warning = export(tmp_path, jpeg(authored(), segment(0xE1, main)), format_name)
    exif, _, xmp = read(photo)
    assert warning is None
    assert exif["Exif.Image.Copyright"] == "(c) Ann Example"
    assert xmp["Xmp.xmp.Rating"] == "5" and "d" * 63_000 in xmp["Xmp.dc.description"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_extended_xmp_is_kept(tmp_path: Path, format_name: Format) -> None:
    photo, warning = export(tmp_path, jpeg(authored(), extended("e" * 150_000)), format_name)
    exif, _, xmp = read(photo)
    assert warning is None
    assert exif["Exif.Image.Artist"] == "Ann Example"
    assert xmp["Xmp.xmp.Rating"] == "5" and "e" * 150_000 in xmp["Xmp.dc.description"]
    if format_name == "jpeg":  # as Adobe specifies it: three segments that the main packet names
        main = exiv2.ImageFactory.open(str(photo))
        main.readMetadata()
        name = main.xmpData()["Xmp.xmpNote.HasExtendedXMP"].toString()
        whole = read_extended_xmp(photo.read_bytes(), name)
        assert whole is not None and hashlib.md5(whole).hexdigest().upper() == name
    else:
        assert "Xmp.xmpNote.HasExtendedXMP" not in xmp


def test_a_damaged_extended_part_is_reported_and_the_rest_stays(tmp_path: Path) -> None:
    photo, warning = export(tmp_path, jpeg(authored(), extended("e" * 90_000, cut=True)))
    exif, _, xmp = read(photo)
    assert warning is not None and "A part of the XMP of source.jpg is damaged" in warning
    assert xmp["Xmp.xmp.Rating"] == "5" and exif["Exif.Image.Artist"] == "Ann Example"


def test_exif_beyond_what_a_jpeg_holds_is_reported_by_name(tmp_path: Path) -> None:
    source = tmp_path / "source.webp"
    Image.new("RGB", (64, 48)).save(source)
    image = exiv2.ImageFactory.open(str(source))
    image.readMetadata()
    exif = image.exifData()
    exif["Exif.Image.Artist"] = "Ann Example"
    for number, name in enumerate(("ImageDescription", "DocumentName", "PageName", "HostComputer", "XPComment")):
        exif[f"Exif.Image.{name}"] = exiv2.AsciiValue(str(number) * 19_000)
    image.writeMetadata()
    warning = save_photo(PIXELS, tmp_path / "out.jpg", EncodeOptions(), source)
    kept = read(tmp_path / "out.jpg")[0]
    assert kept["Exif.Image.Artist"] == "Ann Example"
    lost = [key for key in exif_keys(source) if key not in kept]
    assert 1 <= len(lost) <= 2  # three of 19 KB fit
    assert warning is not None and all(key.rsplit(".", 1)[1] in warning for key in lost)
    assert "could not be copied; the other metadata was" in warning


def exif_keys(photo: Path) -> list[str]:
    return [key for key in read(photo)[0] if key.startswith("Exif.Image.") and not key.endswith("Tag")]


SHIFT = 64


def moved_note(shift: int = SHIFT) -> tuple[bytes, bytes, int]:
    """EXIF of a Canon whose note an editor moved without correcting its offsets; the note, and where it lies."""

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack("<HHI", tag, kind, count) + value

    start = 8 + 2 + 2 * 12 + 4
    make = b"Canon\0"
    exif_at = start + len(make)
    at = exif_at + 2 + 12 + 4
    text, body = b"IMG:Testcam JPEG".ljust(32, b"\0"), at + 2 + 2 * 12 + 4
    note = struct.pack("<H", 2)
    note += entry(6, 2, 32, struct.pack("<I", body - shift)) + entry(9, 2, 32, struct.pack("<I", body + 32 - shift))
    note += bytes(4) + text + b"Ann Example".ljust(32, b"\0")
    exif = b"II*\0" + struct.pack("<IH", 8, 2)
    exif += entry(0x10F, 2, 6, struct.pack("<I", start)) + entry(EXIF_IFD, 4, 1, struct.pack("<I", exif_at)) + bytes(4)
    exif += make + struct.pack("<H", 1) + entry(MAKER_NOTE, 7, len(note), struct.pack("<I", at)) + bytes(4) + note
    return b"Exif\0\0" + exif, note, at


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("shift", [SHIFT, 0])
def test_a_maker_note_keeps_its_bytes_and_place_or_is_left_out(tmp_path: Path, format_name: Format, shift: int) -> None:
    exif, note, at = moved_note(shift)
    photo, warning = export(tmp_path, jpeg(exif), format_name)
    content = photo.read_bytes()
    if format_name == "tiff8":  # where the image has the place
        assert (warning is not None and "maker note of source.jpg" in warning) == (shift > 0)
        assert ("Exif.Photo.MakerNote" in read(photo)[0]) == (shift == 0)
        return
    assert warning is None
    base = content.rfind(b"II*\0", 0, content.index(note))
    assert content.index(note) - base == at
    if format_name in ("jpeg", "png", "webp"):
        structure = read_exif(content)
        assert structure is not None and structure[at : at + len(note)] == note
    assert read(photo)[0]["Exif.Image.Make"] == "Canon"


@pytest.mark.parametrize("kind", [2, 3, 4, 5, 9, 12, 13])
def test_a_maker_note_that_is_no_bytes_does_not_stop_an_export(tmp_path: Path, kind: int) -> None:
    exif, _, _ = moved_note()
    entry = struct.pack("<HH", MAKER_NOTE, 7)
    assert exif.count(entry) == 1
    at = exif.index(entry)
    damaged = exif[:at] + struct.pack("<HHI", MAKER_NOTE, kind, 2) + exif[at + 8 :]
    assert read(export(tmp_path, jpeg(damaged), "jpeg")[0])[0]["Exif.Image.Make"] == "Canon"


def test_a_structure_around_a_maker_note() -> None:
    """Directories find room before and behind it, with every value as it was."""
    exif, note, _ = moved_note()
    for offset in (8, 30, 200, 5000):
        laid = with_maker_note(exif[6:], note, offset)
        assert laid[offset : offset + len(note)] == note
        (first,) = struct.unpack_from("<I", laid, 4)
        (pointer,) = [
            struct.unpack_from("<I", laid, field)[0]
            for tag, _, _, field in read_entries(laid, first, "<")
            if tag == EXIF_IFD
        ]
        found = {tag: struct.unpack_from("<I", laid, field)[0] for tag, _, _, field in read_entries(laid, pointer, "<")}
        assert found[MAKER_NOTE] == offset
    with pytest.raises(ValueError, match="cannot begin"):
        with_maker_note(exif[6:], note, 4)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_tag_of_a_type_that_does_not_exist(tmp_path: Path, format_name: Format) -> None:
    """Readers stop at it, so it must not come before the good ones as exiv2 would sort it."""
    good = [(0x10F, b"Testmaker\0"), (0x132, b"2024:05:06 07:08:09\0"), (0x13B, b"Ann Example\0")]
    at = 8 + 2 + 4 * 12 + 4
    entries, values = b"", b""
    for tag, value in good:
        entries += struct.pack("<HHII", tag, 2, len(value), at + len(values))
        values += value
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 4) + entries + struct.pack("<HHI", 1, 0, 0) + bytes(8) + values
    photo, warning = export(tmp_path, jpeg(exif), format_name)
    assert warning is None
    kept = read(photo)[0]
    assert kept["Exif.Image.Make"] == "Testmaker" and kept["Exif.Image.Artist"] == "Ann Example"
    assert not [key for key in kept if "0x0001" in key]


@pytest.mark.parametrize("format_name", ["jpeg", "png", "tiff8"])
@pytest.mark.parametrize("time", ["233000", "233000+0000", "233000-0530"])
def test_iptc_times_stay_as_they_were(tmp_path: Path, format_name: Format, time: str) -> None:
    def dataset(number: int, value: bytes) -> bytes:
        return bytes((0x1C, 2, number)) + struct.pack(">H", len(value)) + value

    iptc = dataset(55, b"20240506") + dataset(60, time.encode()) + dataset(80, b"Ann Example")
    block = b"8BIM" + struct.pack(">HHI", 0x404, 0, len(iptc)) + iptc + bytes(len(iptc) % 2)
    photo, warning = export(tmp_path, jpeg(segments=segment(0xED, b"Photoshop 3.0\0" + block)), format_name)
    assert warning is None
    kept = read(photo)[1]["Iptc.Application2.TimeCreated"]
    assert kept.replace(":", "") == time
    again = EncodeOptions("jpeg")  # also from the copy
    assert save_photo(PIXELS, tmp_path / "again.jpg", again, photo) is None
    assert read(tmp_path / "again.jpg")[1]["Iptc.Application2.TimeCreated"] == kept


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes there")
def test_a_name_that_is_no_utf8_keeps_its_metadata(tmp_path: Path) -> None:
    source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/latin\xe9name.jpg"))
    try:
        source.write_bytes(jpeg(authored()))
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    assert save_photo(PIXELS, tmp_path / "out.jpg", EncodeOptions(), source) is None
    assert read(tmp_path / "out.jpg")[0]["Exif.Image.Artist"] == "Ann Example"


def test_a_bare_jpeg_xl_has_no_metadata_to_warn_about(tmp_path: Path) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    source = tmp_path / "bare.jxl"
    source.write_bytes(imagecodecs.jpegxl_encode(np.full((16, 16, 3), 90, np.uint8), usecontainer=False))
    assert source.read_bytes().startswith(b"\xff\x0a")
    assert save_photo(PIXELS, tmp_path / "out.jpg", EncodeOptions(), source) is None
    assert read(tmp_path / "out.jpg")[0]["Exif.Image.Software"].startswith("PIE Desktop")


def test_a_prefix_used_for_another_namespace_does_not_change_later_files(tmp_path: Path) -> None:
    impostor = packet("xmlns:aux='urn:other' aux:Lens='somewhere' xmp:Rating='3'")
    photo, _ = export(tmp_path, jpeg(segments=segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + impostor)))
    assert "Xmp.aux.Lens" not in read(photo)[2] and read(photo)[2]["Xmp.xmp.Rating"] == "3"
    honest = packet("xmlns:aux='http://ns.adobe.com/exif/1.0/aux/' aux:Lens='50mm'")
    photo, _ = export(tmp_path, jpeg(segments=segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + honest)))
    assert b"http://ns.adobe.com/exif/1.0/aux/" in photo.read_bytes() and read(photo)[2]["Xmp.aux.Lens"] == "50mm"


@pytest.mark.parametrize("tag", [0x011A, 0x011B, 0x0128])
def test_a_resolution_without_a_value_does_not_cost_the_export(tmp_path: Path, tag: int) -> None:
    numbers = {0x011A: (5, 1, 26), 0x011B: (5, 1, 26), 0x0128: (3, 1, 2)}
    numbers[tag] = (numbers[tag][0], 0, 0)
    entries = b"".join(struct.pack("<HHII", key, *value) for key, value in numbers.items())
    head = b"II*\0" + struct.pack("<IH", 8, len(numbers)) + entries + bytes(4)
    exif = b"Exif\0\0" + head.ljust(26 + 24, b"\0") + struct.pack("<II", 300, 1)
    source = tmp_path / "source.jpg"
    source.write_bytes(jpeg(segments=segment(0xE1, exif)))
    save_photo(PIXELS, tmp_path / "out.jpg", EncodeOptions(), source)
    with Image.open(tmp_path / "out.jpg") as written:
        assert written.size == (32, 24)
