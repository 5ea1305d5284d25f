"""Crop and straightening in files: pixels, sizes of the plan, metadata, workers, the command line."""

from itertools import permutations
from pathlib import Path

import exiv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from pie_desktop.cli import app
from pie_desktop.commands.arguments import adjusted_edit
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.note import edit_note, edit_summary
from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.edit.transform import Transform
from pie_desktop.errors import PieError
from pie_desktop.export.job import ExportSettings, plan_export, run_export
from pie_desktop.imaging.color.spaces import make_profile
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.warm_up import warm_up

IDENTITY = identity_lut(17)
CROP = GeometryPart(crop_left=0.25, crop_bottom=0.5, quarter_turns=1)
STRAIGHT = GeometryPart(straighten=4, crop_left=0.1)


def exported(
    folder: Path, out: Path, part: GeometryPart, encode: EncodeOptions, workers: int | None = 0
) -> tuple[list[Path], list[tuple[int, int] | None]]:
    """Files of all photos of a folder with a geometry, and the sizes that the plan had told."""
    settings = ExportSettings(out, encode, edit=Edit().with_part(part))
    plan = plan_export([folder], settings)
    report = run_export(plan, settings, lambda proxy: Transform(IDENTITY, IDENTITY), workers=workers)
    assert [item.status for item in report.items] == ["written"] * len(plan), report.items
    return [photo.target for photo in plan], [photo.size for photo in plan]


@pytest.mark.parametrize("part", [CROP, STRAIGHT])
@pytest.mark.parametrize("kind", ["uint8", "uint16", "wide"])
def test_the_file_is_the_placed_photo(
    part: GeometryPart, kind: str, sample_images: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """With a look that changes nothing: pixels as `Placement.apply` makes them, in every depth."""
    assert warm_up()
    folder = tmp_path / "in"
    folder.mkdir()
    image = sample_images["coffee"]
    encode = EncodeOptions("png16" if kind == "uint16" else "png8")
    if kind == "uint16":
        image = image.astype(np.uint16) * 257
        save_photo(image, folder / "photo.tif", EncodeOptions("tiff16"))
    else:
        icc = make_profile("display-p3") if kind == "wide" else None
        Image.fromarray(image).save(folder / "photo.png", icc_profile=icc)
        encode = EncodeOptions("png8", color="source" if kind == "wide" else "srgb")
    (written,), (size,) = exported(folder, tmp_path / "out", part, encode)
    placement = part.placement((600, 400))
    assert size == placement.size
    pixels = np.array(Image.open(written)) if kind == "wide" else load_photo(written)
    expected = placement.apply(image)  # in the colours of the file: warped there it is off by a level or two
    assert pixels.shape == expected.shape and pixels.dtype == expected.dtype
    apart = np.abs(pixels.astype(float) - expected)
    if placement.whole_pixels:
        assert apart.max() <= {"uint8": 0, "uint16": 1, "wide": 1}[kind]
    else:
        most = {"uint8": 0, "uint16": 2, "wide": 6}[
            kind
        ]  # in other primaries, other values are held at their neighbours
        assert np.percentile(apart, 99.5) <= most and apart.mean() < 0.5
        assert kind == "wide" or apart.max() <= most


def test_unused_it_changes_no_byte(photo_folder: Path, tmp_path: Path) -> None:
    nothing, _ = exported(photo_folder, tmp_path / "a", GeometryPart(), EncodeOptions("jpeg"))
    lut = Transform(IDENTITY, IDENTITY)
    settings = ExportSettings(tmp_path / "b", EncodeOptions("jpeg"))
    run_export(plan := plan_export([photo_folder], settings), settings, lambda proxy: lut, workers=0)
    for one, other in zip(nothing, plan, strict=True):
        assert one.read_bytes() == other.target.read_bytes()


def test_the_model_sees_the_whole_photo(photo_folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, ...]] = []

    def transform(proxy: np.ndarray) -> Transform:
        seen.append(proxy.shape)
        return Transform(IDENTITY, IDENTITY)

    for number, part in enumerate((GeometryPart(), CROP)):
        settings = ExportSettings(tmp_path / str(number), EncodeOptions("png8"), edit=Edit().with_part(part))
        run_export(plan_export([photo_folder / "coffee.jpg"], settings), settings, transform, workers=0)
    assert seen[0] == seen[1]


def test_workers_make_the_same_files(photo_folder: Path, tmp_path: Path) -> None:
    here, sizes = exported(photo_folder, tmp_path / "here", STRAIGHT, EncodeOptions("png8", long_side=300))
    there, _ = exported(photo_folder, tmp_path / "there", STRAIGHT, EncodeOptions("png8", long_side=300), workers=2)
    for one, other, size in zip(here, there, sizes, strict=True):
        assert size is not None and max(size) == 300 and Image.open(one).size == size
        # The workers' loops are compiled, which rounds a value here and there the other way.
        apart = np.abs(np.array(Image.open(one)).astype(int) - np.array(Image.open(other)))
        assert apart.max() <= 1


