"""Tasks of the benchmark: users have draws of their own, and no photo is a reference and a query at once."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pie_desktop.errors import PieError
from tests.unit.helpers.retouchers import write_retoucher
from training.benchmark.cases import Case, Draws
from training.benchmark.people import own_cases, user_cases
from training.benchmark.tasks import look_cases, photo_tasks, retoucher_cases, simulated_cases
from training.data.teachers import load_teachers


@pytest.fixture
def users(tmp_path: Path, photo_folder_of_crops: Path) -> Path:
    """Ann and Bob retouched the same photos."""
    for user, gain in (("ann", 0.7), ("bob", 0.9)):
        for part in ("before", "after"):
            (tmp_path / "users" / user / part).mkdir(parents=True)
        for path in sorted(photo_folder_of_crops.glob("*.jpg"))[:12]:
            image = np.asarray(Image.open(path))
            Image.fromarray(image).save(tmp_path / "users" / user / "before" / f"{path.stem}.png")
            Image.fromarray((image * gain).astype(np.uint8)).save(
                tmp_path / "users" / user / "after" / f"{path.stem}.png"
            )
    return tmp_path / "users"


@pytest.fixture
def retouchers(tmp_path: Path) -> Path:
    folder = tmp_path / "retouchers"
    folder.mkdir()
    for name, gains in (("bright", (1.2, 1.2, 1.2)), ("warm", (1.1, 1.0, 0.8))):
        write_retoucher(folder / f"{name}.safetensors", gains)
    return folder


def _photos(cases: Iterable[Case], first: str = "references") -> list[list[bytes]]:
    """What the photos before are, in order, of every case."""
    return [[before.tobytes() for before, _ in getattr(case, first)] for case in cases]


def test_users_and_their_draws_have_photos_of_their_own(users: Path) -> None:
    cases = list(user_cases(users, Draws(3, 2, seed=1, count=4)))
    assert [case.name for case in cases] == ["ann"] * 4 + ["bob"] * 4
    references, queries = _photos(cases), _photos(cases, "queries")
    assert len({tuple(photos) for photos in references}) == 8, "the same photos in every draw, or of every user"
    firsts = {photos[0] for photos in references}
    assert len(firsts) > 3, "the row of one reference stands for several photos"
    for one, others in zip(references, queries, strict=True):
        assert (len(one), len(others)) == (3, 2) and not set(one) & set(others)
    again = list(user_cases(users, Draws(3, 2, seed=1, count=4)))
    assert _photos(again) == references and _photos(again, "queries") == queries
    assert _photos(user_cases(users, Draws(3, 2, seed=2, count=4))) != references


def test_users_with_few_photos_keep_a_reference(users: Path) -> None:
    for case in user_cases(users, Draws(20, 30)):
        assert (len(case.references), len(case.queries)) == (1, 11)
    (own,) = own_cases([users / "ann" / "after"], users / "ann" / "before", Draws(2, 1))
    assert (own.name, len(own.references), len(own.queries)) == ("after", 2, 1)


def test_a_pair_that_is_drawn_again_is_read_once(users: Path) -> None:
    for part in ("before", "after"):
        Image.new("RGB", (240, 180)).save(users / "ann" / part / "00.png")
    said: list[str] = []
    cases = list(user_cases(users, Draws(9, 2, count=5), said.append))
    assert len(said) == 1 and "00.png" in said[0]
    assert {len(case.references) for case in cases} == {9}


def test_what_is_missing_is_said_before_anything_is_judged(tmp_path: Path, photo_folder: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(PieError, match="No user was found"):
        user_cases(tmp_path / "none", Draws(1, 1))
    with pytest.raises(PieError, match="No look"):
        look_cases(tmp_path / "none", photo_folder, 1, Draws(1, 1))
    with pytest.raises(PieError, match="No learned retoucher"):
        photo_tasks(photo_folder, Draws(1, 1), retouchers=tmp_path / "none")


def test_simulated_users_are_the_same_every_time(photo_folder: Path) -> None:
    first, again = (next(simulated_cases(photo_folder, 1, Draws(2, 1, seed=5))) for _ in range(2))
    assert np.array_equal(first.queries[0][1], again.queries[0][1])


def test_draws_of_a_simulated_user_are_of_one_taste(photo_folder_of_crops: Path) -> None:
    cases = list(simulated_cases(photo_folder_of_crops, 2, Draws(4, 2, count=3)))
    assert [case.name for case in cases] == ["user 0"] * 3 + ["user 1"] * 3
    for start in (0, 3):
        drawn = cases[start : start + 3]
        assert len({tuple(photos) for photos in _photos(drawn)}) == 3
        for case in drawn:
            assert not {b.tobytes() for b, _ in case.references} & {b.tobytes() for b, _ in case.queries}
        # the same photo in two draws has the same answer
        answers: dict[bytes, set[bytes]] = {}
        for case in drawn:
            for before, after in [*case.references, *case.queries]:
                answers.setdefault(before.tobytes(), set()).add(after.tobytes())
        assert all(len(found) == 1 for found in answers.values()) and len(answers) < 18


def test_learned_retouchers_answer_captures(retouchers: Path, photo_folder: Path) -> None:
    cases = list(retoucher_cases(retouchers, photo_folder, Draws(2, 1, count=2)))
    assert [case.name for case in cases] == ["bright", "bright", "warm", "warm"]
    teachers = {teacher.name: teacher for teacher in load_teachers(retouchers)}
    finished = {np.asarray(Image.open(path)).mean().round(1) for path in photo_folder.iterdir()}
    for case in cases:
        assert (len(case.references), len(case.queries)) == (2, 1)
        for before, after in [*case.references, *case.queries]:
            image = torch.from_numpy(before).permute(2, 0, 1)[None].float() / 255
            wanted = teachers[case.name](image)[0].permute(1, 2, 0) * 255
            assert np.abs(after - wanted.numpy()).max() <= 0.51
            assert before.mean().round(1) not in finished, "what they are given is a capture"
    first, second = cases[0].queries[0][0], next(c for c in cases[2:]).queries[0][0]
    assert first.shape != second.shape or not np.array_equal(first, second)


def test_retouchers_are_drawn_more_often_where_they_are_few(retouchers: Path, photo_folder: Path) -> None:
    names = [case.name for case in retoucher_cases(retouchers, photo_folder, Draws(2, 1), at_least=5)]
    assert names == ["bright"] * 3 + ["warm"] * 3


def test_users_with_targets_treat_photos_differently(photo_folder: Path) -> None:
    moved = []
    for case in photo_tasks(photo_folder, Draws(3, 1), populations={"targets": 4})["targets"]:
        changes = [float(after.mean()) - float(before.mean()) for before, after in [*case.references, *case.queries]]
        moved.append(max(changes) - min(changes))
    # one transform for all photos would move their means by nearly the same
    assert len(moved) == 4 and np.median(moved) > 8


def test_tasks_are_those_asked_for(retouchers: Path, photo_folder: Path) -> None:
    tasks = photo_tasks(
        photo_folder, Draws(2, 1), populations={"simulated": 0, "normalising": 1}, retouchers=retouchers, captures=2
    )
    assert list(tasks) == ["normalising", "learned retouchers", "captures"]
    assert len(list(tasks["captures"])) == 2
