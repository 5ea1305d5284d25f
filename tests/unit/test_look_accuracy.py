"""Looks of whole edits: near enough to the mathematics, as an independent reader sees them, or it is said."""

from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio
import pytest

from pie_desktop.export.look_accuracy import Difference, million_colors
from pie_desktop.export.looks import Look, export_look
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.lut.apply import apply_transform
from pie_desktop.imaging.lut.looks import LookFormat
from tests.unit.test_compiling import CASES, exact

PHOTO = np.random.default_rng(7).integers(0, 256, (40, 60, 3), np.uint8)
# What even the finest LUT of a million points is too coarse for: two opposite turns of saturated colours.
BEYOND = "colours"


def look_of(name: str) -> Look:
    edit = exact(CASES[name])
    return Look(name, edit, (PHOTO,), (edit,))


def as_read(path: Path, name: str) -> Difference:
    """By OpenColorIO's reader, on a million colours, from the mathematics."""
    ocio.ClearAllCaches()
    transform = ocio.FileTransform(src=str(path), interpolation=ocio.INTERP_TETRAHEDRAL)
    colors = million_colors()
    wanted = np.clip(exact(CASES[name]).of(colors), 0, 1)
    return Difference.of(delta_e_2000(np.clip(apply_transform(colors, transform), 0, 1), wanted))


@pytest.mark.parametrize(("kind", "name"), [("clf", "steep curve"), ("resolve", "strong exposure")])
def test_formats_with_a_shaper_hold_what_is_promised(tmp_path: Path, kind: LookFormat, name: str) -> None:
    report = export_look(tmp_path / "look", look_of(name), kind)
    read = as_read(report.path, name)
    assert read.mean <= 0.2 and read.largest <= 1.0
    assert (read.mean, read.largest) == pytest.approx((report.of_colors.mean, report.of_colors.largest), abs=1e-3)
    assert len(report.sentences) == 1 and "over a million colours dE00 mean" in report.sentences[0]


@pytest.mark.parametrize(("kind", "name"), [("clf", BEYOND), ("cube", "strong exposure")])
def test_what_a_format_cannot_hold_is_said(tmp_path: Path, kind: LookFormat, name: str) -> None:
    report = export_look(tmp_path / "look", look_of(name), kind)
    read = as_read(report.path, name)
    assert read.largest == pytest.approx(report.of_colors.largest, abs=1e-2)
    assert read.largest > 1 and not report.of_colors.as_promised
    assert "cannot hold the edit within a mean of 0.2 and 1 at most." in report.sentences[1]
    assert ("come nearer" in report.sentences[1]) == (kind == "cube")
    if kind == "clf":
        assert read.largest < 2, "the nearest is written, not the first"
    head = report.path.read_text(encoding="utf-8")[:3000]
    assert report.sentences[1] in head


def test_a_cube_gets_more_points_where_they_help(tmp_path: Path) -> None:
    def points(size: int | None, name: str) -> int:
        path = export_look(tmp_path / "a.cube", look_of(name), "cube", size, overwrite=True).path
        words = path.read_text(encoding="utf-8").split("LUT_3D_SIZE ")[1].split()
        return int(words[0])

    assert points(None, "darker") == 33
    assert points(None, "five adjustments") == 65
    assert points(17, "five adjustments") == 17, "who asks for a size gets it"


def test_a_cube_with_a_shaper_is_laid_out_as_resolve_reads_it(tmp_path: Path) -> None:
    path = export_look(tmp_path / "a.cube", look_of("strong exposure"), "resolve").path
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# strong exposure" and lines[1].startswith("# Difference")
    sizes = [int(line.split()[1]) for line in lines[2:6] if "SIZE" in line]
    assert lines[3] == "LUT_1D_INPUT_RANGE 0.0 1.0" and lines[5] == "LUT_3D_INPUT_RANGE 0.0 1.0"
    assert len(lines) == 6 + sizes[0] + sizes[1] ** 3
    curve = np.array([line.split() for line in lines[6 : 6 + sizes[0]]], np.float64)
    assert (curve[0] == 0).all() and (curve[-1] == 1).all() and (np.diff(curve, axis=0) >= 0).all()
