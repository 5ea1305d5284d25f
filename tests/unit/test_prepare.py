"""Data sets of experts: their folders, what is wrong with them, the cache, and groups from it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from training.cli import app
from training.data import preparing
from training.data.fivek import find_dataset
from training.data.inspection import inspect
from training.data.prepared import PreparedSource, open_prepared
from training.data.preparing import PrepareReport, prepare, split_photos
from training.running.processes import Share

SIDE = 48


def _edit(image: np.ndarray, expert: int) -> np.ndarray:
    """Another warmth and brightness for every expert."""
    gains = np.array([1 + 0.05 * expert, 1.0, 1 - 0.08 * expert])
    return np.clip(image * gains + 4 * expert, 0, 255).astype(np.uint8)


@pytest.fixture
def fivek(tmp_path: Path, photo_folder_of_crops: Path) -> Callable[..., Path]:
    """Makes a data set: folder names of the unedited photos and of the experts A, B, ..."""

    def make(unedited: str, *experts: str, count: int = 12) -> Path:
        root = tmp_path / "fivek"
        for number, path in enumerate(sorted(photo_folder_of_crops.glob("*.jpg"))[:count]):
            image = np.asarray(Image.open(path))
            for expert, folder in enumerate((unedited, *experts)):
                target = root / folder.format(split="test" if number % 4 == 3 else "train")
                target.mkdir(parents=True, exist_ok=True)
                edited = image if expert == 0 else _edit(image, expert)
                Image.fromarray(edited).save(target / f"a{number + 1:04d}.jpg", quality=95)
        return root

    return make


ALL = [f"expert {letter}" for letter in "ABCDE"]
LAYOUTS = {
    "plain": ("input", *(f"expert{letter}" for letter in "ABCDE")),
    "letters": ("raw", *"abcde"),
    "tiff": ("original", *(f"tiff16_{letter}" for letter in "abcde")),
    "catalog": ("(default) Input with ExpertC WhiteBalance minus1.5", *(f"Experts/{letter}" for letter in "ABCDE")),
    "numbered": ("{split}/06-Inputs-Zeroed", *(f"{{split}}/{n:02d}-Experts-{c}" for n, c in enumerate("ABCDE", 1))),
    "splits inside": ("ExpertA_input/{split}", *(f"Expert{letter}/{{split}}" for letter in "ABCDE")),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_recognised(fivek: Callable[..., Path], layout: str) -> None:
    dataset = find_dataset(fivek(*LAYOUTS[layout]))
    assert list(dataset.styles) == ALL and not dataset.missing_experts() and not dataset.warnings
    assert sorted(dataset.inputs) == [f"a{n:04d}" for n in range(1, 13)]
    assert all(dataset.styles[name].keys() == dataset.inputs.keys() for name in ALL)
    assert dataset.inputs["a0003"].parent != dataset.styles["expert C"]["a0003"].parent
    expected = {}
    if any("{split}" in folder for folder in LAYOUTS[layout]):
        expected = {f"a{n:04d}": "test" if n % 4 == 0 else "train" for n in range(1, 13)}
    assert dataset.splits == expected


def test_styles_of_ones_own(fivek: Callable[..., Path], tmp_path: Path) -> None:
    """A folder within, one elsewhere, long FiveK names; a folder of other photos is told and ignored."""
    root = fivek("input", "07-Film look", "faded")
    for path in (root / "faded").iterdir():
        path.rename(path.with_name(f"{path.stem}-jmac_DSC1459.jpg"))
    elsewhere = tmp_path / "lightroom"
    (root / "faded").rename(elsewhere)
    (root / "holidays").mkdir()
    Image.new("RGB", (100, 80)).save(root / "holidays" / "beach.jpg")
    dataset = find_dataset(root, [elsewhere])
    assert list(dataset.styles) == ["Film look", "lightroom"] and not dataset.missing_experts()
    assert dataset.styles["lightroom"].keys() == dataset.inputs.keys()
    assert "holidays is ignored" in dataset.warnings[0]


def test_validation_may_be_the_test_photos(fivek: Callable[..., Path]) -> None:
    """As StarEnhancer has it; the sizes may differ, so one folder has to serve for all versions."""
    root = fivek(*LAYOUTS["numbered"])
    shutil.copytree(root / "test", root / "valid")
    dataset = find_dataset(root)
    assert set(dataset.splits.values()) == {"train", "test"} and not dataset.warnings
    versions = [dataset.inputs, *dataset.styles.values()]
    assert {photos["a0004"].relative_to(root).parts[0] for photos in versions} == {"test"}


def test_second_unedited_version_is_told_and_ignored(fivek: Callable[..., Path]) -> None:
    root = fivek("06-Inputs-AsShot", "Film")
    shutil.copytree(root / "06-Inputs-AsShot", root / "07-Inputs-Daylight")
    dataset = find_dataset(root)
    assert {path.parent.name for path in dataset.inputs.values()} == {"06-Inputs-AsShot"}
    assert len(dataset.warnings) == 1 and "07-Inputs-Daylight are ignored" in dataset.warnings[0]
    assert list(dataset.styles) == ["Film"]


def test_folders_that_cannot_be_used(fivek: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(PieError, match="There is no folder"):
        find_dataset(tmp_path / "nowhere")
    root = fivek("input", "expertA")
    with pytest.raises(PieError, match=r"No photo was found in .*empty"):
        find_dataset(root, [tmp_path / "empty"])
    (root / "train" / "expertA").mkdir(parents=True)
    (root / "test" / "expertA").mkdir(parents=True)
    for split in ("train", "test"):
        Image.new("RGB", (80, 80)).save(root / split / "expertA" / "a0050.jpg")
    with pytest.raises(PieError, match="a0050 lies both in"):
        find_dataset(root)
    (root / "input").rename(tmp_path / "gone")
    with pytest.raises(PieError, match="No unedited photos were found"):
        find_dataset(root / "expertA")


def _damage(root: Path) -> None:
    """A missing expert, a missing and an additional photo, an unreadable, a cropped and a small one."""
    (root / "expertB" / "a0001.jpg").unlink()
    (root / "expertC" / "a0099.jpg").write_bytes((root / "expertC" / "a0002.jpg").read_bytes())
    (root / "expertA" / "a0002.jpg").write_bytes(b"not a photo")
    cropped = root / "expertC" / "a0003.jpg"
    Image.open(cropped).crop((0, 0, 180, 180)).save(cropped)
    for folder in root.iterdir():
        Image.open(folder / "a0004.jpg").resize((40, 30)).save(folder / "a0004.jpg")


def test_report_names_what_is_wrong(fivek: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root = fivek("input", "expertA", "expertB", "expertC")
    _damage(root)
    # nothing is decoded for the report
    monkeypatch.setattr(preparing, "load_photo", lambda *_, **__: pytest.fail("a photo was decoded"))
    found = inspect(find_dataset(root), SIDE)
    kinds = {kind: [p.message for p in found.problems if p.kind == kind] for kind in {p.kind for p in found.problems}}
    assert kinds["missing experts"] == ["There is no folder of expert D.", "There is no folder of expert E."]
    assert "In expert B, photo a0001 is missing." in kinds["unequal counts"]
    assert "Unedited, photo a0099 is missing." in kinds["unequal counts"] and len(kinds["unequal counts"]) == 4
    assert len(kinds["unreadable"]) == 1 and "a0002.jpg" in kinds["unreadable"][0]
    assert len(kinds["too small"]) == 4 and "40 x 30" in kinds["too small"][0]
    numbers = [versions.number for versions in found.whole]
    assert numbers == ["a0003", *(f"a{n:04d}" for n in range(5, 13))]  # a crop is looked at when it is decoded
    with pytest.raises(PieError, match=r"has problems .*missing experts.*9 whole photos with --skip-bad"):
        found.require(skip_bad=False)
    found.require(skip_bad=True)
    with pytest.raises(PieError, match="Only 0 photos"):
        inspect(find_dataset(root), 999).require(skip_bad=True)


def _prepare(root: Path, out: Path, **options: object) -> PrepareReport:
    found = inspect(find_dataset(root), SIDE)
    return prepare(found.dataset, found.whole, out, SIDE, **options)  # type: ignore[arg-type]


def test_cache_holds_every_version(fivek: Callable[..., Path], tmp_path: Path) -> None:
    root = fivek(*LAYOUTS["numbered"])
    assert _prepare(root, tmp_path / "cache") == PrepareReport(12, 12, ())
    data = open_prepared(tmp_path / "cache")
    assert list(data.styles) == ALL and data.before.shape == (12, SIDE, SIDE, 3)
    assert isinstance(data.before, np.memmap) and not (tmp_path / "cache" / "done.npy").exists()
    assert [data.names[row] for row in data.rows("test")] == ["a0004", "a0008", "a0012"]
    assert len(data.rows("validation")) == 1 and len(data.rows("train")) == 8
    photo = Image.open(root / "train" / "06-Inputs-Zeroed" / "a0001.jpg")
    expected = np.asarray(photo).reshape(180, 240, 3).mean((0, 1))
    assert np.allclose(data.before[0].mean((0, 1)), expected, atol=1)
    assert np.allclose(data.after[3][0], _edit(data.before[0], 4), atol=24)
    # what is finished stays as it is, and is not taken for another
    assert _prepare(root, tmp_path / "cache").made == 0
    (root / "train" / "06-Inputs-Zeroed" / "a0001.jpg").touch()
    with pytest.raises(PieError, match="holds the cache of other photos"):
        _prepare(root, tmp_path / "cache")
    with pytest.raises(PieError, match="has no style expert X; it has expert A"):
        data.only(["expert X"])
    assert data.only(["expert C"]).styles == ("expert C",)


def test_interrupted_cache_goes_on(fivek: Callable[..., Path], tmp_path: Path) -> None:
    """A file whose pixels are damaged stops the work; mended, only what is missing is decoded."""
    root, out = fivek("input", *(f"expert{letter}" for letter in "ABCDE")), tmp_path / "cache"
    victim = root / "expertB" / "a0007.jpg"
    whole = victim.read_bytes()
    victim.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PieError, match=r"a0007.jpg.*Fix it and start again"):
        _prepare(root, out)
    with pytest.raises(PieError, match=r"no finished cache .*python -m training prepare"):
        open_prepared(out)
    victim.write_bytes(whole)
    report = _prepare(root, out)
    assert (report.photos, report.made) == (12, 6)
    fresh = tmp_path / "fresh"
    _prepare(root, fresh)
    for file in ("input.npy", "style-1.npy", "index.json"):
        assert (out / file).read_bytes() == (fresh / file).read_bytes()


def test_ctrl_c_keeps_what_was_decoded(fivek: Callable[..., Path], tmp_path: Path) -> None:
    root, out, decoded = fivek("input", "Film"), tmp_path / "cache", iter(range(5))

    def interrupted(_: float) -> None:
        if next(decoded) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _prepare(root, out, progress=interrupted)
    assert _prepare(root, out).made == 12 - 5


def test_damaged_pixels_can_be_skipped(fivek: Callable[..., Path], tmp_path: Path) -> None:
    root = fivek("input", *(f"expert{letter}" for letter in "ABCDE"))
    victim = root / "expertB" / "a0007.jpg"
    victim.write_bytes(victim.read_bytes()[:4000])
    report = _prepare(root, tmp_path / "cache", skip_bad=True)
    assert (report.photos, report.made) == (11, 11) and "a0007" in report.left_out[0]
    data = open_prepared(tmp_path / "cache")
    used = np.concatenate([data.rows(split) for split in ("train", "validation", "test")])
    assert sorted(used) == [n for n in range(12) if n != 6]


def test_worker_processes_make_the_same_cache(fivek: Callable[..., Path], tmp_path: Path) -> None:
    root = fivek("input", "Film")
    _prepare(root, tmp_path / "one")
    _prepare(root, tmp_path / "two", workers=2)
    assert (tmp_path / "one" / "style-0.npy").read_bytes() == (tmp_path / "two" / "style-0.npy").read_bytes()


def test_full_disk_is_told_before(fivek: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = preparing.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(preparing.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(PieError, match=r"The cache needs .* GB"):
        _prepare(fivek("input", "Film"), tmp_path / "cache")


def test_split_does_not_depend_on_order_and_keeps_what_folders_tell() -> None:
    numbers = [f"a{n:04d}" for n in range(200)]
    splits = dict(zip(numbers, split_photos(numbers, {}), strict=True))
    turned = numbers[::-1]
    assert dict(zip(turned, split_photos(turned, {}), strict=True)) == splits
    counts = {split: list(splits.values()).count(split) for split in ("train", "validation", "test")}
    assert counts == {"train": 171, "validation": 9, "test": 20}
    known = dict.fromkeys(numbers[:50], "test")
    kept = dict(zip(numbers, split_photos(numbers, known), strict=True))
    assert [n for n in numbers if kept[n] == "test"] == numbers[:50]


def test_groups_are_experts_with_the_same_views(fivek: Callable[..., Path], tmp_path: Path) -> None:
    _prepare(fivek(*LAYOUTS["numbered"]), tmp_path / "cache")
    data = open_prepared(tmp_path / "cache")
    source = PreparedSource(data, side=24, users=6, shots=4, seed=5)
    group = source.group(3)
    assert group.input.shape == group.target.shape == (6, 4, 3, 24, 24)
    assert float(group.input.min()) >= 0 and 0.5 < float(group.input.max()) <= 1
    styles = source.styles_of(3)
    assert sorted(styles[:5]) == [0, 1, 2, 3, 4]
    for user, style in enumerate(styles):
        # the same crop, turned by this expert's hand
        image = group.input[user].permute(0, 2, 3, 1).numpy() * 255
        expected = np.clip(image * [1 + 0.05 * (style + 1), 1, 1 - 0.08 * (style + 1)] + 4 * (style + 1), 0, 255)
        found = group.target[user].permute(0, 2, 3, 1).numpy() * 255
        assert np.abs(found - expected).mean() < 4
    again = PreparedSource(data, side=24, users=6, shots=4, seed=5).group(3)
    assert torch.equal(group.target, again.target)
    part = source.shared(Share(1, 2))
    assert torch.equal(part.group(3).target, group.target[3:])
    assert part.styles_of(3).tolist() == styles[3:].tolist()
    name = source.describe(3)
    assert name.startswith("group 3 (a00") and "more)" in name and source.names[0].startswith("a00")
    tested = PreparedSource(data, 24, 2, 3, 0, split="test")
    assert tested.names == ["a0004", "a0008", "a0012"]


def test_command_reports_stops_and_prepares(fivek: Callable[..., Path], tmp_path: Path) -> None:
    root, out = fivek("input", "expertA", "expertB", "expertC"), tmp_path / "cache"
    _damage(root)
    command = ["prepare", "--dataset", str(root), "--out", str(out), "--side", str(SIDE), "--workers", "1"]
    stopped = CliRunner().invoke(app, command)
    assert "There is no folder of expert D." in stopped.output and isinstance(stopped.exception, PieError)
    assert not out.exists()
    dry = CliRunner().invoke(app, [*command, "--skip-bad", "--dry-run"])
    assert dry.exit_code == 0 and "whole: 9 photos" in dry.output and not out.exists()
    done = CliRunner().invoke(app, [*command, "--skip-bad"])
    cropped = "expertC/a0003.jpg" in done.output
    assert done.exit_code == 0 and f"{9 - cropped} photos in" in done.output
    assert sum(map(bool, open_prepared(out).splits)) == 9 - cropped


def test_damaged_cache_is_told(fivek: Callable[..., Path], tmp_path: Path) -> None:
    _prepare(fivek("input", "Film"), tmp_path / "cache")
    (tmp_path / "cache" / "style-0.npy").write_bytes(b"")
    with pytest.raises(PieError, match="is damaged"):
        open_prepared(tmp_path / "cache")


def test_cache_that_lost_a_file_is_made_whole(fivek: Callable[..., Path], tmp_path: Path) -> None:
    root, out = fivek("input", "Film", "Faded"), tmp_path / "cache"
    victim = root / "Faded" / "a0012.jpg"
    whole = victim.read_bytes()
    victim.write_bytes(whole[:4000])
    with pytest.raises(PieError, match="Fix it"):
        _prepare(root, out)
    victim.write_bytes(whole)
    (out / "style-1.npy").unlink()
    assert _prepare(root, out).made == 12
    assert open_prepared(out).after[1].reshape(12, -1).any(1).all()
