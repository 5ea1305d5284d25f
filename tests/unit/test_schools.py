"""Retouchers with targets of their own: what they aim at is where photos come nearer to."""

from dataclasses import fields

import numpy as np
import pytest
import torch
from torch import Tensor

from training.data import color
from training.data.schools import Retoucher, retouch, sample_retouchers
from training.data.source import seeded
from training.data.teachers import Teacher
from training.data.users import UserMix, UserSimulator
from training.running.processes import Share

SIDE = 32


def _photos(count: int = 12) -> Tensor:
    """Ramps of different brightness, contrast and cast."""
    generator = torch.Generator().manual_seed(0)
    ramp = torch.linspace(0.1, 0.9, SIDE).expand(count, 3, SIDE, SIDE)
    gamma = torch.exp(torch.randn(count, 1, 1, 1, generator=generator) * 0.5)
    cast = 1 + 0.15 * torch.randn(count, 3, 1, 1, generator=generator)
    return (ramp**gamma * cast).clamp(0, 1)


def _idle(count: int) -> Retoucher:
    """Retouchers who change nothing, but who look at everything."""
    r = sample_retouchers(1, seeded(1)).rows(torch.zeros(count, dtype=torch.long))
    for field in fields(r):
        if field.name.startswith("pull") or field.name in ("whim", "borrowed"):
            setattr(r, field.name, torch.zeros(count))
    r.attention = torch.tensor([[1.0, 0, 0, 0]]).repeat(count, 1)
    return r


def _made(photos: Tensor, retoucher: Retoucher, suited: Tensor | None = None) -> Tensor:
    return retouch(photos, retoucher, photos if suited is None else suited, torch.zeros(len(photos), 3))


def test_who_pulls_nothing_changes_nothing() -> None:
    photos = _photos()
    assert (_made(photos, _idle(len(photos))) - photos.flatten(2)).abs().max() < 0.01


def test_subjects_come_to_one_brightness() -> None:
    photos, r = _photos(), _idle(12)
    r.pull_up, r.pull_down, r.reach = torch.ones(12), torch.ones(12), torch.full((12,), 9.0)
    r.filmic = torch.zeros(12)
    before, after = (color.luma(t.flatten(2))[:, 0].mean(1).std() for t in (photos, _made(photos, r)))
    assert float(after) < 0.35 * float(before)


def test_only_dark_photos_are_pulled_by_who_never_darkens() -> None:
    photos, r = _photos(), _idle(12)
    r.pull_up, r.brightness, r.filmic = torch.ones(12), torch.full((12,), -2.2), torch.full((12,), 0.5)
    change = (_made(photos, r) - photos.flatten(2)).mean((1, 2))
    assert float(change.min()) > -0.01 and float(change.max()) > 0.05


def test_what_suits_the_photo_is_borrowed() -> None:
    photos, r = _photos(), _idle(12)
    r.pull_up, r.pull_down, r.borrowed = torch.ones(12), torch.ones(12), torch.ones(12)
    r.filmic, r.reach = torch.zeros(12), torch.full((12,), 9.0)
    suited = _photos().flip(0)
    made = color.luma(_made(photos, r, suited))[:, 0].mean(1)
    wanted = color.luma(suited.flatten(2))[:, 0].mean(1)
    assert float(np.corrcoef(made, wanted)[0, 1]) > 0.9


@pytest.mark.parametrize(("pull", "target", "measure"), [
    ("pull_contrast", "contrast", lambda y: color.luma(y)[:, 0].std(1)),
    ("pull_chroma", "chroma", lambda y: color.hue_chroma(y)[1].mean((1, 2))),
])  # fmt: skip
def test_contrast_and_chroma_come_nearer_to_their_targets(pull: str, target: str, measure: object) -> None:
    photos, r = _photos(), _idle(12)
    setattr(r, pull, torch.ones(12))
    aim = getattr(r, target)
    before, after = ((measure(t) - aim).abs().mean() for t in (photos.flatten(2), _made(photos, r)))  # type: ignore[operator]
    assert float(after) < 0.75 * float(before)


def test_retouchers_of_one_school_are_more_alike_than_others() -> None:
    r = sample_retouchers(400, seeded(2), schools=20)
    values = r.brightness.reshape(20, 20)  # a column is a school
    assert float(values.std(0).mean()) < 0.7 * float(r.brightness.std())


def _bank() -> np.ndarray:
    return (_photos(8).permute(0, 2, 3, 1) * 255).byte().numpy()


def test_some_users_imitate_a_teacher_and_some_have_a_school() -> None:
    mix = UserMix(schools=0.5, teachers=0.5, no_taste=1, local=0)
    inverse = Teacher("inverse", lambda images: 1 - images)
    simulator = UserSimulator(_bank(), SIDE, mix, teachers=[inverse])
    school, teacher = simulator.kinds(8)
    assert (school, teacher) == (slice(0, 4), slice(4, 8))
    assert UserSimulator(_bank(), SIDE, mix).kinds(8) == (slice(0, 8), slice(8, 8))
    group = simulator.group(40, 3, seeded(3))
    way = ((group.target - group.input) * (1 - 2 * group.input)).mean((1, 2, 3, 4))
    assert float(way[20:].median()) > 5 * float(way[:20].median().abs())


def test_users_of_schools_work_on_real_captures_too() -> None:
    captures = np.full((2, SIDE, SIDE, 3), (200, 10, 120), np.uint8)
    mix = UserMix(schools=1, adaptive=0)
    group = UserSimulator(_bank(), SIDE, mix, captures=captures).group(30, 2, seeded(4))
    shown = (group.input - torch.tensor([200, 10, 120])[:, None, None] / 255).abs().amax((2, 3, 4)) < 0.01
    assert 2 < int(shown.all(1).sum()) < 20 and bool((shown.all(1) == shown.any(1)).all())


def test_processes_share_users_with_schools_and_teachers() -> None:
    mix = UserMix(schools=0.5, teachers=0.25)
    simulator = UserSimulator(_bank(), SIDE, mix, captures=_bank(), teachers=[Teacher("half", lambda x: x / 2)])
    whole = simulator.group(4, 3, seeded(5))
    parts = [simulator.group(4, 3, seeded(5), Share(index, 2)) for index in range(2)]
    torch.testing.assert_close(torch.cat([part.target for part in parts]), whole.target)


def test_erratic_users_treat_equal_photos_differently() -> None:
    """One photo many times: constant users make the same of it each time, erratic ones do not."""
    photo = np.repeat(_bank()[:1], 4, 0)

    def spread(erratic: float) -> float:
        mix = UserMix(perfect_capture=1, adaptive=0, no_taste=0, local=0, erratic=erratic)
        finished = torch.from_numpy(photo).permute(0, 3, 1, 2).float() / 255
        _, made = UserSimulator(photo, SIDE, mix).retouch(finished.repeat(10, 1, 1, 1), 10, seeded(6))
        return float(made.reshape(10, 4, -1).std(1).mean())

    assert spread(1.0) > 3 * spread(0.0)
