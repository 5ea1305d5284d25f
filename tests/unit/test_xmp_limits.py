"""XMP that would take minutes, gigabytes or a deep stack: refused in a sentence, wherever it is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.metadata.marks import Mark, write_mark
from pie_desktop.imaging.metadata.reading import read_described
from pie_desktop.imaging.metadata.xmp_limits import MAX_BYTES, MAX_DEPTH, MAX_PROPERTIES, check_packet

START = (
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    " xmlns:pie='urn:x-pie-desktop:edit:1.0/' xmp:Rating='3'>"
)
END = "</rdf:Description></rdf:RDF></x:xmpmeta>"
ENTITIES = "".join(f"<!ENTITY a{level} '{f'&a{level - 1};' * 10}'>" for level in range(1, 12))


def nested(levels: int) -> str:
    return START + "<pie:a rdf:parseType='Resource'>" * levels + "</pie:a>" * levels + END


def properties(count: int) -> str:
    return START + "".join(f"<pie:p{number}>x</pie:p{number}>" for number in range(count)) + END


BOMBS: dict[str, tuple[Callable[[], str], str]] = {
    "deep": (lambda: nested(MAX_DEPTH), "nested too deeply"),
    "deeper than any stack": (lambda: nested(200_000), "nested too deeply"),
    "wide": (lambda: properties(MAX_PROPERTIES), "more than 20,000 values"),
    "attributes": (
        lambda: START + "<pie:a " + " ".join(f"pie:b{one}='x'" for one in range(MAX_PROPERTIES)) + "/>" + END,
        "more than 20,000 values",
    ),
    "entities": (
        lambda: (
            f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a0 'aaaaaaaaaa'>{ENTITIES}]>{START}"
            f"<dc:format>&a11;</dc:format>{END}"
        ),
        "declares entities",
    ),
    "large": (lambda: START + "<dc:format>" + "a" * MAX_BYTES + "</dc:format>" + END, "larger than 16 MB"),
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (64, 48), "teal").save(path)
    return path


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_a_sidecar_costs_a_sentence(photo: Path, tmp_path: Path, name: str) -> None:
    make, why = BOMBS[name]
    sidecar = photo.with_name("a.jpg.xmp")
    sidecar.write_text(make())
    content = sidecar.read_bytes()
    summary, mark = read_described(photo)
    assert mark == Mark() and summary.camera is None
    warning = save_photo(load_photo(photo), tmp_path / "out.jpg", EncodeOptions(), photo)
    assert warning is not None and "a.jpg.xmp could not be read" in warning and why in warning
    with pytest.raises(PieError, match="left as it is"):
        write_mark(photo, Mark(4), Mark())
    assert sidecar.read_bytes() == content


def test_large_and_ordinary_xmp_is_read(photo: Path) -> None:
    keywords = "<dc:subject><rdf:Bag>" + "<rdf:li>word</rdf:li>" * 30_000 + "</rdf:Bag></dc:subject>"
    photo.with_name("a.jpg.xmp").write_text(START + keywords + "<dc:format>" + "a" * 1_000_000 + "</dc:format>" + END)
    assert read_described(photo)[1] == Mark(3)
    photo.with_name("a.jpg.xmp").write_text(nested(MAX_DEPTH - 10))
    assert read_described(photo)[1] == Mark(3)


def test_a_huge_file_of_rawtherapee_is_not_read(photo: Path, tmp_path: Path) -> None:
    photo.with_name("a.jpg.pp3").write_text("[General]\nRank=4\n" + "#\n" * MAX_BYTES)
    assert read_described(photo)[1] == Mark()
    photo.with_name("a.jpg.pp3").write_text("[General]\nRank=4\n")
    assert read_described(photo)[1] == Mark(4)


def test_faults_in_the_xml_are_left_to_the_library() -> None:
    for content in (b"", b"\0\1", b"<a>", b"<a></b>", START.encode()):
        check_packet(content)
