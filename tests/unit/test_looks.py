"""Looks for other programs: what other readers make of the files, and that the measured difference is the real one."""

import struct
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio
import pytest
from PIL import Image

from pie_desktop.errors import EncodeError, PieError
from pie_desktop.export.looks import Difference, Look, export_look
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut, load_lut, read_cube
from pie_desktop.imaging.lut.looks import FORMATS, SUFFIXES, LookFormat, read_look, resampled, write_look


def strong_look() -> np.ndarray:
    """Beyond [0, 1] in places."""
    grid = identity_lut(17)
    curved = grid ** np.array([0.7, 1.0, 1.4], np.float32)
    mixed = curved @ np.array([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.2, 0.9]], np.float32)
    return (1.15 * mixed - 0.05).astype(np.float32)


@pytest.fixture
def look(sample_images: dict[str, np.ndarray]) -> Look:
    photos = tuple(sample_images[name][::2, ::2] for name in ("coffee", "astronaut"))
    return Look("Warm & <soft>", strong_look(), photos, (strong_look(), strong_look() * np.float32(0.9)))


@pytest.mark.parametrize("size", [17, 33, 65])
def test_more_points_lose_nothing(sample_images: dict[str, np.ndarray], size: int) -> None:
    image = sample_images["chelsea"].astype(np.float32) / 255
    inside = np.clip(strong_look(), 0, 1)
    np.testing.assert_allclose(apply_lut(image, resampled(inside, size)), apply_lut(image, inside), atol=1e-5)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("size", [17, 33, 65])
def test_what_other_programs_see(look: Look, tmp_path: Path, kind: str, size: int) -> None:
    report = export_look(tmp_path / "look", look, kind, size)  # type: ignore[arg-type]
    names = {"cube": "look.cube", "resolve": "look.cube", "clf": "look.clf", "hald": "look.png"}
    assert report.path == tmp_path / names.get(kind, "look")
    render = read_look(report.path, kind)  # type: ignore[arg-type]
    values = [photo.astype(np.float32) / 255 for photo in look.photos]
    errors = np.concatenate([delta_e_2000(apply_lut(v, look.lut), render(v)).ravel() for v in values])
    # Measured on a trial; the file that stays is the same table.
    assert report.of_file.mean == pytest.approx(errors.mean(), abs=1e-3)
    assert report.of_file.largest == pytest.approx(errors.max(), abs=1e-2)
    assert errors.mean() < 0.15 and report.of_file.p95 <= report.of_file.largest
    assert report.of_style is not None and report.of_style.mean > 1
    unchanged = read_look(report.path, kind)(np.zeros((1, 1, 3), np.float32))  # type: ignore[arg-type]
    assert np.abs(unchanged - np.clip(look.lut[0, 0, 0], 0, 1)).max() < 1e-4


def test_a_wrong_axis_order_would_be_seen(look: Look, tmp_path: Path) -> None:
    for kind in FORMATS:
        path = tmp_path / f"swapped-{kind}"
        write_look(path, look.lut.transpose(2, 1, 0, 3), kind, "swapped")
        image = look.photos[0].astype(np.float32) / 255
        assert delta_e_2000(read_look(path, kind)(image), apply_lut(image, look.lut)).mean() > 2


def test_differences_stand_in_the_files(look: Look, tmp_path: Path) -> None:
    cube = export_look(tmp_path / "a.cube", look, "cube")
    head = cube.path.read_text(encoding="utf-8").splitlines()[:2]
    assert head[0].startswith("# ") and all(sentence in head[0] for sentence in cube.sentences)
    assert head[1] == 'TITLE "Warm & <soft>"'
    assert read_cube(cube.path).shape == (65, 65, 65, 3), "for its edges at black and white"
    clf = export_look(tmp_path / "a.clf", look, "clf", 17)
    root = ET.parse(clf.path).getroot()
    assert root.get("name") == "Warm & <soft>"
    assert cube.sentences[-1] in (root.findtext("{*}Description") or root.findtext("Description") or "")
    hald = export_look(tmp_path / "a.png", look, "hald")
    with Image.open(hald.path) as image:
        image.load()
        assert image.size == (512, 512)
        assert image.text["Title"] == "Warm & <soft>" and image.text["Comment"] == " ".join(hald.sentences)  # type: ignore[attr-defined]
    np.testing.assert_allclose(load_lut(hald.path), resampled(look.lut, 64), atol=1e-5)


