"""Prefixes of XMP namespaces: a photo keeps its own, and has none of the photos that were read before it."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.metadata.copying import NewFile, SourceMetadata

PIXELS = np.full((24, 32, 3), 128, np.uint8)
FORMATS = ("jpeg", "png", "tiff8", "webp", "heic", "avif")
NEW = NewFile(32, 24)


def jpeg(xmp: str = "") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "JPEG", **({"xmp": xmp.encode()} if xmp else {}))
    return buffer.getvalue()


def with_prefixes(rating: str, history: str, action: str, own: str) -> bytes:
    """A photo whose XMP has namespaces that exiv2 knows, one of a field in a structure, and one of its own."""
    return jpeg(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        f"<rdf:Description rdf:about='' xmlns:{rating}='http://ns.adobe.com/xap/1.0/' "
        f"xmlns:{history}='http://ns.adobe.com/xap/1.0/mm/' "
        f"xmlns:{action}='http://ns.adobe.com/xap/1.0/sType/ResourceEvent#' xmlns:{own}='http://example.com/own/'>"
        f"<{rating}:Rating>3</{rating}:Rating><{own}:Field>kept</{own}:Field>"
        f"<{history}:History><rdf:Seq><rdf:li rdf:parseType='Resource'><{action}:action>saved</{action}:action>"
        f"</rdf:li></rdf:Seq></{history}:History></rdf:Description></rdf:RDF></x:xmpmeta>"
    )


USUAL, UNUSUAL = with_prefixes("xmp", "xmpMM", "stEvt", "mine"), with_prefixes("xap", "stuff", "evt", "theirs")


def exported(tmp_path: Path, content: bytes, format_name: Format) -> bytes:
    (tmp_path / "photo.jpg").write_bytes(content)
    assert save_photo(PIXELS, tmp_path / "out", EncodeOptions(format_name), tmp_path / "photo.jpg") is None
    return (tmp_path / "out").read_bytes()


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("content", [USUAL, UNUSUAL, jpeg()], ids=["usual", "unusual", "without"])
def test_photos_written_before_do_not_change_the_bytes(tmp_path: Path, format_name: Format, content: bytes) -> None:
    exported(tmp_path, USUAL, format_name)
    first = exported(tmp_path, content, format_name)
    exported(tmp_path, UNUSUAL, format_name)
    assert exported(tmp_path, content, format_name) == first


@pytest.mark.parametrize("content", [USUAL, UNUSUAL, jpeg()], ids=["usual", "unusual", "without"])
def test_photos_read_between_reading_and_writing_do_not_change_the_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)
    metadata = SourceMetadata(tmp_path / "photo.jpg")
    alone = metadata.embed(jpeg(), NEW)
    for number, other in enumerate((UNUSUAL, USUAL)):
        (tmp_path / f"{number}.jpg").write_bytes(other)
        SourceMetadata(tmp_path / f"{number}.jpg")
        assert metadata.embed(jpeg(), NEW) == alone


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("content, own", [(USUAL, "mine"), (UNUSUAL, "theirs")])
def test_a_photo_keeps_its_own_prefixes_and_what_is_under_them(
    tmp_path: Path, format_name: Format, content: bytes, own: str
) -> None:
    assert f'xmlns:{own}="http://example.com/own/"'.encode() in exported(tmp_path, content, format_name)
    found = {datum.key(): datum.toString() for datum in SourceMetadata(tmp_path / "out")._image.xmpData()}
    assert found["Xmp.xmp.Rating"] == "3" and found[f"Xmp.{own}.Field"] == "kept"
    assert any(key.startswith("Xmp.xmpMM.History[1]/") and found[key] == "saved" for key in found)
