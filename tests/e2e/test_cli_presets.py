"""Presets and output options on the command line."""

import json
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from pie_desktop.commands import output_options as encoding
from pie_desktop.imaging import encode_options
from pie_desktop.imaging.color.spaces import ColorSpace
from pie_desktop.imaging.formats.registry import written_formats
from tests.e2e.command_line import Cli


def test_options_and_choices_are_those_of_the_encoder() -> None:
    assert set(encoding.OPTIONS) == {field.name for field in fields(encode_options.EncodeOptions)}
    assert get_args(encoding.FormatName) == tuple(written_formats())
    assert get_args(encoding.SubsamplingName) == get_args(encode_options.Subsampling)
    assert get_args(encoding.CompressionName) == get_args(encode_options.Compression)
    assert get_args(encoding.ColorName) == get_args(ColorSpace)
    assert get_args(encoding.SharpeningName) == get_args(encode_options.Sharpening)
    assert get_args(encoding.PolicyName) == get_args(encode_options.MetadataPolicy)


def test_presets_are_kept_and_travel(cli: Cli, tmp_path: Path) -> None:
    assert cli("presets", "list")[1].startswith("Full JPEG: JPEG 95, sRGB (built in)\n")
    code, out, _ = cli(
        "presets", "save", "Proof", "--preset", "web 2048 px", "--format", "webp",
        "--short-side", 900, "--metadata", "none",
    )  # fmt: skip
    assert code == 0 and out.strip() == "Proof: WebP 85, sRGB, short side 900 px, sharpened, no metadata"
    code, _, err = cli("presets", "save", "proof")
    assert code == 2 and "There is already a preset “Proof”" in err
    file = tmp_path / "proof.piepreset"
    assert cli("presets", "export", "Proof", "-o", file)[0] == 0
    assert cli("presets", "import", file)[1].startswith("Proof (2): WebP 85")
    assert cli("presets", "delete", "Proof (2)")[0] == 0
    listed = json.loads(cli("presets", "list", "--json")[1])
    assert [preset["name"] for preset in listed if not preset["builtin"]] == ["Proof"]
    assert listed[-1]["encode"]["short_side"] == 900
    code, _, err = cli("presets", "delete", "Full JPEG")
    assert code == 2 and "comes with the program" in err


def test_an_export_by_preset_and_options(cli: Cli, sample_photos: dict[str, Path], tmp_path: Path) -> None:
    photo, out = sample_photos["coffee"], tmp_path / "out"
    code, _, err = cli("export", photo, out, "--preset", "Web 2048 px", "--megapixels", 0.05, "--color", "display-p3")
    assert code == 0, err
    with Image.open(out / "coffee.jpg") as image:
        assert b"<pie:Style>neutral</pie:Style>" in image.info["xmp"] or b'pie:Style="neutral"' in image.info["xmp"]
        assert image.size == (274, 183)
        assert b"D\0i\0s\0p\0l\0a\0y\0 \0P\0003" in image.info["icc_profile"]


def test_several_presets(cli: Cli, sample_photos: dict[str, Path], tmp_path: Path) -> None:
    photo, out = sample_photos["rocket"], tmp_path / "out"
    presets = ("--preset", "Full JPEG", "--preset", "web 2048 px", "--preset", "Print TIFF 16", "--long-side", 64)
    planned = json.loads(cli("export", photo, out, *presets, "--dry-run", "--json")[1])
    names = ["Full JPEG/rocket.jpg", "Web 2048 px/rocket.jpg", "Print TIFF 16/rocket.tif"]
    assert [Path(entry["target"]).relative_to(out).as_posix() for entry in planned["photos"]] == names
    code, _, err = cli("export", photo, out, *presets)
    assert code == 0, err
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*") if path.is_file()) == sorted(names)
    code, shown, _ = cli("export", photo, out, *presets, "--json")
    assert code == 0 and json.loads(shown)["skipped"] == 3


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--long-side", 100, "--percent", 50), "--long-side and --percent contradict each other"),
        (("--preset", "Nothing"), "no preset “Nothing”"),
    ],
)
def test_options_that_cannot_be(
    cli: Cli, sample_photos: dict[str, Path], tmp_path: Path, options: tuple, reason: str
) -> None:
    code, _, err = cli("export", sample_photos["coffee"], tmp_path / "out", *options)
    assert code == 2 and reason in err and len(err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
