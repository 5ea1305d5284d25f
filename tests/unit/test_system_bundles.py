"""Trained systems as models of the editor: the same picture as the system's own, and no stranger trusted."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from pie_desktop.engine.engine import Engine
from pie_desktop.errors import BundleError, PieError, StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.model.bundle import load_bundle, read_bundle_info
from pie_desktop.model.model_file import export_model, import_model
from pie_desktop.model.opening import open_model
from pie_desktop.model.preference import Preference, ReferencePixels
from pie_desktop.model.systems.build import build_system, load_system, retouch, style_of
from pie_desktop.model.systems.bundle import load_system_bundle
from pie_desktop.model.systems.inference import SystemInference
from pie_desktop.model.systems.system import SystemConfig
from pie_desktop.styles.exporting import export_without_photos
from pie_desktop.styles.importing import import_style
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import OnlyModel
from tests.unit.helpers.archives import contents, pack
from tests.unit.helpers.tiny_systems import KINDS, SMALL, system_bundle, trained_folder
from training.study.export import write_model

EXACT = ("starenhancer", "diffusion")  # equal colours stay equal, so that a LUT says all of it


@pytest.fixture(scope="module")
def photos(sample_images: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [resize_long_side(image, 128) for image in sample_images.values()]


@pytest.fixture(scope="module")
def references(photos: list[np.ndarray]) -> list[ReferencePixels]:
    return [
        ReferencePixels(np.round(photo * np.array([1.0, 0.9, 0.7])).astype(np.uint8), photo) for photo in photos[:3]
    ]


def model_of(folder: Path, kind: str) -> SystemInference:
    return SystemInference(
        write_model(trained_folder(folder / "run" / kind, kind), folder / "models", kind).path, "cpu"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_editors_picture_is_the_systems_own_within_what_is_said(
    kind: str, photos: list[np.ndarray], references: list[ReferencePixels], tmp_path: Path
) -> None:
    model, system = model_of(tmp_path, kind), load_system(tmp_path / "run" / kind)[0]
    preference = model.encode(references)
    assert model.fits(preference)
    style = style_of(system, references)
    assert style is not None
    for photo in photos[3:]:
        answer = model.answer(photo, preference)
        own = retouch(system, photo, style)
        assert mean_delta_e(photo, own) > 3  # it does something
        apart = mean_delta_e(apply_lut(photo, answer.preferred), own)
        assert answer.fit_error == pytest.approx(apart, abs=0.01)
        assert apart < (1 if kind in EXACT else mean_delta_e(photo, own))
        np.testing.assert_array_equal(answer.neutral, identity_lut(len(answer.preferred)))
        assert answer.preferred.shape == answer.neutral.shape and answer.expected_error is None


def test_a_photo_without_a_style_and_one_of_a_few_pixels(references: list[ReferencePixels], tmp_path: Path) -> None:
    model = model_of(tmp_path, "pienet")
    nobody = model.answer(references[0].after, None)
    assert nobody.fit_error is None and np.array_equal(nobody.preferred, identity_lut())
    preference = model.encode(references)
    for shape in ((1, 1, 3), (3, 200, 3)):
        assert np.isfinite(model.answer(np.full(shape, 99, np.uint8), preference).preferred).all()


def test_black_and_white_edits_give_black_and_white(photos: list[np.ndarray], tmp_path: Path) -> None:
    model = model_of(tmp_path, "starenhancer")
    edits = [np.repeat(photo.mean(-1, keepdims=True), 3, -1).astype(np.uint8) for photo in photos[:2]]
    lut = model.answer(photos[2], model.encode([ReferencePixels(edit) for edit in edits])).preferred
    assert np.ptp(lut, axis=-1).max() < 1e-6


def test_a_system_of_pairs_says_that_it_needs_originals(references: list[ReferencePixels], tmp_path: Path) -> None:
    model = model_of(tmp_path, "msm")
    alone = [ReferencePixels(one.after) for one in references]
    with pytest.raises(StyleError, match="“msm” compares edits with their originals, and none of these edits has one"):
        model.encode(alone)
    mixed = model.encode([references[0], *alone[1:]])
    assert model.fits(mixed) and mixed.arrays["paired"].tolist() == [True, False, False]
    one = model.encode(references[:1])
    np.testing.assert_array_equal(mixed.vector, one.vector)


def test_a_system_of_edits_alone_does_not_look_at_originals(references: list[ReferencePixels], tmp_path: Path) -> None:
    model = model_of(tmp_path, "starenhancer")
    alone = model.encode([ReferencePixels(one.after) for one in references])
    np.testing.assert_array_equal(model.encode(references).vector, alone.vector)


@pytest.mark.parametrize("kind", ["starenhancer", "msm"])
def test_many_references_are_read_in_parts(
    kind: str, references: list[ReferencePixels], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(tmp_path, kind)
    whole = model.encode(references)
    seen: list[int] = []
    plain = model._system.encoder.forward
    monkeypatch.setattr(model._system.encoder, "forward", lambda *a: (seen.append(len(a[0])), plain(*a))[1])
    for module in ("system", "masked"):
        monkeypatch.setattr(f"pie_desktop.model.systems.{module}.IMAGES_AT_ONCE", 2)
    parts = model.encode(references)
    assert seen == [2, 1]
    for name, array in whole.arrays.items():
        np.testing.assert_allclose(parts.arrays[name], array, atol=1e-5)


def test_what_only_the_preference_network_knows_is_not_offered(
    photos: list[np.ndarray], references: list[ReferencePixels], tmp_path: Path
) -> None:
    model = model_of(tmp_path, "starenhancer")
    preference = model.encode(references)
    assert model.expected_error(photos[0], preference) is None and model.doubt(photos[0], preference) is None
    assert model.influence(photos[0], preference) is None and model.agreement(preference) == []
    np.testing.assert_array_equal(model.likeness(photos[:2]), np.eye(2))
    with pytest.raises(BundleError, match="“starenhancer” makes one result of a photo"):
        model.basis()
    with pytest.raises(BundleError, match="can neither be trained further nor measured"):
        load_bundle(read_bundle_info(tmp_path / "models" / "starenhancer.piemodel").path)


def test_a_preference_that_is_none_of_this_model_is_not_used(references: list[ReferencePixels], tmp_path: Path) -> None:
    model = model_of(tmp_path, "msm")
    good = model.encode(references)
    path = tmp_path / "preference.safetensors"
    good.save(path)
    assert model.fits(Preference.load(path, good.key))

    def changed(**arrays: np.ndarray) -> Preference:
        return Preference(dict(good.arrays) | arrays, good.bundle_id)

    bad = [
        Preference(good.arrays, "0" * 16),
        Preference({name: array for name, array in good.arrays.items() if name != "codes"}, good.bundle_id),
        changed(vector=good.vector[:-1]),
        changed(vector=good.vector.astype(np.float64)),
        changed(codes=np.full_like(good.arrays["codes"], np.nan)),
        changed(maps=good.arrays["maps"][:, :, :0]),
        changed(valid=np.zeros(3, bool)),
        changed(paired=np.array([True, False, True])),
        changed(gray=np.zeros(2, bool)),
    ]
    assert not any(model.fits(preference) for preference in bad)
    with pytest.raises(StyleError, match="another model"):
        model.answer(references[0].after, bad[0])


def test_a_style_without_its_photos_works_with_the_system_that_learned_it(
    sample_pairs: list[tuple[Path, Path]], photos: list[np.ndarray], tmp_path: Path
) -> None:
    bundle = write_model(trained_folder(tmp_path / "star", "msm"), tmp_path / "models", "MSM")
    library = StyleLibrary(tmp_path / "styles")
    style = library.create("Mine", [EditPair(after, before) for after, before in sample_pairs[:2]]).style
    engine = Engine(library, bundle.path, "cpu")
    learned = engine.preference(style)
    export_without_photos(style, learned, OnlyModel(bundle.id, bundle.name), target := tmp_path / "mine.piestyle")
    elsewhere = StyleLibrary(tmp_path / "elsewhere")
    taken = import_style(elsewhere, target)
    again = Engine(elsewhere, bundle.path, "cpu").preference(elsewhere.get(taken.id))
    assert again.key == learned.key
    assert engine.transform(photos[3], again).fit_error == engine.transform(photos[3], learned).fit_error


def test_a_model_that_is_made_is_complete_or_not_there(tmp_path: Path) -> None:
    folder = trained_folder(tmp_path / "star", "starenhancer")
    info = write_model(folder, tmp_path / "models", "StarEnhancer")
    assert info.system and info == read_bundle_info(info.path)
    system, again = load_system(folder)[0], load_system_bundle(info.path)[0]
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in system.state_dict().items())
    assert write_model(folder, tmp_path / "others").name == "starenhancer"
    assert info.card["validation"] == {"psnr": 23.0, "baseline_psnr": 22.0}
    assert "Wedding" not in (info.path / "model.json").read_text(encoding="utf-8")
    with pytest.raises(PieError, match=r"There is a model “starENHANCER” .* another name with --name"):
        write_model(folder, tmp_path / "models", "starENHANCER")
    (tmp_path / "file").touch()
    with pytest.raises(PieError, match="could not be written"):
        write_model(folder, tmp_path / "file", "Star")
    (folder / "system.safetensors").write_bytes(b"damaged")
    with pytest.raises(PieError, match="missing or damaged"):
        write_model(folder, tmp_path / "models", "Another")
    with pytest.raises(PieError, match="holds no trained system"):
        write_model(tmp_path, tmp_path / "models", "Another")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The file of a small model."""
    info = write_model(trained_folder(tmp_path / "star", "starenhancer"), tmp_path / "made", "Star")
    export_model(info, target := tmp_path / "star.piemodel")
    return target


