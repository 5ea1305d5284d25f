"""What pairs say about other photos: the closed form against what it stands for, and users who differ with content."""

import pytest
import torch

from pie_desktop.model.adaptation import Adaptation, Habits
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.lut_prior import Evidence

RANK, COMPONENTS, USERS, PAIRS = 6, 20, 2, 4
SMALL = Architecture(components=COMPONENTS, adaptation=RANK, width=16, heads=2, exposure=True)


@pytest.fixture
def adaptation() -> Adaptation:
    torch.manual_seed(0)
    return Adaptation(SMALL)


def _evidence() -> Evidence:
    generator = torch.Generator().manual_seed(1)
    design = 0.2 * torch.randn(USERS, PAIRS, 50, COMPONENTS, generator=generator)
    moment = 0.1 * torch.randn(USERS, PAIRS, COMPONENTS, generator=generator)
    return Evidence(design.mT @ design / 50, moment, torch.ones(USERS, PAIRS))


def _habits(variance: float) -> Habits:
    return Habits(
        variance=torch.full((USERS, RANK), variance),
        noise=torch.tensor([1e-3, 3e-5]),
        gain=torch.ones(USERS, RANK),
        contents=torch.zeros(USERS, PAIRS, 2 * RANK),
        slopes=torch.zeros(USERS, PAIRS, RANK),
    )


@pytest.mark.parametrize("variance", [1e-6, 1e-3, 0.5, 40.0])
def test_a_pair_says_as_much_as_its_whims_leave(adaptation: Adaptation, variance: float) -> None:
    """Against `(s G^-1 + A)^-1`, computed as it is written, in double precision."""
    evidence, habits = _evidence(), _habits(variance)
    precision, information = adaptation.evidence(evidence, habits)
    whims = torch.zeros(COMPONENTS, COMPONENTS, dtype=torch.float64)
    whims[:RANK, :RANK] = variance * torch.eye(RANK)
    for user in range(USERS):
        spread = habits.noise[user].double() * torch.linalg.inv(evidence.gram[user].double())
        wanted = torch.linalg.inv(spread + whims)
        fit = torch.linalg.solve(evidence.gram[user].double(), evidence.moment[user].double())
        scale = float(wanted.abs().max())
        torch.testing.assert_close(precision[user].double(), wanted, rtol=1e-4, atol=1e-5 * scale)
        told = (wanted @ fit[..., None])[..., 0]
        torch.testing.assert_close(information[user].double(), told, rtol=1e-3, atol=1e-4 * float(told.abs().max()))


def test_without_whims_it_is_the_fit_of_one_lut(adaptation: Adaptation) -> None:
    evidence, habits = _evidence(), _habits(1e-9)
    precision, information = adaptation.evidence(evidence, habits)
    noise = habits.noise[:, None, None]
    torch.testing.assert_close(precision, evidence.gram / noise[..., None], rtol=1e-3, atol=1e-2)
    torch.testing.assert_close(information, evidence.moment / noise, rtol=1e-3, atol=1e-2)


def _smooth(adaptation: Adaptation, roughness: float) -> tuple[Habits, torch.Tensor, torch.Tensor]:
    """Users whose first weight rises with the first place of the content: their habits, contents and weights."""
    torch.nn.init.constant_(adaptation.roughness.bias, roughness)
    contents = torch.zeros(1, 5, 2 * RANK)
    contents[0, :, RANK] = torch.tensor([-2.0, -1.0, 0.0, 1.0, 2.0])
    fit = torch.zeros(1, 5, COMPONENTS)
    fit[0, :, 0] = contents[0, :, RANK].sin()
    paired = torch.ones(1, 5, dtype=torch.bool)
    args = (torch.zeros(1, 16), contents, fit, torch.full((1, 5), 1e-5), torch.full((1,), 1e-3), paired)
    return adaptation.habits(*args), contents, fit


@torch.no_grad()
def test_what_varies_smoothly_with_content_is_learned_from_the_pairs(adaptation: Adaptation) -> None:
    habits, contents, _ = _smooth(adaptation, -5.0)
    asked = torch.zeros(1, 2, 2 * RANK)
    asked[0, :, RANK] = torch.tensor([-1.5, 1.5])
    low, high = adaptation.expected(habits, asked)[0, :, 0].tolist()
    assert high - low == pytest.approx(2 * torch.tensor(1.5).sin().item(), rel=0.15)
    assert adaptation.expected(habits, contents)[0, :, 1:].abs().max() < 1e-5


@torch.no_grad()
def test_whims_are_not_taken_for_content(adaptation: Adaptation) -> None:
    habits, contents, _ = _smooth(adaptation, 5.0)
    assert adaptation.expected(habits, contents).abs().max() < 0.05


@torch.no_grad()
def test_edits_without_original_say_nothing_about_habits(adaptation: Adaptation) -> None:
    fit = torch.randn(1, 3, COMPONENTS, generator=torch.Generator().manual_seed(2))
    contents = torch.randn(1, 3, 2 * RANK, generator=torch.Generator().manual_seed(3))
    misfit, spread = torch.full((1, 3), 1e-5), torch.full((1,), 1e-3)
    two = torch.tensor([[True, True, False]])
    first = adaptation.habits(torch.zeros(1, 16), contents, fit, misfit, spread, two)
    changed, other = fit.clone(), contents.clone()
    changed[:, 2], other[:, 2] = 9.0, 9.0
    again = adaptation.habits(torch.zeros(1, 16), other, changed, misfit, spread, two)
    torch.testing.assert_close(first.slopes, again.slopes)
    torch.testing.assert_close(first.variance, again.variance)
    assert first.slopes[0, 2].abs().max() == 0
