"""What becomes of the edits in some folders: kinds, decisions of a person, and the index that is kept of them."""

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.pairs import inventory as inventory_module
from pie_desktop.imaging.pairs.decisions import CHOSEN, Decision, Decisions
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.folders import pairs_in_folders
from pie_desktop.imaging.pairs.index import PairIndex
from pie_desktop.imaging.pairs.inventory import SIDE, PairRow, Progress, counts, inventory, judge_missing
from pie_desktop.imaging.pairs.judge import Finding, Judged, Stamp, judge
from pie_desktop.imaging.pairs.kinds import PairKind
from pie_desktop.imaging.stored import file_digest


@pytest.fixture(scope="module")
def photos(sample_images: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Scenes without anything in common, uint8 (288, 384, 3)."""
    crops = [crop for image in sample_images.values() for crop in (image[:180, :240], image[-180:, -240:])]
    return [np.asarray(Image.fromarray(crop).resize((384, 288), Image.Resampling.LANCZOS)) for crop in crops]


def warm(image: np.ndarray) -> np.ndarray:
    return np.clip((image / 255.0) ** 0.8 * [262, 250, 215], 0, 255).astype(np.uint8)


def save(path: Path, image: np.ndarray, quality: int = 95) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, quality=quality)
    return path


@pytest.fixture
def edits(tmp_path: Path, photos: list[np.ndarray]) -> Path:
    """Three plain pairs."""
    folder = tmp_path / "edits"
    for number, image in enumerate(photos[:3]):
        save(folder / "originals" / f"{number}.jpg", image)
        save(folder / f"{number}.jpg", warm(image))
    return folder


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., dict[str, PairRow]]:
    """The rows of folders by the edits' names, by an index and decisions of their own."""

    def rows(*folders: Path) -> dict[str, PairRow]:
        decisions = Decisions(tmp_path / "own" / "decisions.json")
        index = PairIndex(tmp_path / "index", SIDE)
        guesses = [decisions.apply(guess) for guess in pairs_in_folders(folders)]
        for _ in judge_missing(guesses, index):
            pass
        return {row.guess.after.name: row for row in inventory(guesses, index, decisions)}

    return rows


def kinds(rows: dict[str, PairRow]) -> dict[str, str]:
    return {name: row.kind.value for name, row in rows.items()}


def test_each_kind_is_told_with_a_sentence(
    edits: Path, photos: list[np.ndarray], look: Callable[..., dict[str, PairRow]]
) -> None:
    originals = edits / "originals"
    save(originals / "crop.jpg", photos[3])
    save(edits / "crop.jpg", warm(photos[3][30:250, 40:350]))
    save(originals / "same.jpg", photos[4])
    save(edits / "same.jpg", photos[4], quality=90)
    save(originals / "other.jpg", photos[5])
    save(edits / "other.jpg", warm(photos[6]))
    save(edits / "0_web.jpg", warm(photos[0]), quality=80)
    save(originals / "gray.jpg", photos[7])
    save(edits / "gray.jpg", np.repeat(photos[7].mean(-1, keepdims=True), 3, axis=2).astype(np.uint8))
    save(edits / "beach-HDR.jpg", photos[6])
    save(edits / "lonely.jpg", warm(photos[6])[:, ::-1].copy())
    (originals / "broken.jpg").write_bytes(b"not a photo")
    save(edits / "broken.jpg", photos[6])
    rows = look(edits)
    assert kinds(rows) == {
        "0.jpg": "matched",
        "1.jpg": "matched",
        "2.jpg": "matched",
        "crop.jpg": "cropped",
        "same.jpg": "unchanged",
        "other.jpg": "unusable",
        "0_web.jpg": "duplicate",
        "gray.jpg": "merged",
        "beach-HDR.jpg": "merged",
        "lonely.jpg": "unmatched",
        "broken.jpg": "unusable",
    }
    for name, row in rows.items():
        assert row.used == (row.kind in (PairKind.MATCHED, PairKind.CROPPED)), name
        assert row.used or (row.reason.endswith(".") and name in row.reason), row
    assert "0.jpg" in rows["0_web.jpg"].reason and "black and white" in rows["gray.jpg"].reason
    assert "HDR" in rows["beach-HDR.jpg"].reason and "broken.jpg" in rows["broken.jpg"].reason
    assert counts(rows.values()) == {
        PairKind.MATCHED: 3, PairKind.CROPPED: 1, PairKind.UNMATCHED: 1, PairKind.DUPLICATE: 1,
        PairKind.UNCHANGED: 1, PairKind.MERGED: 2, PairKind.UNUSABLE: 2,
    }  # fmt: skip


def test_whoever_works_in_black_and_white_trains_with_that(
    edits: Path, photos: list[np.ndarray], look: Callable[..., dict[str, PairRow]]
) -> None:
    for number in range(3):
        gray = photos[number].mean(-1, keepdims=True) * 0.9
        save(edits / f"{number}.jpg", np.repeat(gray, 3, axis=2).astype(np.uint8))
    assert set(kinds(look(edits)).values()) == {"matched"}


def test_an_image_of_several_photos_is_none_of_one(
    edits: Path, photos: list[np.ndarray], look: Callable[..., dict[str, PairRow]]
) -> None:
    save(edits / "originals" / "wide.jpg", photos[5])
    save(edits / "wide.jpg", warm(np.concatenate([photos[5], photos[6], photos[7]], axis=1)))
    row = look(edits)["wide.jpg"]
    assert row.kind is PairKind.MERGED and not row.used and "several photos" in row.reason


def test_a_person_has_the_last_word_and_it_is_kept(
    edits: Path, photos: list[np.ndarray], look: Callable[..., dict[str, PairRow]], tmp_path: Path
) -> None:
    save(edits / "originals" / "gray.jpg", photos[7])
    save(edits / "gray.jpg", np.repeat(photos[7].mean(-1, keepdims=True), 3, axis=2).astype(np.uint8))
    found = save(tmp_path / "elsewhere" / "x.jpg", photos[3])
    save(edits / "lonely.jpg", warm(photos[3]))
    save(edits / "originals" / "same.jpg", photos[4])
    save(edits / "same.jpg", photos[4], quality=90)
    Decisions(tmp_path / "own" / "decisions.json").decide(
        {
            edits / "0.jpg": Decision(used=False),
            edits / "gray.jpg": Decision(used=True),
            edits / "lonely.jpg": Decision(original=str(found)),
            edits / "same.jpg": Decision(used=True),
        }
    )
    rows = look(edits)
    assert {name for name, row in rows.items() if row.used} == {"1.jpg", "2.jpg", "gray.jpg", "lonely.jpg"}
    assert rows["lonely.jpg"].guess.how == CHOSEN and rows["lonely.jpg"].decided
    assert "left out" in rows["0.jpg"].reason and not rows["same.jpg"].used
    Decisions(tmp_path / "own" / "decisions.json").decide({edits / "0.jpg": Decision()})
    assert look(edits)["0.jpg"].used
    found.unlink()  # what was chosen is gone
    assert look(edits)["lonely.jpg"].kind is PairKind.UNMATCHED


def test_what_was_decided_stays_when_an_edit_is_moved_or_renamed(
    edits: Path, look: Callable[..., dict[str, PairRow]], tmp_path: Path
) -> None:
    def decide(*changes: tuple[Path, Decision]) -> None:
        Decisions(tmp_path / "own" / "decisions.json").decide(dict(changes))

    content = look(edits)["0.jpg"].contents[0]
    assert content == file_digest(edits / "0.jpg")
    decide((edits / "0.jpg", Decision(False, content=content)))
    moved = edits.rename(tmp_path / "moved")
    for folder in (moved, moved / "originals"):
        (folder / "0.jpg").rename(folder / "renamed.jpg")
    row = look(moved)["renamed.jpg"]
    assert row.decided and not row.used and row.reason == "You left out “renamed.jpg”."
    # another photo of the old name is not the one that was left out, and what is edited anew still is
    for folder in (moved, moved / "originals"):
        (folder / "1.jpg").rename(folder / "0.jpg")
    assert look(moved)["0.jpg"].used
    decide((moved / "renamed.jpg", Decision(False, content=content)))
    with Image.open(moved / "renamed.jpg") as image:
        image.convert("RGB").save(moved / "renamed.jpg", quality=70)
    assert not look(moved)["renamed.jpg"].used
    decide((moved / "renamed.jpg", Decision(content=look(moved)["renamed.jpg"].contents[0])))
    assert look(moved)["renamed.jpg"].used
    assert json.loads((tmp_path / "own" / "decisions.json").read_text())["decisions"] == {}


def test_the_list_of_thousands_is_not_written_anew_for_every_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guesses = [PairGuess(tmp_path / f"{n}.jpg", tmp_path / "originals" / f"{n}.jpg", "") for n in range(4000)]
    index, written = PairIndex(tmp_path / "index", SIDE), []
    monkeypatch.setattr(PairIndex, "add", lambda _, judged: written.append(len(judged)))
    stamp = Stamp("", 0, 0)

    def judge_all(missing: Sequence[PairGuess]) -> Iterator[Judged]:
        return (Judged(Finding(stamp, stamp, PairKind.MATCHED)) for _ in missing)

    (*_, last) = judge_missing(guesses, index, judge_all)
    assert last == Progress(4000, 4000) and sum(written) == 4000
    assert written[0] == 64 and len(written) < 30 and max(written) <= 4000 // 8


def test_a_copy_is_decided_about_by_itself(tmp_path: Path) -> None:
    decisions = Decisions(tmp_path / "decisions.json")
    first, second = tmp_path / "a.jpg", tmp_path / "b.jpg"
    for path in (first, second):
        path.write_bytes(b"the same")
    decisions.decide({first: Decision(False, content="same")})
    assert decisions.of(second, "same").used is False  # until something else is said of it
    decisions.decide({second: Decision(True, content="same")})
    assert (decisions.of(first, "same").used, decisions.of(second, "same").used) == (False, True)
    decisions.decide({second: Decision(content="same")})
    assert decisions.of(first, "same").empty and decisions.of(second, "same").empty


def test_damaged_decisions_are_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    for text in ("{", '{"format": 1, "decisions": {"a": {"used": "perhaps"}}}', '{"format": 9, "decisions": {}}', "[]"):
        path.write_text(text)
        decisions = Decisions(path)
        assert "decide again" in decisions.problem and decisions.of(Path("a")) == Decision() and not path.exists()


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the edits that were looked at, not taken from the index."""
    names: list[str] = []

    def note(guess: object, side: int) -> object:
        names.append(guess.after.name)  # type: ignore[attr-defined]
        return judge(guess, side)  # type: ignore[arg-type]

    monkeypatch.setattr(inventory_module, "judge", note)
    return names


def test_only_new_changed_and_moved_pairs_are_looked_at_again(
    edits: Path, photos: list[np.ndarray], look: Callable[..., dict[str, PairRow]], judged: list[str]
) -> None:
    first = look(edits)
    assert sorted(judged) == ["0.jpg", "1.jpg", "2.jpg"]
    judged.clear()
    assert look(edits) == first and judged == []
    save(edits / "originals" / "3.jpg", photos[3])
    save(edits / "3.jpg", warm(photos[3]))
    save(edits / "1.jpg", np.clip(photos[1] * [0.8, 0.9, 1.0], 0, 255).astype(np.uint8))
    (edits / "2.jpg").unlink()
    assert sorted(look(edits)) == ["0.jpg", "1.jpg", "3.jpg"] and sorted(judged) == ["1.jpg", "3.jpg"]


def test_photos_are_compared_by_content_once(
    photos: list[np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "best" / "harbour.jpg", warm(photos[0]))
    save(tmp_path / "camera" / "raw" / "DSC_0.jpg", photos[0])
    folders = [tmp_path / "best", tmp_path / "camera"]
    index = PairIndex(tmp_path / "index", SIDE)
    first = pairs_in_folders(folders, known=index.originals)
    deque(judge_missing(first, index), maxlen=0)
    monkeypatch.setattr("pie_desktop.imaging.pairs.folders.match_by_content", lambda *_: pytest.fail("looked again"))
    assert pairs_in_folders(folders, known=index.originals) == first and first[0].before is not None


def test_the_images_are_mapped_and_are_those_of_the_pairs(
    edits: Path, look: Callable[..., dict[str, PairRow]], tmp_path: Path
) -> None:
    rows = look(edits)
    guesses = [rows[name].guess for name in ("2.jpg", "0.jpg")]
    index = PairIndex(tmp_path / "index", SIDE)
    images, places = index.images(guesses)
    assert isinstance(images, np.memmap) and images.dtype == np.uint8
    for guess, place in zip(guesses, places, strict=True):
        assert np.array_equal(images[place], judge(guess, SIDE).images)


def test_edits_that_change_again_and_again_do_not_fill_the_disk(
    edits: Path, look: Callable[..., dict[str, PairRow]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pie_desktop.imaging.pairs.index.GARBAGE", 3)
    expected = look(edits)
    for time in range(4):
        for name in ("0.jpg", "1.jpg", "2.jpg"):
            os.utime(edits / name, (time, time))
        rows = look(edits)
    (images,) = (tmp_path / "index").glob("*.images")
    assert images.stat().st_size <= 6 * 2 * SIDE * SIDE * 3
    assert kinds(rows) == kinds(expected)
    mapped, places = PairIndex(tmp_path / "index", SIDE).images([row.guess for row in rows.values()])
    for row, place in zip(rows.values(), places, strict=True):
        assert np.array_equal(mapped[place], judge(row.guess, SIDE).images)


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: "{",
        lambda stored: json.dumps(stored | {"format": 99}),
        lambda stored: json.dumps(stored | {"images": "../../secret.images"}),
        lambda stored: json.dumps(stored | {"rows": 10**9}),
        lambda stored: json.dumps(stored | {"pairs": [p | {"row": 10**6} for p in stored["pairs"]]}),
        lambda stored: json.dumps(stored | {"pairs": "none"}),
        lambda stored: json.dumps(stored | {"rows": -1}),
    ],
)
def test_a_damaged_or_foreign_index_is_made_anew(
    edits: Path,
    look: Callable[..., dict[str, PairRow]],
    judged: list[str],
    tmp_path: Path,
    damage: Callable[[dict[str, object]], str],
) -> None:
    first = look(edits)
    path = tmp_path / "index" / f"pairs-{SIDE}.json"
    path.write_text(damage(json.loads(path.read_text())))
    judged.clear()
    assert look(edits) == first and len(judged) == 3
    judged.clear()
    assert look(edits) == first and judged == []


def test_images_that_are_gone_are_made_anew(
    edits: Path, look: Callable[..., dict[str, PairRow]], judged: list[str], tmp_path: Path
) -> None:
    first = look(edits)
    (images,) = (tmp_path / "index").glob("*.images")
    images.write_bytes(images.read_bytes()[:1000])
    judged.clear()
    assert look(edits) == first and len(judged) == 3