def test_metadata_follows(sample_images: dict[str, np.ndarray], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    photo = folder / "photo.jpg"
    Image.fromarray(np.rot90(sample_images["coffee"]).copy()).save(photo)
    image = exiv2.ImageFactory.open(str(photo))
    image.readMetadata()
    exif = image.exifData()
    exif["Exif.Image.Orientation"] = exiv2.UShortValue(6)
    exif["Exif.Image.Artist"] = "Zoë"
    exif["Exif.Photo.SubjectArea"] = "100 100 20 20"
    small = tmp_path / "small.jpg"
    Image.fromarray(sample_images["coffee"]).resize((160, 106)).save(small)
    exiv2.ExifThumb(exif).setJpegThumbnail(small.read_bytes())
    image.xmpData()["Xmp.exif.SubjectLocation"] = "100 100"
    image.writeMetadata()
    for part in (GeometryPart(), CROP):
        (written,), _ = exported(folder, tmp_path / part.LABEL / str(part == CROP), part, EncodeOptions("jpeg"))
        made = exiv2.ImageFactory.open(str(written))
        made.readMetadata()
        found = {datum.key(): datum.toString() for datum in made.exifData()}
        assert found["Exif.Image.Orientation"] == "1" and found["Exif.Image.Artist"] == "Zoë"
        assert Image.open(written).size == part.placement((600, 400)).size
        assert (int(found["Exif.Photo.PixelXDimension"]), int(found["Exif.Photo.PixelYDimension"])) == Image.open(
            written
        ).size
        assert not any("Thumbnail" in key for key in found), "it would show what was cropped off"
        assert ("Exif.Photo.SubjectArea" in found) == (part != CROP), "it lies elsewhere now"
        xmp = {datum.key(): datum.toString() for datum in made.xmpData()}
        assert ("Xmp.exif.SubjectLocation" in xmp) == (part != CROP)
        assert Edit.from_text(xmp["Xmp.pie.Edit"]).part(GeometryPart) == part


def test_words_for_it() -> None:
    edit = Edit().with_part(GeometryPart(straighten=2, crop_left=0.1, crop_top=0.2, quarter_turns=1))
    assert edit_summary(edit) == "Preference 100 %, Amount 100 %, Straighten +2.00 °, Turn, Crop"
    assert edit_note(edit, None).moved and not edit_note(Edit(), None).moved


def test_on_the_command_line() -> None:
    edit = adjusted_edit(Edit(), ["straighten=2,crop-left=0.1", "quarter-turns=1"])
    assert edit.part(GeometryPart) == GeometryPart(straighten=2, crop_left=0.1, quarter_turns=1)
    for wrong in ("straighten=46", "crop-left=nan", "quarter-turns=x", "crop=1"):
        with pytest.raises(PieError):
            adjusted_edit(Edit(), [wrong])
    for part in ("quarter-turns=1.5", "flip-horizontal=0.3"):
        with pytest.raises(PieError, match="no whole number"):
            adjusted_edit(Edit(), [part])


def test_turns_and_flips_do_not_depend_on_their_order() -> None:
    turned = GeometryPart(quarter_turns=1, flip_horizontal=1, flip_vertical=1)
    assert turned.quarter_turns == 3
    for order in permutations(("flip-horizontal=1", "flip-vertical=1", "quarter-turns=1")):
        assert adjusted_edit(Edit(), [",".join(order)]) == Edit().with_part(turned)


def test_a_part_of_a_quarter_turn_is_kept_and_not_applied() -> None:
    edit = Edit.from_json({"version": 1, "parts": {"geometry": {"quarter_turns": 0.6, "straighten": 2}}})
    assert edit.applied == Edit().with_part(GeometryPart(straighten=2))
    assert edit.to_json()["parts"]["geometry"]["quarter_turns"] == 0.6


@pytest.mark.parametrize("arguments", [["--adjust", "straighten=2,crop-right=0.5"], ["--edit"]])
def test_exported_by_the_command_line(arguments: list[str], photo_folder: Path, tmp_path: Path, pie_home: Path) -> None:
    part = GeometryPart(straighten=2, crop_right=0.5)
    if arguments == ["--edit"]:
        (tmp_path / "edit.json").write_text(Edit().with_part(part).to_text())
        arguments = ["--edit", str(tmp_path / "edit.json")]
    photo, out = photo_folder / "coffee.jpg", tmp_path / "out"
    done = CliRunner().invoke(app, ["export", str(photo), str(out), "--amount", "0", *arguments])
    assert done.exit_code == 0, done.output
    assert Image.open(out / "coffee.jpg").size == part.placement((600, 400)).size
