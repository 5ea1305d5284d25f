"""`.piemodel` files: there and back without a change, nothing of the user's photos in them, and no stranger trusted."""

import hashlib
import json
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from pie_desktop import paths
from pie_desktop.engine import own_models
from pie_desktop.errors import BundleError
from pie_desktop.imaging import archive as archives
from pie_desktop.model.bundle import BundleInfo, load_bundle, read_bundle_info
from pie_desktop.model.model_file import export_model, file_name, import_model, shareable_card
from tests.unit.helpers.archives import Contents, contents, pack
from tests.unit.helpers.tiny_bundles import tiny_bundle

CARD = {
    "data": {"kind": "pairs", "folder": "Wedding of Eve", "train": 40, "held_out": 10, "trained_on": ["ab" * 32]},
    "config": {"data": {"folder": "/home/eve/Wedding of Eve"}},
    "init": "base",
    "validation": {"psnr": 28.0, "baseline_psnr": 26.0, "de00": 4.0},
    "proof": {
        "verdict": "better",
        "photos": 10,
        "psnr": {"mean": 2.0, "low": 1.0, "high": 3.0},
        "worst": [{"name": "eve_and_adam.jpg"}],
    },
    "continued_from": {"id": "0" * 16, "created": "2026", "data": {"folder": "Wedding of Eve"}},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, sample_images: dict[str, np.ndarray]) -> Path:
    photos = np.stack([image[:200, :200] for image in sample_images.values()])
    bundle = tiny_bundle(tmp_path_factory.mktemp("made") / "tiny.piemodel", photos)
    description = json.loads((bundle / "model.json").read_text(encoding="utf-8")) | {
        "name": "Evening <b>",
        "card": CARD,
    }
    (bundle / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return bundle


@pytest.fixture
def shared(made: Path, tmp_path: Path) -> Path:
    export_model(read_bundle_info(made), target := tmp_path / "evening.piemodel")
    return target


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def described(files: Contents, **values: Any) -> Contents:
    return files | {"model.json": json.dumps(json.loads(files["model.json"]) | values).encode()}


def weighted(files: Contents, weights: bytes) -> Contents:
    """With other weights, of which the description has the right digest."""
    return described(files | {"model.safetensors": weights}, id=hashlib.sha256(weights).hexdigest()[:16])


def changed(files: Contents, change: Callable[[dict[str, np.ndarray]], object]) -> Contents:
    arrays = {name: array.copy() for name, array in load(files["model.safetensors"]).items()}
    change(arrays)
    return weighted(files, save(arrays))


def _largest(arrays: dict[str, np.ndarray]) -> str:
    return max((name for name in arrays if arrays[name].dtype == np.float16), key=lambda name: arrays[name].size)


def _fill(value: float) -> Callable[[dict[str, np.ndarray]], None]:
    def change(arrays: dict[str, np.ndarray]) -> None:
        for array in arrays.values():
            if array.dtype == np.float16:
                array[...] = value

    return change


def _huge_header(files: Contents) -> Contents:
    """A header of safetensors that says to be as long as a disk."""
    return weighted(files, struct.pack("<Q", 2**62) + b"{}" + bytes(100))


def test_there_and_back_answers_alike_and_has_another_folder(shared: Path, made: Path, models: Path) -> None:
    taken = import_model(shared, models)
    assert taken.path.parent == models and taken.id == read_bundle_info(made).id and taken.name == "Evening <b>"
    mine, theirs = (load_bundle(path)[0].state_dict() for path in (made, taken.path))
    assert all((mine[name] == theirs[name]).all() for name in mine)
    assert own_models.is_imported(taken) and own_models.trained_pairs(taken) == 50
    export_model(taken, again := shared.with_name("again.piemodel"))
    assert contents(again)["model.safetensors"] == contents(shared)["model.safetensors"]


def test_nothing_of_the_photos_is_told(shared: Path) -> None:
    text = contents(shared)["model.json"].decode()
    assert not any(word in text for word in ("Wedding", "eve_and_adam", "/home"))
    card = json.loads(text)["card"]
    assert card["proof"] == {key: CARD["proof"][key] for key in ("verdict", "photos", "psnr")}  # type: ignore[index]
    assert card["data"]["trained_on"] == CARD["data"]["trained_on"]  # type: ignore[index] # `evaluate` leaves them out
    assert shareable_card({"data": 3, "proof": None, "continued_from": []}) == {}


def test_what_trained_the_models_of_a_mean_is_told_without_folders() -> None:
    averaged = {"id": "b", "data": {"kind": "pairs", "folder": "Wedding", "trained_on": ["9c"]}}
    told = shareable_card({"mean_with": [averaged, 3]})
    assert told["mean_with"][0]["id"] == "b" and len(told["mean_with"]) == 1
    assert told["mean_with"][0]["data"]["trained_on"] == ["9c"] and "Wedding" not in json.dumps(told)


def test_the_file_of_somebody_is_not_replaced(made: Path, shared: Path, tmp_path: Path) -> None:
    before = shared.read_bytes()
    with pytest.raises(BundleError, match="exists already"):
        export_model(read_bundle_info(made), shared)
    assert shared.read_bytes() == before
    export_model(read_bundle_info(made), shared, overwrite=True)
    with pytest.raises(BundleError, match="is a folder"):
        export_model(read_bundle_info(made), tmp_path, overwrite=True)
    assert file_name(BundleInfo(made, "", "a/b: <c>", "")) == "a-b- -c-.piemodel"


def test_a_folder_of_a_run_is_taken_in_too_and_one_that_is_here_is_not(made: Path, models: Path) -> None:
    taken = import_model(made, models)
    with pytest.raises(BundleError, match="here already, as “Evening <b>”"):
        import_model(made, models, {taken.id: taken.name})
    assert import_model(made, models).path != taken.path  # and where it may be, nothing is replaced


HOSTILE: dict[str, tuple[Callable[[Contents], Contents], str]] = {
    "path": (lambda files: files | {"../evil.json": b"{}"}, "more than any model"),
    "path in place": (
        lambda files: {"../model.json": files["model.json"], "model.safetensors": files["model.safetensors"]},
        "files that no model has",
    ),
    "no weights": (lambda files: {"model.json": files["model.json"]}, "belong together"),
    "no JSON": (lambda files: files | {"model.json": b"{"}, "not valid JSON"),
    "depth": (lambda files: files | {"model.json": b'{"a":' + b"[" * 9000 + b"]" * 9000 + b"}"}, "nested too deeply"),
    "huge text": (lambda files: files | {"model.json": b" " * (5 * 2**20)}, "larger than in any model"),
    "newer": (lambda files: described(files, format_version=2), "newer version"),
    "another format": (lambda files: described(files, format_version="<b>" * 99), "it has format"),
    "no card": (lambda files: described(files, card=[1]), "card is not a set of values"),
    "long name": (lambda files: described(files, name="x" * 5000), "has no name"),
    "architecture": (
        lambda files: described(files, architecture={"width": 10**9}), "architecture is none that a model has",
    ),
    "too large a basis": (
        lambda files: described(files, architecture={"components": 1024, "lut_size": 65}),
        "architecture is none that a model has",
    ),
    "another digest": (lambda files: described(files, id="0" * 16), "do not make a model"),
    "no tensors": (lambda files: weighted(files, b"no tensors"), "do not make a model"),
    "huge header": (_huge_header, "do not make a model"),
    "NaN": (lambda files: changed(files, _fill(float("nan"))), "do not make a model"),
    "infinite": (lambda files: changed(files, _fill(float("inf"))), "do not make a model"),
    "numbers that answer with none": (lambda files: changed(files, _fill(6e4)), "do not make a model"),
    "a tensor less": (lambda files: changed(files, lambda a: a.pop(_largest(a))), "do not make a model"),
    "a wrong shape": (
        lambda files: changed(files, lambda a: a.update({_largest(a): np.zeros((3, 3), np.float16)})),
        "do not make a model",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(name: str, shared: Path, models: Path, tmp_path: Path) -> None:
    change, said = HOSTILE[name]
    with pytest.raises(BundleError, match=said) as refused:
        import_model(pack(tmp_path / "evil.piemodel", change(contents(shared))), models)
    assert len(str(refused.value).splitlines()) == 1 and len(str(refused.value)) < 600
    assert not models.exists() or not list(models.iterdir())
    assert not list(tmp_path.rglob("evil.json"))


def test_bombs_links_and_what_is_no_archive_are_refused(shared: Path, models: Path, tmp_path: Path) -> None:
    files = contents(shared)
    bomb = pack(tmp_path / "bomb.piemodel", files | {"model.safetensors": bytes(2**20)}, zipfile.ZIP_DEFLATED)
    link = zipfile.ZipInfo("model.safetensors")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.piemodel", "w") as archive:
        archive.writestr("model.json", files["model.json"])
        archive.writestr(link, b"/etc/passwd")
    (tmp_path / "none.piemodel").write_bytes(b"no archive at all, but long enough to be one")
    for path, said in (
        (bomb, "packed by another program"),
        (tmp_path / "link.piemodel", "links or folders"),
        (tmp_path / "none.piemodel", "not a complete model file"),
        (tmp_path / "missing.piemodel", "There is no file"),
    ):
        with pytest.raises(BundleError, match=said):
            import_model(path, models)
    shutil.copytree(tmp_path, folder := tmp_path / "folder.piemodel", ignore=lambda *_: ["models", "folder.piemodel"])
    with pytest.raises(BundleError, match="is not a model bundle"):
        import_model(folder, models)


def test_its_directory_is_measured_before_it_is_read(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60_000, 60_000, 3_000_000, 0, 0)
    (tmp_path / "many.piemodel").write_bytes(bytes(3_000_000) + end)
    monkeypatch.setattr(archives.zipfile, "ZipFile", lambda file: pytest.fail("its directory was read"))
    with pytest.raises(BundleError, match="more than any model"):
        import_model(tmp_path / "many.piemodel", models)


def test_names_and_dates_of_strangers_are_only_text(shared: Path, models: Path, tmp_path: Path) -> None:
    evil = described(contents(shared), name="<img src='http://evil'>\x1b[31m\u202eevil" + "x" * 90, created="yesterday")
    taken = import_model(pack(tmp_path / "evil.piemodel", evil), models)
    assert taken.name == ("<img src='http://evil'>[31mevil" + "x" * 90)[:60]
    assert taken.created.startswith("20") and taken.path.parent == models


def test_what_is_deleted_comes_back(made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(tmp_path / "home"))
    info = own_models.import_own(made)
    with pytest.raises(BundleError, match="here already"):
        own_models.import_own(made)
    token = own_models.delete_model(info)
    assert not info.path.exists() and own_models.own_bundles() == []
    assert own_models.restore_model(token) == info.path and own_models.find_own("Evening <b>") == info
    with pytest.raises(BundleError, match="no longer in the trash"):
        own_models.restore_model(token)
    with pytest.raises(BundleError, match="yours are: “Evening <b>”"):
        own_models.find_own("Morning")
    with pytest.raises(BundleError, match="comes with the program"):
        own_models.delete_model(read_bundle_info(made))
    assert paths.models_dir().is_dir()


@pytest.mark.parametrize(
    ("card", "verdict"),
    [
        (CARD, "better"),
        (CARD | {"proof": {"verdict": "<b>perfect</b>"}}, "too few to tell"),
        ({key: CARD[key] for key in ("init", "validation")}, "too few to tell"),  # +2 dB on photos that chose it
    ],
)
def test_better_is_what_the_proof_says_and_nothing_else(made: Path, card: dict[str, Any], verdict: str) -> None:
    found = own_models.held_out(BundleInfo(made, "", "", "", card))
    assert found is not None and found.verdict == verdict and found.gain == 2.0


@pytest.mark.parametrize("validation", [None, 3, [], {"psnr": "x"}, {"psnr": 10**400, "baseline_psnr": 1}])
def test_a_card_of_any_kind_is_read(made: Path, validation: object) -> None:
    info = BundleInfo(made, "", "", "", {"init": "base", "validation": validation, "data": validation})
    assert own_models.held_out(info) is None and own_models.trained_pairs(info) is None
