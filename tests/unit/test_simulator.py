"""Simulated captures and users: reproducible, in range, and doing what they say."""

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from training.data.batch import draw_roles
from training.data.capture import degrade, restore, sample_captures
from training.data.cli import GAP, contact_sheet
from training.data.recipe import apply_recipes, sample_recipes
from training.data.source import PairSource, SimulatedSource, seeded
from training.data.users import UserMix, UserSimulator
from training.fit.basis import build_basis, grid_colors, sample_luts
from training.running.processes import Share


@pytest.fixture(scope="module")
def bank(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    crops = [p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 150, 250)]
    return np.stack(crops)


def test_recipes_stay_in_range_and_differ() -> None:
    x = torch.rand(40, 3, 500, generator=torch.Generator().manual_seed(0))
    y = apply_recipes(x, sample_recipes(40, torch.Generator().manual_seed(1)))
    assert y.shape == x.shape and float(y.min()) >= 0 and float(y.max()) <= 1
    change = (y - x).abs().mean((1, 2))
    assert float(change.max()) > 0.1 and float(change.min()) < 0.03  # from strong to subtle


def test_monochrome_recipes_without_toning_are_grey() -> None:
    recipe = sample_recipes(30, torch.Generator().manual_seed(2))
    recipe.monochrome = torch.ones(30)
    recipe.shadows, recipe.highlights = torch.zeros(30, 3), torch.zeros(30, 3)
    recipe.channels = recipe.channels.mean(1, keepdim=True).expand(-1, 3, -1)
    y = apply_recipes(torch.rand(30, 3, 200), recipe)
    assert float((y.amax(1) - y.amin(1)).max()) < 1e-4


def test_restore_undoes_a_capture_where_nothing_clipped() -> None:
    z = 0.3 + 0.4 * torch.rand(20, 3, 300, generator=torch.Generator().manual_seed(3))
    capture = sample_captures(20, 1, torch.Generator().manual_seed(4), torch.full((20,), 0.4))
    x = degrade(z, capture)
    inside = ((x > 0.02) & (x < 0.75)).all(1, keepdim=True)
    error = ((restore(x, capture) - z).abs() * inside).amax()
    assert float((x - z).abs().mean()) > 0.02
    assert float(error) < 0.02


def test_a_group_is_a_function_of_seed_and_number(bank: np.ndarray) -> None:
    first = SimulatedSource(bank, 48, users=3, shots=4, seed=7)
    again = SimulatedSource(bank, 48, users=3, shots=4, seed=7)
    assert torch.equal(first.group(5).target, again.group(5).target)
    assert not torch.equal(first.group(5).target, first.group(6).target)


def test_users_who_only_normalise_make_the_finished_photo(bank: np.ndarray) -> None:
    mix = UserMix(perfect_capture=0, no_correction=0, full_correction=1, adaptive=0, no_taste=1, local=0)
    group = UserSimulator(bank, 48, mix).group(4, 4, seeded(1))
    assert group.finished is not None
    assert torch.allclose(group.target, group.finished, atol=1e-5)
    assert float((group.input - group.finished).abs().mean()) > 0.02


def test_users_with_a_fixed_look_have_one_lut(bank: np.ndarray) -> None:
    """The same recipe for all photos: equal colours become equal colours."""
    mix = UserMix(perfect_capture=1, adaptive=0, no_taste=0, local=0)
    simulator = UserSimulator(bank, 48, mix)
    recipes = simulator._recipes(torch.zeros(8, 6), 2, 4, seeded(3))
    assert torch.allclose(recipes.tone[0], recipes.tone[1], atol=0.2)
    assert not torch.allclose(recipes.tone[0], recipes.tone[4], atol=1e-3)


def test_pair_source_keeps_views_aligned(bank: np.ndarray) -> None:
    group = PairSource(bank, 255 - bank, 48, users=2, shots=5, seed=0).group(0)
    assert torch.allclose(group.input + group.target, torch.ones_like(group.input), atol=0.01)


