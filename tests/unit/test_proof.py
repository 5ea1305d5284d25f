"""A tuned model is better only where the interval of its gain excludes zero."""

from pathlib import Path

import numpy as np
import pytest

from training.fit.proof import Gain, Proof, keep_start, prove
from training.fit.validation import Score


def proof(*gains: float) -> Proof:
    before = [Score(20.0 + number, 6.0) for number in range(len(gains))]
    after = [Score(one.psnr + gain, 6.0 - gain / 2) for one, gain in zip(before, gains, strict=True)]
    return Proof.of([f"{number}.jpg" for number in range(len(gains))], before, after)


def test_the_interval_is_that_of_the_mean() -> None:
    """Of many values it is the normal one: mean 1, standard deviation 2, 400 photos: 1 +- 1.96 * 0.1."""
    values = np.random.default_rng(1).normal(size=400)
    values = 1 + 2 * (values - values.mean()) / values.std()
    found = Gain.of(values.tolist())
    assert found.mean == pytest.approx(1) and found.low == pytest.approx(0.804, abs=0.02)
    assert found.high == pytest.approx(1.196, abs=0.02)


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ((1.0, 1.2, 0.8, 1.1, 0.9), "better"),
        ((0.07, 0.07, 0.07), "too few to tell"),  # three photos
        ((3.0, -2.0, 2.0, -2.5, 0.1, 0.2), "about the same"),
        ((-1.0, -0.8, -0.9, -1.2, -0.2), "worse"),
    ],
)
def test_verdicts(gains: tuple[float, ...], verdict: str) -> None:
    found = proof(*gains)
    assert found.verdict == verdict and found.to_json()["verdict"] == verdict
    assert found.psnr.mean == pytest.approx(np.mean(gains)) and found.de00.mean == pytest.approx(-np.mean(gains) / 2)


def test_the_most_improved_and_the_worst_are_named() -> None:
    found = proof(0.1, 4.0, -1.0, 0.2, 0.3, 2.0, 0.4)
    said = found.to_json()
    assert [one["name"] for one in said["most_improved"]][:2] == ["1.jpg", "5.jpg"]
    assert [one["name"] for one in said["worst"]][:2] == ["2.jpg", "0.jpg"]
    named = [[one["name"] for one in said[which]] for which in ("most_improved", "worst")]
    assert named == [["1.jpg", "5.jpg", "6.jpg", "4.jpg"], ["2.jpg", "0.jpg", "3.jpg"]]  # none in both
    assert "1.jpg +4.00 dB" in found.lines()[2] and found.lines()[3].startswith("Worst: 2.jpg -1.00 dB")


def test_what_was_kept_at_the_start_is_compared_with(tmp_path: Path) -> None:
    before = [Score(20.0, 5.0), Score(22.0, 4.0)]
    keep_start(tmp_path, before)
    found = prove(tmp_path, ["a", "b"], [Score(21.0, 4.0), Score(22.5, 4.0)])
    assert found is not None and found.psnr.mean == pytest.approx(0.75)
    assert prove(tmp_path, ["a"], [Score(21.0, 4.0)]) is None  # other photos than at the start
    assert prove(tmp_path / "elsewhere", ["a"], [Score(21.0, 4.0)]) is None
    (tmp_path / "start.json").write_text('{"photos": [3]}', encoding="utf-8")
    assert prove(tmp_path, ["a"], [Score(21.0, 4.0)]) is None
