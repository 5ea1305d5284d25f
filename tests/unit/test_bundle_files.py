"""Model bundles that are not what they say: refused before they cost anything, and replaced by the shipped one."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from pie_desktop import paths
from pie_desktop.engine import bundles
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import BundleError
from pie_desktop.model.bundle import list_bundles, load_bundle
from pie_desktop.styles.store import StyleLibrary


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped model among the user's own, chosen in the settings."""
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(tmp_path / "home"))
    shipped = list_bundles(paths.resource("bundles"))[0].path
    copy = paths.models_dir() / "mine.piemodel"
    shutil.copytree(shipped, copy)
    (paths.home_dir() / "settings.json").write_text(json.dumps({bundles.SETTING: str(copy)}), encoding="utf-8")
    return copy


def change(bundle: Path, **values: Any) -> None:
    file = bundle / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | values), encoding="utf-8")


def flip_bits(bundle: Path) -> None:
    """3,000 bits of the weights, spread over the file; its structure stays whole."""
    file = bundle / "model.safetensors"
    data = np.frombuffer(file.read_bytes(), np.uint8).copy()
    places = np.random.default_rng(1).choice(np.arange(len(data) // 2, len(data)), 3000, replace=False)
    data[places] ^= 1
    file.write_bytes(data.tobytes())


def with_infinite_weight(bundle: Path) -> None:
    """The hash is that of the changed weights, so that only the number itself is wrong."""
    file = bundle / "model.safetensors"
    arrays = {name: array.copy() for name, array in load_file(file).items()}
    next(array for array in arrays.values() if array.dtype == np.float16).flat[0] = np.inf
    data = save(arrays)
    file.write_bytes(data)
    change(bundle, id=hashlib.sha256(data).hexdigest()[:16])


def too_wide(bundle: Path) -> None:
    sizes = json.loads((bundle / "model.json").read_text(encoding="utf-8"))["architecture"]
    change(bundle, architecture=sizes | {"width": 19_200})


DAMAGES = {
    "bits of the weights flipped": flip_bits,
    "a weight that is not finite": with_infinite_weight,
    "a width of 19,200": too_wide,
    "a card that is a list": lambda bundle: change(bundle, card=[1, 2]),
    "a name that is a number": lambda bundle: change(bundle, name=3),
    "brackets": lambda bundle: (bundle / "model.json").write_text("[" * 100_000, encoding="utf-8"),
    "no weights": lambda bundle: (bundle / "model.safetensors").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_model_is_refused_and_a_chosen_one_replaced_by_the_shipped_one(own: Path, damage: Any) -> None:
    damage(own)
    with pytest.raises(BundleError) as refused:
        load_bundle(own)
    assert str(own) in str(refused.value)
    engine = Engine(StyleLibrary(), device="cpu")
    engine.load()
    assert engine.bundle_id == bundles.shipped_bundles()[0].id
    assert engine.notice and str(own) in engine.notice and "comes with PIE Desktop" in engine.notice


def test_a_model_that_is_named_is_refused_rather_than_replaced(own: Path) -> None:
    flip_bits(own)
    with pytest.raises(BundleError):
        Engine(StyleLibrary(), own, device="cpu").load()


def test_one_damaged_model_does_not_cost_the_list_of_the_others(own: Path) -> None:
    other = own.with_name("other.piemodel")
    shutil.copytree(own, other)
    change(own, card=[1, 2])
    assert [info.path for info in bundles.own_bundles()] == [other]


def test_the_largest_architecture_that_is_allowed_is_affordable() -> None:
    import torch

    from pie_desktop.model.architecture import Architecture
    from pie_desktop.model.network import PreferenceNetwork

    largest = Architecture(side=512, grid=256, components=1024, lut_size=20, width=512, heads=64,
                           encoder_layers=8, decoder_layers=8)  # fmt: skip
    with torch.device("meta"):
        network = PreferenceNetwork(largest)
    assert sum(one.numel() * one.element_size() for one in network.state_dict().values()) < 600_000_000


@pytest.mark.parametrize("side", [8, 20, 24])
def test_a_side_that_the_network_cannot_look_at_is_refused_on_load_and_not_at_the_first_photo(side: int) -> None:
    from pie_desktop.model.architecture import Architecture

    with pytest.raises(ValueError, match="side"):
        Architecture(side=side)


def test_weights_that_lead_to_no_numbers_are_told_and_no_photo_becomes_black(own: Path) -> None:
    file = own / "model.safetensors"
    data = save({name: np.full_like(array, np.finfo(array.dtype).max) for name, array in load_file(file).items()})
    file.write_bytes(data)
    change(own, id=hashlib.sha256(data).hexdigest()[:16])
    engine = Engine(StyleLibrary(), own, "cpu")
    engine.load()
    with pytest.raises(BundleError, match="no usable answer"):
        engine.transform(np.full((48, 64, 3), 120, np.uint8), None)
