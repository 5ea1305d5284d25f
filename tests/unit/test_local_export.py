"""Local parts in files: the same from every way to write one."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.parts.clarity import ClarityPart
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.grain import GrainPart
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.edit.parts.noise_reduction import NoiseReductionPart
from pie_desktop.edit.parts.sharpening import SharpeningPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.edit.transform import Transform
from pie_desktop.export.job import ExportSettings, plan_export, run_export
from pie_desktop.imaging import isolation
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.decode import load_photo, load_wide
from pie_desktop.imaging.encode import EncodeOptions, Format, save_photo
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.stored import to_uint8, to_uint16
from pie_desktop.imaging.warm_up import warm_up

WARM = Transform(identity_lut(), identity_lut() * np.array([1.0, 0.95, 0.8], np.float32))
EDIT = Edit()
for _part in (
    ContrastPart(20.0),
    NoiseReductionPart(20.0, 20.0),
    MasksPart((Mask(exposure=-0.7), Mask("radial", exposure=0.5))),
    ClarityPart(20.0, 30.0),
    SharpeningPart(60.0),
    VignettePart(-30.0),
    GrainPart(30.0),
):
    EDIT = EDIT.with_part(_part)


@pytest.fixture
def photo(sample_images: dict[str, np.ndarray], tmp_path: Path) -> Path:
    image = cv2.resize(sample_images["chelsea"], (1300, 1100), interpolation=cv2.INTER_CUBIC)
    save_photo(to_uint16(image), tmp_path / "photo.tif", EncodeOptions("tiff16"))
    return tmp_path / "photo.tif"


@pytest.fixture
def isolated(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param:
        isolation.start(processes=1)
    yield
    isolation.stop()


def written(photo: Path, out: Path, workers: int, kind: Format = "tiff16", edit: Edit = EDIT) -> np.ndarray:
    settings = ExportSettings(out, EncodeOptions(kind), edit=edit)
    (item,) = run_export(plan_export([photo], settings), settings, lambda proxy: WARM, workers=workers).items
    assert (item.status, item.message) == ("written", None)
    return load_photo(item.target)


@pytest.mark.parametrize(("workers", "isolated"), [(0, False), (0, True), (1, False)], indirect=["isolated"])
def test_every_way_to_a_file_has_them(photo: Path, tmp_path: Path, workers: int, isolated: None) -> None:
    assert warm_up()
    image = load_photo(photo)
    wanted = finished(image, compiled(WARM.exact(EDIT)), EDIT.local_parts, Frame.of(image))
    assert delta_e_2000(to_uint8(wanted), to_uint8(image)).mean() > 3
    result = written(photo, tmp_path / "out", workers)
    assert np.abs(result.astype(int) - wanted).max() <= 16, "of 65535"


def test_a_wide_gamut_is_kept(photo: Path, tmp_path: Path) -> None:
    wide = photo.with_name("wide.tif")
    save_photo(load_photo(photo), wide, EncodeOptions("tiff16", color="adobe-rgb"))
    settings = ExportSettings(tmp_path / "wide", EncodeOptions("tiff16", color="adobe-rgb"), edit=EDIT)
    (item,) = run_export(plan_export([wide], settings), settings, lambda proxy: WARM, workers=0).items
    assert item.status == "written"
    result, plain = load_photo(item.target), written(photo, tmp_path / "srgb", 0)
    assert load_wide(item.target).dtype == np.float32
    apart = delta_e_2000(to_uint8(result), to_uint8(plain))
    assert apart.mean() < 0.05 and apart.max() < 2, "a level here and there in the shadows"


def test_sizes_of_files_are_made_after_them(photo: Path, tmp_path: Path) -> None:
    """Half the size is half of the finished picture, and not a picture finished at half of the size."""
    settings = ExportSettings(tmp_path / "out", EncodeOptions("tiff16", long_side=650), edit=EDIT)
    (item,) = run_export(plan_export([photo], settings), settings, lambda proxy: WARM, workers=0).items
    full = written(photo, tmp_path / "full", 0)
    small = load_photo(item.target)
    assert small.shape == (550, 650, 3)
    reduced = cv2.resize(full, (650, 550), interpolation=cv2.INTER_AREA)
    assert delta_e_2000(to_uint8(small), to_uint8(reduced)).mean() < 1.0
