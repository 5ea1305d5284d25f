"""The registry of losses: a new one takes part in every run that has what it compares; weights are read and checked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from pie_desktop.errors import PieError
from training.fit.config import FitConfig, load_config, stored_config
from training.losses.registry import LOSSES, Errors, Images, LossSum, LossWeights, Luts, PriorErrors, loss
from training.study.config import ImageWeights

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def brightness() -> Iterator[None]:
    """A loss as a new module would bring it: the difference of mean brightness."""

    @loss("brightness", 0.0, Images)
    def _brightness(images: Images) -> Tensor:
        return (images.output.mean() - images.target.mean()).abs()

    yield
    del LOSSES["brightness"]


def images(output: float, target: float) -> Images:
    shape = (2, 3, 16, 16)
    return Images(torch.full(shape, output), torch.full(shape, target), torch.full(shape, 0.5))


def test_a_new_loss_takes_part_where_it_has_a_weight(brightness: None) -> None:
    for kind in (LossWeights, ImageWeights):
        assert kind()["brightness"] == 0
        weights = kind(dict.fromkeys(kind.defaults(), 0.0) | {"l1": 2.0, "brightness": 3.0})
        total, terms = LossSum(weights, [Images])(images(0.7, 0.5))
        assert terms.keys() == {"l1", "brightness"}
        assert float(total) == pytest.approx(5 * 0.2, abs=1e-6) and float(terms["l1"]) == pytest.approx(0.2, abs=1e-6)
    with pytest.raises(ValueError, match="two losses called brightness"):
        loss("brightness", 1.0, Images)(lambda _: torch.zeros(()))


def test_every_entry_is_computed_from_what_it_compares() -> None:
    sum_of_all = LossSum(LossWeights(dict.fromkeys(LossWeights.defaults(), 1.0)), (Images, Luts, Errors, PriorErrors))
    squared, known = torch.tensor([[1e-6], [1.0]]), torch.tensor([[True], [False]])
    parts = (
        images(0.6, 0.5),
        Luts(torch.zeros(1, 3, 3, 3, 3)),
        Errors(squared, known),
        PriorErrors(torch.tensor([0.1, 0.3])),
    )
    total, terms = sum_of_all(*parts)
    assert terms.keys() == LossWeights.defaults().keys() - {"rms"}
    assert float(total) == pytest.approx(sum(float(term) for term in terms.values()), rel=1e-6)
    # ln(2) for the one user who has pairs, nothing for the other
    assert float(terms["log_mse"]) == pytest.approx(0.6931 / 2, abs=1e-4)
    assert float(terms["prior_loss"]) == pytest.approx(0.2)


def test_texture_is_compared_with_the_references_where_there_are_some() -> None:
    only_gram = LossSum(ImageWeights(l1=0.0, gram=1.0), [Images])
    given = images(0.7, 0.2)
    given.styles = torch.full((2, 4, 3, 16, 16), 0.7)
    assert float(only_gram(given)[0]) == pytest.approx(0, abs=1e-9)
    given.styles = None
    assert float(only_gram(given)[0]) > 0.01


def test_model_has_default_weights_and_the_study_l1_alone() -> None:
    weights = LossWeights()
    assert (weights["l1"], weights["rms"], weights["prior_loss"], weights["tv"]) == (1.0, 1.0, 0.5, 0.01)
    study = ImageWeights().root
    assert study.keys() >= {"l1", "lab", "tv", "gram"}
    assert {name: weight for name, weight in study.items() if weight} == {"l1": 1.0}
    assert load_config(ROOT / "configs" / "shipped.toml").losses == weights


def test_mistakes_in_weights_are_named() -> None:
    with pytest.raises(ValidationError, match="there is no loss beauty here; choose from l1"):
        LossWeights(beauty=1.0)
    with pytest.raises(ValidationError, match="there is no loss log_mse"):
        ImageWeights(log_mse=1.0)
    for value in (-1.0, float("nan")):
        with pytest.raises(ValidationError, match="must not be negative: tv"):
            LossWeights(tv=value)
    with pytest.raises(PieError, match="nothing to learn from"):
        LossSum(ImageWeights(l1=0.0), [Images])(images(0.1, 0.2))


def test_configurations_of_earlier_versions_are_read(tmp_path: Path) -> None:
    text = '[data]\nfolder = "."\n[losses]\nlab = 1.0\nopinion = 0.25\n'
    (tmp_path / "run.toml").write_text(text)
    assert load_config(tmp_path / "run.toml").losses["prior_loss"] == 0.25
    stored = json.loads(FitConfig.model_validate({"data": {"folder": "."}}).model_dump_json())
    stored["losses"] = {"lab": 1.0, "opinion": 0.125, "gram": 0.01}
    (tmp_path / "config.json").write_text(json.dumps(stored))
    again = stored_config(tmp_path)
    assert again.losses["prior_loss"] == 0.125
    assert FitConfig.model_validate_json(again.model_dump_json()) == again
