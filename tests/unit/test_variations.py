"""`python -m training variations`."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.model.systems.build import build_system, save_system
from pie_desktop.model.systems.system import SystemConfig
from training.benchmark.variations import CAPTION, GAP, draw, labelled_sheet
from training.cli import app


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Untrained systems: diffusion, its paired kind, and one that draws nothing."""
    torch.manual_seed(0)
    folders = {}
    kinds = {"diffusion": ("diffusion", False), "paired": ("diffusion", True), "curves": ("curves", False)}
    for name, (enhancer, paired) in kinds.items():
        sizes = {"width": 16, "channels": 8, "encoder_channels": 8, "side": 32, "components": 4, "lut_size": 5}
        system = build_system(SystemConfig.model_validate(sizes | {"enhancer": enhancer, "paired": paired}))
        if system.needs_basis:
            system.set_basis(0.05 * torch.randn(4, 3, 125))
        folders[name] = tmp_path_factory.mktemp(name)
        save_system(folders[name], system, {})
    return folders


def run(system: Path, *arguments: str | Path) -> None:
    app(["variations", "--system", str(system), "--references", *map(str, arguments)], standalone_mode=False)


def test_a_sheet_of_the_photo_the_answer_and_variations(
    systems: dict[str, Path], sample_photos: dict[str, Path], tmp_path: Path
) -> None:
    photo, output = sample_photos["coffee"], tmp_path / "sheet.png"
    arguments = [sample_photos["rocket"], sample_photos["chelsea"], photo, output, "--count", "3", "--side", "90"]
    run(systems["diffusion"], *map(str, arguments))
    sheet = np.asarray(Image.open(output)).astype(int)
    height, width = 60, 90
    assert sheet.shape == (2 * (height + CAPTION + GAP) + GAP, 4 * (width + GAP) + GAP, 3)
    tiles = [
        sheet[GAP + row * (height + CAPTION + GAP) :, GAP + column * (width + GAP) :][:height, :width]
        for row, column in ((0, 0), (0, 1), (0, 2), (0, 3), (1, 0))
    ]
    assert abs(tiles[0] - tiles[1]).max() <= 1  # an untrained system's answer is the photo itself
    assert all(abs(tiles[0] - tile).mean() > 1 for tile in tiles[2:])
    assert abs(tiles[2] - tiles[3]).mean() > 1


def test_the_same_seed_draws_the_same(systems: dict[str, Path], sample_photos: dict[str, Path]) -> None:
    from pie_desktop.model.systems.build import load_system

    system, photo, reference = load_system(systems["diffusion"])[0], sample_photos["coffee"], [sample_photos["rocket"]]
    first, same, other = (draw(system, photo, reference, 2, seed) for seed in (1, 1, 2))
    assert len(first) == 3 and all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert np.array_equal(first[0], other[0]) and not np.allclose(first[1], other[1], atol=1e-3)


def test_originals_are_found_or_asked_for(
    systems: dict[str, Path], sample_pairs: list[tuple[Path, Path]], sample_photos: dict[str, Path], tmp_path: Path
) -> None:
    edit, _ = sample_pairs[0]
    original = edit.with_name(edit.name.replace("_edit", ""))
    original.write_bytes(sample_photos[original.stem].read_bytes())
    run(systems["paired"], edit, sample_photos["coffee"], tmp_path / "sheet.jpg", "--count", "1", "--side", "64")
    assert (tmp_path / "sheet.jpg").exists()
    lonely = tmp_path / "lonely.jpg"
    lonely.write_bytes(edit.read_bytes())
    with pytest.raises(PieError, match=r"lonely\.jpg"):
        run(systems["paired"], lonely, sample_photos["coffee"], tmp_path / "other.jpg")


def test_references_pass_the_check_of_pairs(
    systems: dict[str, Path],
    sample_pairs: list[tuple[Path, Path]],
    sample_photos: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good, other = sample_pairs[0][0], sample_pairs[1][0]
    for edit, original in ((good, good), (other, good)):  # the second has another photo for an original
        photo = sample_photos[original.stem.replace("_edit", "")]
        edit.with_name(edit.name.replace("_edit", "")).write_bytes(photo.read_bytes())
    run(systems["paired"], good, other, sample_photos["coffee"], tmp_path / "sheet.jpg", "--count", "1", "--side", "64")
    told = capsys.readouterr().out
    assert other.name in told and "left out" in told and (tmp_path / "sheet.jpg").exists()
    with pytest.raises(PieError, match="None of the references"):
        run(systems["paired"], other, sample_photos["coffee"], tmp_path / "no.jpg", "--count", "1")
    black = tmp_path / "black.png"
    Image.new("RGB", (64, 48)).save(black)
    with pytest.raises(PieError, match="None of the references"):
        run(systems["diffusion"], black, sample_photos["coffee"], tmp_path / "no.jpg", "--count", "1")
    assert "black.png" in capsys.readouterr().out


def test_what_cannot_be_done_is_told(systems: dict[str, Path], sample_photos: dict[str, Path], tmp_path: Path) -> None:
    coffee, rocket, taken = sample_photos["coffee"], sample_photos["rocket"], tmp_path / "taken.png"
    taken.write_bytes(b"mine")
    for system, arguments, told in (
        ("curves", (rocket, coffee, tmp_path / "a.png"), "draws no variations"),
        ("diffusion", (rocket, coffee), "Name the photo"),
        ("diffusion", (rocket, coffee, tmp_path / "a.gif"), r"a\.gif"),
        ("diffusion", (rocket, coffee, taken), "exists already"),
        ("diffusion", (rocket, tmp_path / "none.jpg", tmp_path / "a.png"), r"none\.jpg"),
    ):
        with pytest.raises(PieError, match=told):
            run(systems[system], *arguments)
    assert taken.read_bytes() == b"mine" and not (tmp_path / "a.png").exists()


def test_captions_are_below_their_images() -> None:
    black = np.zeros((40, 100, 3), np.uint8)
    sheet = labelled_sheet([("photo", black), ("answer", black)])
    assert sheet.shape == (40 + CAPTION + 2 * GAP, 2 * (100 + GAP) + GAP, 3)
    assert not sheet[GAP : GAP + 40, GAP : GAP + 100].any() and sheet[GAP + 40 :].max() > 200
