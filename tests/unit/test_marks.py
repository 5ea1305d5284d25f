"""Ratings, flags and labels in the metadata of photos and in XMP sidecars."""

import shutil
from pathlib import Path

import exiv2
import pytest

from pie_desktop.errors import PieError
from pie_desktop.imaging.metadata.marks import Mark, sidecars_to_write, with_stars, write_mark
from pie_desktop.imaging.metadata.reading import read_described

XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:our="http://example.org/our/"
 xmlns:darktable="http://darktable.sf.net/" xmlns:digiKam="http://www.digikam.org/ns/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" %s>%s</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
MARK = Mark(4, "pick", "Green")


@pytest.fixture
def photo(tmp_path: Path, sample_photos: dict[str, Path]) -> Path:
    return Path(shutil.copy(sample_photos["coffee"], tmp_path / "coffee.jpg"))


def read_mark(photo: Path) -> Mark:
    return read_described(photo)[1]


def write_xmp(photo: Path, attributes: str, elements: str = "") -> Path:
    sidecar = photo.with_name(f"{photo.name}.xmp")
    sidecar.write_text(XMP % (attributes, elements), encoding="utf-8")
    return sidecar


def test_a_photo_without_metadata_has_no_mark(photo: Path) -> None:
    assert read_mark(photo) == Mark()


@pytest.mark.parametrize(
    ("attributes", "elements", "mark"),
    [
        ('xmp:Rating="3" xmp:Label="Red"', "", Mark(3, "", "Red")),
        ('xmp:Rating="-1"', "", Mark(0, "reject")),
        ('xmp:Rating="9"', "", Mark(5)),
        ('digiKam:PickLabel="3" digiKam:ColorLabel="5"', "", Mark(0, "pick", "Blue")),
        ('xmp:Label="Zu drucken"', "", Mark()),
        (
            'xmp:Rating="2"',
            "<darktable:colorlabels><rdf:Seq><rdf:li>4</rdf:li></rdf:Seq></darktable:colorlabels>",
            Mark(2, "", "Purple"),
        ),
    ],
)
def test_marks_of_other_programs_are_read(photo: Path, attributes: str, elements: str, mark: Mark) -> None:
    write_xmp(photo, attributes, elements)
    assert read_mark(photo) == mark


def test_an_embedded_rating_is_read_and_a_sidecar_counts_more(photo: Path) -> None:
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    image.xmpData()["Xmp.xmp.Rating"] = "2"
    image.writeMetadata()
    assert read_mark(photo) == Mark(2)
    write_xmp(photo, 'xmp:Rating="5"')
    assert read_mark(photo) == Mark(5)


def test_a_written_mark_is_read_again_and_the_photo_is_not_touched(photo: Path) -> None:
    before = photo.read_bytes()
    assert write_mark(photo, MARK, Mark()) == []
    assert read_mark(photo) == MARK
    text = photo.with_name("coffee.jpg.xmp").read_text(encoding="utf-8")
    assert 'xmp:Rating="4"' in text and 'xmp:Label="Green"' in text
    assert photo.read_bytes() == before


def test_a_rejected_photo_is_written_as_other_programs_read_it(photo: Path) -> None:
    write_mark(photo, Mark(3, "reject"), Mark())
    assert 'xmp:Rating="-1"' in photo.with_name("coffee.jpg.xmp").read_text(encoding="utf-8")


def test_a_raw_photo_gets_the_sidecar_that_lightroom_reads(tmp_path: Path) -> None:
    assert sidecars_to_write(tmp_path / "IMG_1.CR3") == [tmp_path / "IMG_1.xmp"]
    (tmp_path / "IMG_1.CR3.xmp").write_text("")
    assert sidecars_to_write(tmp_path / "IMG_1.CR3") == [tmp_path / "IMG_1.CR3.xmp"]


def test_what_the_program_does_not_know_is_kept(photo: Path) -> None:
    history = "<darktable:history><rdf:Seq><rdf:li darktable:num='0' darktable:operation='exposure'/></rdf:Seq>"
    sidecar = write_xmp(photo, 'our:secret="42" xmp:Rating="1"', f"{history}</darktable:history>")
    write_mark(photo, MARK, Mark(1))
    text = sidecar.read_text(encoding="utf-8")
    assert "http://example.org/our/" in text and 'secret="42"' in text
    assert "exposure" in text
    assert read_mark(photo) == MARK


def test_darktables_own_list_of_labels_follows(photo: Path) -> None:
    write_xmp(photo, "", "<darktable:colorlabels><rdf:Seq><rdf:li>0</rdf:li></rdf:Seq></darktable:colorlabels>")
    write_mark(photo, Mark(label="Blue"), Mark(label="Red"))
    assert "<rdf:li>3</rdf:li>" in photo.with_name("coffee.jpg.xmp").read_text(encoding="utf-8")


def test_another_programs_rating_is_not_replaced_without_saying_so(photo: Path) -> None:
    write_xmp(photo, 'xmp:Rating="5"')
    (told,) = write_mark(photo, MARK, Mark(1))
    assert "coffee.jpg.xmp" in told and "5 stars" in told
    assert write_mark(photo, MARK, MARK) == []


@pytest.mark.parametrize("content", [b"<x:xmpmeta", b"\0\0 no XMP", XMP.encode() % (b"xmp:", b""), b"<settings/>"])
def test_a_damaged_sidecar_is_left_as_it_is(photo: Path, content: bytes) -> None:
    sidecar = photo.with_name("coffee.jpg.xmp")
    sidecar.write_bytes(content)
    with pytest.raises(PieError, match=r"coffee\.jpg\.xmp could not be read"):
        write_mark(photo, MARK, Mark())
    assert sidecar.read_bytes() == content


def test_a_sidecar_of_another_file_is_left_as_it_is(photo: Path) -> None:
    sidecar = write_xmp(photo, 'photoshop:SidecarForExtension="CR3" xmp:Rating="2"')
    before = sidecar.read_bytes()
    with pytest.raises(PieError, match="belongs to another file"):
        write_mark(photo, MARK, Mark())
    assert sidecar.read_bytes() == before


def test_stars_take_a_rejection_back() -> None:
    assert with_stars(Mark(0, "reject", "Red"), 3) == Mark(3, "", "Red")
    assert with_stars(Mark(3, "reject"), 0) == Mark(0, "reject")