def test_roles_are_disjoint_and_from_one_reference_to_many() -> None:
    seen = set()
    for seed in range(120):
        roles = draw_roles(40, 26, 20, 3, torch.Generator().manual_seed(seed))
        for references, queries in zip(roles.reference.tolist(), roles.query.tolist(), strict=True):
            assert len(queries) == 3 and not set(references) & set(queries)
        counts = roles.valid.sum(1)
        assert int(counts.min()) >= 1 and roles.reference.shape[1] <= 20
        seen |= set(counts.tolist())
    assert seen >= set(range(1, 20))


def test_most_steps_have_few_references() -> None:
    sizes = [draw_roles(2, 26, 20, 3, torch.Generator().manual_seed(seed)).valid.shape[1] for seed in range(300)]
    assert 6 <= sorted(sizes)[150] <= 9


def test_basis_explains_unseen_looks_better_than_its_head(bank: np.ndarray) -> None:
    basis = build_basis(bank, 24, size=9, samples=1000)
    unseen = sample_luts(50, 9, torch.Generator().manual_seed(99))
    flat, target = basis.flatten(1), unseen.flatten(1)

    def error(count: int) -> float:
        head = flat[:count]
        weights = torch.linalg.lstsq(head.T, target.T).solution
        return float(((head.T @ weights).T - target).pow(2).mean())

    assert error(24) < 0.5 * error(4) < 0.5 * float(target.pow(2).mean())
    assert grid_colors(9).shape == (3, 729)


def test_contact_sheet_shows_captures_and_edits(bank: np.ndarray) -> None:
    group = SimulatedSource(bank, 32, users=2, shots=3, seed=0).group(0)
    sheet = contact_sheet(group)
    assert sheet.shape == (2 * 32 + GAP, 3 * (64 + GAP) + 2 * GAP, 3)
    first = (group.target[0, 0].permute(1, 2, 0) * 255).round().byte().numpy()
    assert np.array_equal(sheet[:32, 32:64], first)


@pytest.mark.parametrize("device", ["meta", "cuda"])
def test_pixels_stay_on_the_device_that_was_asked_for(bank: np.ndarray, device: str) -> None:
    """Tensors without contents: whatever mixed devices, or looked at a value on the CPU, would raise."""
    with FakeTensorMode():
        finished = torch.rand(6, 3, 48, 48).to(device)
        simulator = UserSimulator(bank, 48, UserMix(perfect_capture=0, adaptive=1, local=1), device)
        for pixels in simulator.retouch(finished, 2, seeded(1)):
            assert pixels.device.type == device and pixels.shape == finished.shape


def test_a_whole_group_is_made_on_the_device(bank: np.ndarray) -> None:
    simulated = SimulatedSource(bank, 48, users=3, shots=4, seed=7, device="meta").group(5)
    own = PairSource(bank, 255 - bank, 48, users=3, shots=4, seed=7, device="meta").group(5)
    for images in (simulated.input, simulated.target, simulated.finished, own.input, own.target):
        assert images is not None and images.device.type == "meta" and images.shape == (3, 4, 3, 48, 48)


def test_the_same_users_on_every_device(bank: np.ndarray) -> None:
    """All that is drawn is drawn before, and independent of, the pixels."""
    drawn: dict[str, torch.Tensor] = {}
    for device in ("cpu", "meta"):
        generator = seeded(7, 1, 5)
        UserSimulator(bank, 48, device=device).group(3, 4, generator)
        drawn[device] = generator.get_state()
    assert torch.equal(drawn["cpu"], drawn["meta"])


def test_processes_share_the_users_of_a_group(bank: np.ndarray) -> None:
    """Every source gives parts that are the rows of the whole, whoever computes them."""
    simulated = SimulatedSource(bank, 32, users=4, shots=3, seed=7)
    own = PairSource(bank, 255 - bank, 32, users=4, shots=3, seed=7, names=[f"{n}.jpg" for n in range(len(bank))])
    for source in (simulated, own):
        whole = source.group(2)
        parts = [source.shared(Share(index, 2)).group(2) for index in range(2)]
        for name in ("input", "target", "finished"):
            if getattr(whole, name) is not None:
                joined = torch.cat([getattr(part, name) for part in parts])
                assert torch.allclose(joined, getattr(whole, name), atol=1e-6)
    assert "group 2 of seed 7" in simulated.describe(2)
    assert own.describe(2).startswith("group 2 (") and ".jpg" in own.describe(2)