def test_a_system_is_passed_on_as_one_file(shared: Path, tmp_path: Path, references: list[ReferencePixels]) -> None:
    taken = import_model(shared, tmp_path / "models")
    assert taken.system and taken.name == "Star"
    here, there = (open_model(path, "cpu") for path in (taken.path, tmp_path / "made" / "star.piemodel"))
    assert np.array_equal(here.encode(references).vector, there.encode(references).vector)


def hostile(files: dict[str, bytes], what: str) -> dict[str, bytes]:
    """The files of a model with something wrong; the digest is that of the weights that are there."""
    description: dict[str, Any] = json.loads(files["model.json"])
    arrays = {name: array.copy() for name, array in load(files["model.safetensors"]).items()}
    largest = max(arrays, key=lambda name: arrays[name].size)
    match what:
        case "NaN":
            arrays[largest][...] = np.nan
        case "infinite":
            arrays[largest].flat[0] = np.inf
        case "numbers that answer with none":
            arrays = {name: np.full_like(array, 1e30) for name, array in arrays.items()}
        case "a tensor less":
            del arrays[largest]
        case "a tensor more":
            arrays["more"] = np.zeros(3, np.float32)
        case "a wrong shape":
            arrays[largest] = np.zeros((3, 3), np.float32)
        case "another width":
            description["system"]["width"] = 32
        case "a width of a billion":
            description["system"]["width"] = 10**9
        case "an unknown enhancer":
            description["system"]["enhancer"] = "os.system"
        case "an unknown setting":
            description["system"]["exec"] = "x"
        case "no configuration":
            description["system"] = [1]
        case "both kinds":
            description |= {"architecture": {}, "system": None}
    data = save(arrays)
    description["id"] = hashlib.sha256(data).hexdigest()[:16]
    return files | {"model.json": json.dumps(description).encode(), "model.safetensors": data}


