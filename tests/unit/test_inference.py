"""The shipped bundle on real photographs: it does what the pairs show, and it says so when it cannot."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.errors import BundleError, Cancelled, StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.bundle import list_bundles, load_bundle, read_bundle_info, record_in_card
from pie_desktop.model.consensus import AGREES, DISAGREES
from pie_desktop.model.encoded import EncodedReferences
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import Preference, ReferencePixels
from pie_desktop.paths import resource


@pytest.fixture(scope="module")
def bundle() -> Path:
    return list_bundles(resource("bundles"))[0].path


@pytest.fixture(scope="module")
def inference(bundle: Path) -> Inference:
    return Inference(bundle, "cpu")


def warm(image: np.ndarray) -> np.ndarray:
    """A warm, slightly faded look."""
    x = image / 255.0
    x = 0.06 + 0.9 * (x ** np.array([0.85, 1.0, 1.2]))
    return np.round(np.clip(x, 0, 1) * 255).astype(np.uint8)


def cool(image: np.ndarray) -> np.ndarray:
    """The opposite of `warm`."""
    x = (image / 255.0) ** np.array([1.3, 1.05, 0.8])
    return np.round(np.clip(x, 0, 1) * 255).astype(np.uint8)


def pairs(images: dict[str, np.ndarray], *names: str) -> list[ReferencePixels]:
    return [ReferencePixels(warm(images[name]), images[name]) for name in names]


def test_pairs_teach_the_look(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    preference = inference.encode(pairs(sample_images, "coffee", "rocket", "astronaut"))
    photo = sample_images["chelsea"]
    neutral, preferred = inference.luts(photo, preference)
    assert neutral.shape == preferred.shape == (17, 17, 17, 3) and preferred.dtype == np.float32
    before = mean_delta_e(photo, warm(photo))
    assert mean_delta_e(apply_lut(photo, preferred), warm(photo)) < 0.25 * before


def test_another_preference_gives_another_image(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    photo = sample_images["chelsea"]
    mine = inference.encode(pairs(sample_images, "coffee", "astronaut"))
    other = [ReferencePixels(cool(sample_images[n]), sample_images[n]) for n in ("coffee", "astronaut")]
    theirs = inference.encode(other)
    results = [apply_lut(photo, inference.luts(photo, p)[1]) for p in (mine, theirs)]
    assert mean_delta_e(*results) > 5


def test_edits_without_originals_are_enough_to_start(
    inference: Inference, sample_images: dict[str, np.ndarray]
) -> None:
    preference = inference.encode([ReferencePixels(warm(sample_images["coffee"]))])
    preferred = inference.luts(sample_images["chelsea"], preference)[1]
    assert np.isfinite(preferred).all() and preference.arrays["colors_before"].shape[0] == 0


def test_no_preference_is_neutral(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    neutral, preferred = inference.luts(sample_images["coffee"], None)
    assert np.array_equal(neutral, preferred)
    again = inference.luts(sample_images["coffee"], inference.encode(pairs(sample_images, "chelsea")))[0]
    assert np.array_equal(neutral, again)


def test_preference_survives_the_disk(
    inference: Inference, sample_images: dict[str, np.ndarray], tmp_path: Path
) -> None:
    preference = inference.encode(pairs(sample_images, "coffee", "astronaut"))
    preference.save(tmp_path / "p.safetensors")
    loaded = Preference.load(tmp_path / "p.safetensors")
    assert loaded.key == preference.key
    results = [inference.luts(sample_images["chelsea"], p)[1] for p in (preference, loaded)]
    assert np.array_equal(*results)
    (tmp_path / "p.safetensors").write_bytes(b"broken")
    with pytest.raises(StyleError, match="damaged"):
        Preference.load(tmp_path / "p.safetensors")


def test_sixteen_bit_references_and_photos(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    deep = [
        ReferencePixels(r.after.astype(np.uint16) * 257, r.before.astype(np.uint16) * 257)  # type: ignore[union-attr]
        for r in pairs(sample_images, "coffee", "rocket")
    ]
    eight = inference.luts(sample_images["chelsea"], inference.encode(pairs(sample_images, "coffee", "rocket")))[1]
    sixteen = inference.luts(sample_images["chelsea"].astype(np.uint16) * 257, inference.encode(deep))[1]
    assert np.abs(eight - sixteen).max() < 0.02


def test_the_reference_that_contradicts_the_others_is_found(
    inference: Inference, sample_images: dict[str, np.ndarray]
) -> None:
    references = pairs(sample_images, "coffee", "rocket", "astronaut")
    references.append(ReferencePixels(cool(sample_images["chelsea"]), sample_images["chelsea"]))
    agreement = inference.agreement(inference.encode(references))
    assert len(agreement) == 4 and all(0 <= a <= 1 for a in agreement)
    assert min(agreement[:3]) > AGREES and agreement[3] < DISAGREES


def test_degenerate_references_do_no_harm(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    black, grey = np.zeros((40, 60, 3), np.uint8), np.full((1, 1, 3), 128, np.uint8)
    for reference in (ReferencePixels(black, black), ReferencePixels(black), ReferencePixels(grey, grey)):
        lut = inference.luts(sample_images["coffee"], inference.encode([reference]))[1]
        assert np.isfinite(lut).all() and lut.min() > -1.5 and lut.max() < 2.5


def test_cancel_and_empty(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    with pytest.raises(Cancelled):
        inference.encode(pairs(sample_images, "coffee"), should_cancel=lambda: True)
    with pytest.raises(StyleError):
        inference.encode([])
    seen: list[float] = []
    inference.encode(pairs(sample_images, "coffee", "rocket"), progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1.0


def test_preference_of_another_bundle_is_refused(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    own = inference.encode(pairs(sample_images, "coffee"))
    with pytest.raises(StyleError, match="another model"):
        inference.luts(sample_images["coffee"], Preference(own.arrays, "0" * 16))


def test_damaged_bundles_are_named(bundle: Path, tmp_path: Path) -> None:
    assert read_bundle_info(bundle).id == Inference(bundle, "cpu").bundle_id
    broken = tmp_path / "broken.piemodel"
    broken.mkdir()
    with pytest.raises(BundleError, match=r"model\.json"):
        load_bundle(broken)
    (broken / "model.json").write_text((bundle / "model.json").read_text())
    with pytest.raises(BundleError, match="weights"):
        load_bundle(broken)
    (broken / "model.json").write_text('{"format_version": 99}')
    with pytest.raises(BundleError, match="format 99"):
        load_bundle(broken)
    assert list_bundles(tmp_path) == []


def test_what_is_measured_later_is_recorded_in_the_card(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.piemodel"
    shutil.copytree(bundle, copy)
    record_in_card(copy, "benchmark", {"rows": [], "seed": 2})
    record_in_card(copy, "audit", {"tests": []})
    record_in_card(copy, "benchmark", {"rows": [], "seed": 3})
    info, original = read_bundle_info(copy), read_bundle_info(bundle)
    assert info.card["benchmark"] == {"rows": [], "seed": 3} and info.card["audit"] == {"tests": []}
    assert info.id == original.id and info.card["seed"] == original.card["seed"]


def test_bundle_is_small_enough_to_ship(bundle: Path) -> None:
    assert sum(p.stat().st_size for p in bundle.iterdir()) <= 20_000_000


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."), "ran out of memory"),
        (torch.AcceleratorError("CUDA error: an illegal memory access was encountered"), "failed"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "failed"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), "failed"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 8.00 GB)."), "ran out of memory"),
        (
            NotImplementedError("The operator 'aten::linalg_solve' is not currently implemented for the MPS device."),
            "lacks an operation",
        ),
    ],
)
def test_a_device_that_fails_gives_way_to_the_cpu(bundle: Path, error: RuntimeError, reason: str) -> None:
    inference = Inference(bundle, "cpu")
    inference.device = "cuda"  # as far as the error is concerned
    errors = [error]

    def work() -> str:
        if errors:
            raise errors.pop()
        return "done"

    assert inference._run(work) == "done"
    assert inference.device == "cpu"
    assert inference.notice == f"The GPU (cuda) {reason}; PIE Desktop goes on with the CPU."


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied (1x3 and 4x4)"),
        RuntimeError("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"),
        NotImplementedError("of a subclass"),
        RuntimeError("the photo says: CUDA error"),
    ],
)
def test_an_error_of_the_program_leaves_the_device_alone(bundle: Path, error: RuntimeError) -> None:
    inference = Inference(bundle, "cpu")
    inference.device = "cuda"

    def work() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        inference._run(work)
    assert raised.value is error
    assert (inference.device, inference.notice) == ("cuda", None)


def test_a_stored_preference_of_other_shapes_or_numbers_does_not_fit(
    inference: Inference, sample_images: dict[str, np.ndarray]
) -> None:
    right = inference.encode(pairs(sample_images, "coffee", "rocket"))
    assert inference.fits(right) and inference.fits(inference.encode([ReferencePixels(sample_images["coffee"])]))
    arrays = dict(right.arrays)
    wrong = {
        "tokens": (
            arrays["tokens"][:-1],
            arrays["tokens"] * np.float32(np.nan),
            arrays["tokens"] * np.float32(1e30),
            arrays["tokens"].astype(np.float64),
        ),
        "keys": (arrays["keys"][:, :-1],),
        "vector": (arrays["vector"][None], np.full_like(arrays["vector"], np.inf)),
        "paired": (arrays["paired"].astype(np.int64), np.zeros_like(arrays["paired"]), arrays["paired"][:0]),
        "gray": (arrays["gray"][:1], arrays["gray"].astype(np.uint8)),
        "colors_before": (arrays["colors_before"][:1], arrays["colors_before"].astype(np.float32)),
        "colors_after": (arrays["colors_after"][..., :2],),
    }
    for name, values in wrong.items():
        for value in values:
            assert not inference.fits(Preference(arrays | {name: value}, right.bundle_id)), name
        assert not inference.fits(Preference({k: v for k, v in arrays.items() if k != name}, right.bundle_id))
    assert not inference.fits(Preference(arrays, "another"))


def test_a_preference_that_is_not_finite_is_refused(
    bundle: Path, sample_images: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    inference = Inference(bundle, "cpu")
    encode = inference._network.encode

    def not_finite(*args: torch.Tensor) -> EncodedReferences:
        style = encode(*args)
        return replace(style, tokens=style.tokens * torch.nan)

    monkeypatch.setattr(inference._network, "encode", not_finite)
    with pytest.raises(BundleError, match="no usable answer"):
        inference.encode(pairs(sample_images, "coffee"))


def test_the_references_that_count_are_those_whose_loss_would_change_the_result_most(
    inference: Inference, sample_images: dict[str, np.ndarray]
) -> None:
    names = ("coffee", "rocket", "astronaut")
    looks = (warm, warm, cool)
    references = [
        ReferencePixels(look(sample_images[n]), sample_images[n]) for n, look in zip(names, looks, strict=True)
    ]
    photo = np.ascontiguousarray(sample_images["coffee"][:, 150:])
    preference = inference.encode(references)
    influence = inference.influence(photo, preference)
    assert influence.shape == (3,) and influence.min() >= 0 and 0.5 < influence.sum() <= 1.0001
    assert influence.argmax() == 0, "a part of the same photo"
    whole = apply_lut(photo, inference.luts(photo, preference)[1])
    changes = []
    for left_out in range(3):
        others = inference.encode([one for number, one in enumerate(references) if number != left_out])
        changes.append(mean_delta_e(whole, apply_lut(photo, inference.luts(photo, others)[1])))
    assert changes[int(influence.argmax())] > min(changes)


def test_edits_without_originals_count_by_attention(inference: Inference, sample_images: dict[str, np.ndarray]) -> None:
    edits = [ReferencePixels(warm(sample_images[name])) for name in ("coffee", "rocket")]
    influence = inference.influence(sample_images["chelsea"], inference.encode(edits))
    assert influence.shape == (2,) and influence.min() > 0 and influence.sum() < 1
    mixed = inference.encode([*edits, *pairs(sample_images, "astronaut")])
    with_pair = inference.influence(sample_images["chelsea"], mixed)
    assert with_pair.argmax() == 2, "a pair tells more than edits"