def test_clf_is_valid_for_opencolorio(look: Look, tmp_path: Path) -> None:
    path = export_look(tmp_path / "a.clf", look, "clf", 17).path
    group = ocio.Config.CreateRaw().getProcessor(ocio.FileTransform(src=str(path))).createGroupTransform()
    lut, bounds = list(group)
    assert isinstance(bounds, ocio.RangeTransform) and bounds.getMaxOutValue() == 1
    assert isinstance(lut, ocio.Lut3DTransform) and lut.getGridSize() == 17
    np.testing.assert_allclose(np.array(lut.getData()).reshape(17, 17, 17, 3), look.lut, atol=1e-5)


def test_darktable_style(look: Look, tmp_path: Path) -> None:
    """Against the layout of darktable's own parameters, field by field."""
    folder = export_look(tmp_path / "Wärme für abends", look, "darktable").path
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "README.txt",
        "W-rme-f-r-abends.dtstyle",
        "pie-desktop/W-rme-f-r-abends.cube",
    ]
    root = ET.parse(folder / "W-rme-f-r-abends.dtstyle").getroot()
    assert root.tag == "darktable_style" and root.findtext("info/name") == "Warm & <soft>"
    plugin = root.find("style/plugin")
    assert plugin is not None and plugin.findtext("operation") == "lut3d" and plugin.findtext("enabled") == "1"
    parameters = bytes.fromhex(plugin.findtext("op_params") or "")
    assert len(parameters) == 512 + 4 + 4 + 4 + 2048 * 2 * 3 + 128
    assert parameters[:512].split(b"\0")[0] == b"pie-desktop/W-rme-f-r-abends.cube"
    assert struct.unpack_from("<iii", parameters, 512) == (0, 0, 0) and not any(parameters[524:])
    assert "3D LUT root folder" in (folder / "README.txt").read_text(encoding="utf-8")


def test_nothing_is_replaced_unasked(look: Look, tmp_path: Path) -> None:
    path = tmp_path / "mine.cube"
    path.write_text("precious")
    with pytest.raises(PieError, match="exists"):
        export_look(path, look, "cube")
    assert path.read_text() == "precious"
    export_look(path, look, "cube", 33, overwrite=True)
    assert read_cube(path).shape[0] == 33
    with pytest.raises(PieError, match="could not be written"):
        export_look(tmp_path / "nowhere" / "a.cube", look, "cube")


def test_what_no_lut_can_hold_is_told(look: Look, tmp_path: Path) -> None:
    report = export_look(tmp_path / "a.cube", replace(look, left_out=("Masks", "Vignette")), "cube")
    assert report.sentences[-1] == "Not in the file, as no LUT can hold it: Masks, Vignette."
    assert "no LUT can hold it" in (tmp_path / "a.cube").read_text()


def test_in_words() -> None:
    assert str(Difference(0.0123, 0.2, 1.5)) == "dE00 mean 0.01, 95 % within 0.20, largest 1.50"


@pytest.mark.parametrize("kind", ["cube", "clf", "hald"])
@pytest.mark.parametrize("photo", ["png", "jpeg", "gif", "tiff"])
def test_a_photo_is_never_replaced_by_a_look(tmp_path: Path, kind: LookFormat, photo: str) -> None:
    target = tmp_path / f"look{SUFFIXES[kind]}"
    Image.new("RGB", (512, 512), (200, 30, 30)).save(target, photo)
    before = target.read_bytes()
    with pytest.raises(EncodeError, match="no look"):
        write_look(target, identity_lut(17), kind, "Look", "", 17, overwrite=True)
    assert target.read_bytes() == before


@pytest.mark.parametrize("kind", ["cube", "clf", "hald"])
def test_an_earlier_look_is_replaced(tmp_path: Path, kind: LookFormat) -> None:
    look = Look("Look", identity_lut(17), (np.full((8, 8, 3), 90, np.uint8),), (identity_lut(17),))
    for _ in range(2):
        export_look(tmp_path / f"look{SUFFIXES[kind]}", look, kind, overwrite=True)