HOSTILE = (
    *("NaN", "infinite", "numbers that answer with none", "a tensor less", "a tensor more", "a wrong shape"),
    *("another width", "a width of a billion", "an unknown enhancer", "an unknown setting", "no configuration"),
    "both kinds",
)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_and_leaves_nothing(what: str, shared: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    with pytest.raises(BundleError, match="cannot be used as a model") as refused:
        import_model(pack(tmp_path / "evil.piemodel", hostile(contents(shared), what)), models)
    assert len(str(refused.value).splitlines()) == 1 and len(str(refused.value)) < 300
    assert not models.exists() or not list(models.iterdir())


def test_a_damaged_bundle_is_refused(tmp_path: Path) -> None:
    path = system_bundle(tmp_path / "star.piemodel", "starenhancer")
    weights = bytearray((path / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (path / "model.safetensors").write_bytes(weights)
    with pytest.raises(BundleError, match="missing or damaged"):
        open_model(path, "cpu")


@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_systems_that_are_allowed_are_affordable(kind: str) -> None:
    sizes = {"width": 512, "channels": 128, "encoder_channels": 128, "side": 256, "codes": 18, "images": 16}
    sizes |= {"components": 512, "lut_size": 33}
    largest = SystemConfig.model_validate(SMALL.model_dump() | KINDS[kind] | sizes)
    with torch.device("meta"):
        system = build_system(largest)
    assert sum(one.numel() * one.element_size() for one in system.state_dict().values()) < 1_000_000_000
