"""The contact sheet: every photo with its neutral result, its result and its answer, in the order of the cases."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.unit.helpers.retouchers import write_retoucher
from training.benchmark.variations import CAPTION, GAP, SURROUND
from training.cli import app

SIDE = 64


@pytest.fixture
def retouchers(tmp_path: Path) -> Path:
    folder = tmp_path / "retouchers"
    folder.mkdir()
    for name, gain in (("bright", 1.2), ("dark", 0.5)):
        write_retoucher(folder / f"{name}.safetensors", (gain, gain, gain))
    return folder


def _tile(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = GAP + row * (SIDE + CAPTION + GAP), GAP + column * (SIDE + GAP)
    return sheet[top : top + SIDE, left : left + SIDE]


def test_photos_stand_beside_results_and_answers(retouchers: Path, photo_folder_of_crops: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    command = ["contact-sheet", "--photos", photo_folder_of_crops, "--retouchers", retouchers, "-o", sheet]
    options = ["--count", "4", "--refs", "3", "--side", SIDE]
    outcome = CliRunner().invoke(app, [str(part) for part in command + options])
    assert outcome.exit_code == 0 and "4 photos" in outcome.output
    drawn = np.asarray(Image.open(sheet)).astype(float)
    assert drawn.shape == (2 * (SIDE + CAPTION + GAP) + GAP, 8 * (SIDE + GAP) + GAP, 3)
    inside = np.s_[SIDE // 3 : -SIDE // 3]  # without the bars above and below
    for row in range(2):
        for column in (0, 4):
            photo, neutral, result, answer = (_tile(drawn, row, column + n)[inside] for n in range(4))
            gain = 1.2 if row == 0 else 0.5
            assert np.abs(np.clip(gain * photo, 0, 255) - answer).mean() < 6
            assert np.abs(result - answer).mean() < 8 and np.abs(neutral - photo).mean() < 80
    assert (_tile(drawn, 0, 0)[0] == SURROUND).all()
    again = CliRunner().invoke(app, [str(part) for part in command + options])
    assert "exists already" in str(again.exception)
