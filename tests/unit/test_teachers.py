"""Learned retouchers: what their files say is what they do; a file that is no network is named."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from pie_desktop.errors import PieError
from tests.unit.helpers.retouchers import identity_cube, write_adaptive
from training.data.teachers import load_teachers


def _write_operators(path: Path, shown: torch.Tensor) -> None:
    """Operators that copy their input and add tanh(mean of the red channel's relu) of the first to it."""
    tensors = {
        "encoder.conv1.weight": torch.zeros(1, 3, 7, 7),
        "encoder.conv1.bias": torch.zeros(1),
        "encoder.conv2.weight": torch.zeros(1, 1, 3, 3),
        "encoder.conv2.bias": shown,
    }
    for number in range(3):
        tensors[f"value{number}.weight"] = torch.tensor([[0.0, 1.0 if number == 0 else 0.0, 0.0]])
        tensors[f"value{number}.bias"] = torch.zeros(1)
        for layer in ("first", "middle", "last"):
            tensors[f"op{number}.{layer}.weight"] = torch.eye(3)[:, :, None, None].contiguous()
            tensors[f"op{number}.{layer}.bias"] = torch.zeros(3)
    save_file(tensors, path)


def test_adaptive_luts_are_mixed_and_indexed_by_blue_green_red(tmp_path: Path) -> None:
    swapped = identity_cube()[[2, 1, 0]]
    write_adaptive(tmp_path / "a.safetensors", torch.stack([identity_cube(), swapped]), torch.tensor([0.75, 0.25]))
    (teacher,) = load_teachers(tmp_path)
    image = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    assert teacher.name == "a"
    torch.testing.assert_close(teacher(image), 0.75 * image + 0.25 * image[:, [2, 1, 0]])


def test_operators_act_one_after_another_and_are_clipped_at_the_end(tmp_path: Path) -> None:
    _write_operators(tmp_path / "b.safetensors", torch.tensor([0.5]))
    (teacher,) = load_teachers(tmp_path)
    image = torch.tensor([0.1, 0.4, 0.9])[None, :, None, None].expand(1, 3, 6, 4)
    wanted = (image + torch.tensor(0.5).tanh()).clamp(0, 1)
    torch.testing.assert_close(teacher(image), wanted)


def test_a_folder_without_retouchers_is_said(tmp_path: Path) -> None:
    with pytest.raises(PieError, match="No learned retoucher"):
        load_teachers(tmp_path / "missing")


@pytest.mark.parametrize("damage", ["cut", "other", "infinite"])
def test_a_damaged_retoucher_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "c.safetensors"
    luts = identity_cube()[None]
    write_adaptive(path, luts * torch.inf if damage == "infinite" else luts, torch.ones(1))
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "other":
        save_file({"something": torch.zeros(3)}, path)
    with pytest.raises(PieError, match=r"c\.safetensors is damaged or unknown"):
        load_teachers(tmp_path)
