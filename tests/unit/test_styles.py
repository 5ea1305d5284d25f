"""The library of styles: making, changing, surviving moved files, damage and other processes."""

import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data, transform

from pie_desktop import paths
from pie_desktop.errors import Cancelled, StyleError
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.pairs import check
from pie_desktop.imaging.pairs.alignment import AlignedPair, align
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.styles import references, trash
from pie_desktop.styles.store import StyleLibrary


def small(image: np.ndarray, width: int = 150) -> np.ndarray:
    height = round(image.shape[0] * width / image.shape[1])
    return (transform.resize(image, (height, width), anti_aliasing=True) * 255).astype(np.uint8)


def warm(image: np.ndarray) -> np.ndarray:
    return np.clip(image * np.array([1.15, 1.0, 0.8]), 0, 255).astype(np.uint8)


def save(image: np.ndarray, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    return StyleLibrary(tmp_path / "home" / "styles", builtin=tmp_path / "builtin")


@pytest.fixture
def pairs(tmp_path: Path) -> list[EditPair]:
    made = []
    for name in ("coffee", "chelsea", "rocket"):
        image = small(getattr(data, name)())
        before = save(image, tmp_path / "photos" / f"{name}.png")
        made.append(EditPair(save(warm(image), tmp_path / "photos" / f"{name}_edit.png"), before))
    return made


def test_a_style_outlives_its_source_files(library: StyleLibrary, pairs: list[EditPair]) -> None:
    report = library.create("Warm", pairs)
    assert (report.added, report.problems) == (3, ())
    for pair in pairs:
        pair.after.unlink()
        assert pair.before is not None
        pair.before.unlink()

    style = StyleLibrary(library.folder).find("warm")
    assert style == report.style
    assert style.pair_count == 3
    assert [Path(reference.source).name for reference in style.references] == [pair.after.name for pair in pairs]
    after = np.asarray(Image.open(style.references[0].after)).astype(int)
    assert np.abs(after - warm(small(data.coffee()))).mean() < 2


def test_copies_are_small(library: StyleLibrary, tmp_path: Path) -> None:
    big = save(np.kron(small(data.coffee()), np.ones((10, 10, 1), np.uint8)), tmp_path / "big.png")
    style = library.create("Big", [EditPair(big)]).style
    with Image.open(style.references[0].after) as copy:
        assert max(copy.size) == references.COPY_SIDE


def test_a_16_bit_reference_keeps_its_brightness(library: StyleLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    ramp = np.repeat(np.linspace(0, 255, 30).astype(np.uint16)[None, :, None], 20, axis=0).repeat(3, axis=2)
    monkeypatch.setattr(check, "load_photo", lambda path, max_side: ramp * 257)
    edit = library.folder.parent / "any"
    library.folder.mkdir(parents=True)
    edit.write_bytes(b"-")
    style = library.create("Deep", [EditPair(edit)]).style
    assert np.abs(np.asarray(Image.open(style.references[0].after)).astype(int) - ramp).max() <= 2


def test_duplicates_are_told_and_not_added(library: StyleLibrary, pairs: list[EditPair], tmp_path: Path) -> None:
    again = tmp_path / "same content.png"
    again.write_bytes(pairs[0].after.read_bytes())
    report = library.create("Warm", [*pairs, EditPair(again)])
    assert report.added == 3
    assert len(report.problems) == 1
    assert "same content.png" in report.problems[0]

    report = library.add(report.style.id, pairs)
    assert report.added == 0
    assert len(report.problems) == 3
    assert len(report.style.references) == 3


def test_a_later_original_joins_its_edit(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Warm", [EditPair(pairs[0].after)]).style
    assert style.pair_count == 0
    report = library.add(style.id, [pairs[0]])
    assert (report.added, report.style.pair_count, len(report.problems)) == (0, 1, 1)
    assert report.style.fingerprint != style.fingerprint


def test_what_is_no_image_is_reported_and_the_rest_goes_on(
    library: StyleLibrary, pairs: list[EditPair], tmp_path: Path
) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not a photo")
    empty = tmp_path / "empty.jpg"
    empty.touch()
    bad_before = EditPair(pairs[1].after, text)
    gone = EditPair(tmp_path / "gone.jpg")
    report = library.create("Warm", [EditPair(text), pairs[0], EditPair(empty), gone, bad_before])
    assert report.added == 2
    assert report.style.pair_count == 1
    assert len(report.problems) == 4
    for name in ("notes.jpg", "empty.jpg", "gone.jpg", "chelsea_edit.png"):
        assert sum(name in problem for problem in report.problems) == 1 + (name == "notes.jpg")


def test_nothing_is_left_of_a_style_without_a_usable_reference(library: StyleLibrary, tmp_path: Path) -> None:
    text = tmp_path / "notes.jpg"
    text.write_text("not a photo")
    with pytest.raises(StyleError, match=r"notes\.jpg"):
        library.create("Nothing", [EditPair(text)])
    with pytest.raises(StyleError):
        library.create("Nothing", [])
    assert [entry.name for entry in library.folder.iterdir() if entry.name != ".lock"] == []


def test_no_more_than_fifty_at_once(library: StyleLibrary, pairs: list[EditPair]) -> None:
    with pytest.raises(StyleError, match="51"):
        library.create("Many", [pairs[0]] * 51)


def test_cancelling_leaves_nothing(library: StyleLibrary, pairs: list[EditPair]) -> None:
    told: list[tuple[float, str]] = []
    with pytest.raises(Cancelled):
        library.create(
            "Warm", pairs, lambda fraction, text: told.append((fraction, text)), should_cancel=lambda: len(told) > 1
        )
    assert [fraction for fraction, _ in told] == [0, pytest.approx(1 / 3)]
    assert library.list() == []
    assert not any(entry.name.startswith(".staging") for entry in library.folder.iterdir())


def test_what_is_no_pair_is_told(library: StyleLibrary, pairs: list[EditPair], tmp_path: Path) -> None:
    other_shape = save(small(data.rocket())[:, :60], tmp_path / "other shape.png")
    other = save(small(data.rocket(), 150)[:99], tmp_path / "other.png")
    report = library.create("Warm", [EditPair(pairs[0].after, other_shape), EditPair(pairs[1].after, pairs[1].after)])
    assert (report.added, report.style.pair_count) == (2, 0)
    assert "shape" in report.problems[0]
    assert "identical" in report.problems[1]
    with pytest.raises(StyleError, match="same frame"):
        library.set_before(report.style.id, "001", other)
    assert library.get(report.style.id) == report.style


@pytest.mark.parametrize("name", ["coffee", "chelsea", "rocket", "astronaut"])
def test_strong_edits_are_still_pairs(name: str) -> None:
    image = small(getattr(data, name)(), 300)
    grey = np.repeat(image.mean(axis=-1, keepdims=True), 3, axis=-1)
    for edit in (warm(image), grey * 0.4, 255 * (image / 255) ** 0.4, 255 * (image / 255) ** 2.5, 255 - image):
        pair = align(edit.astype(np.uint8), image)
        assert isinstance(pair, AlignedPair) and not pair.moved


def test_original_of_another_size_is_fitted(library: StyleLibrary, pairs: list[EditPair], tmp_path: Path) -> None:
    larger = save(small(data.coffee(), 331), tmp_path / "larger.png")
    style = library.create("Warm", [EditPair(pairs[0].after)]).style
    style = library.set_before(style.id, "001", larger).style
    reference = style.references[0]
    assert reference.before is not None
    assert Image.open(reference.before).size == Image.open(reference.after).size
    assert reference.before_source == str(larger)
    style = library.set_before(style.id, "001", None).style
    assert style.references[0].before is None
    assert not reference.before.exists()


def test_references_are_removed_but_not_the_last(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Warm", pairs[:2]).style
    style = library.remove_reference(style.id, "001")
    assert [reference.id for reference in style.references] == ["002"]
    assert len(list((style.folder / "refs").iterdir())) == 2
    with pytest.raises(StyleError, match="at least one"):
        library.remove_reference(style.id, "002")
    style = library.add(style.id, [pairs[2]]).style
    assert [reference.id for reference in style.references] == ["002", "003"]


def test_a_removed_reference_comes_back_as_it_was(library: StyleLibrary, pairs: list[EditPair]) -> None:
    before = library.create("Warm", pairs[:2]).style
    pixels = before.references[0].after.read_bytes()
    library.remove_reference(before.id, "001")
    assert library.duplicate(before.id).references[0].id == "002"
    assert library.restore_reference(before.id, "001") == before
    assert before.references[0].after.read_bytes() == pixels
    assert library.restore_reference(before.id, "001") == before, "as a version has brought it back"
    for unknown in ("999", "../refs"):
        with pytest.raises(StyleError, match="brought back"):
            library.restore_reference(before.id, unknown)
    assert library.get(before.id) == before


def test_names_are_unique(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Warm", pairs[:1]).style
    other = library.create("Cool", pairs[1:2]).style
    with pytest.raises(StyleError, match="already"):
        library.create(" WARM ", pairs)
    with pytest.raises(StyleError, match="already"):
        library.rename(other.id, "warm")
    assert library.rename(style.id, "WARM").name == "WARM"
    assert library.unique_name("warm") == "warm 2"
    for bad in ("", "  ", "a\nb", "x" * 81):
        with pytest.raises(StyleError):
            library.rename(style.id, bad)
    with pytest.raises(StyleError, match="“Cool”"):
        library.find("Hot")


def test_delete_can_be_undone(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Warm", pairs).style
    token = library.delete(style.id)
    assert library.list() == []
    replacement = library.create("Warm", pairs[:1]).style
    back = library.undelete(token)
    assert (back.id, back.name, len(back.references)) == (style.id, "Warm 2", 3)
    assert {found.id for found in library.list()} == {style.id, replacement.id}
    with pytest.raises(StyleError):
        library.undelete(token)


def test_trash_is_purged_after_a_month(
    library: StyleLibrary, pairs: list[EditPair], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = library.delete(library.create("Warm", pairs[:1]).style.id)
    StyleLibrary(library.folder)
    assert (library.folder / ".trash" / token).is_dir()
    month_later = trash.time.time_ns() + 31 * 24 * 3600 * 10**9
    monkeypatch.setattr(trash.time, "time_ns", lambda: month_later)
    StyleLibrary(library.folder)
    assert not (library.folder / ".trash" / token).exists()


def test_builtin_styles_are_read_only(library: StyleLibrary, pairs: list[EditPair], tmp_path: Path) -> None:
    style = library.create("Shipped", pairs[:1]).style
    (tmp_path / "builtin").mkdir()
    style.folder.rename(tmp_path / "builtin" / "shipped")
    (shipped,) = library.list()
    assert shipped.builtin
    for change in (
        lambda: library.rename("shipped", "Mine"),
        lambda: library.delete("shipped"),
        lambda: library.add("shipped", pairs),
        lambda: library.remove_reference("shipped", "001"),
        lambda: library.set_before("shipped", "001", None),
    ):
        with pytest.raises(StyleError, match="duplicate"):
            change()
    copy = library.duplicate("shipped")
    assert (copy.name, copy.builtin) == ("Shipped copy", False)
    assert library.duplicate("shipped").name == "Shipped copy 2"
    assert library.add(copy.id, pairs).added == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"format": 1, "name": "x"}', b'{"format": "1"}'],
)
def test_a_damaged_style_is_set_aside_and_stops_nobody(
    library: StyleLibrary, pairs: list[EditPair], content: bytes
) -> None:
    damaged = library.create("Damaged", pairs[:1]).style
    sound = library.create("Sound", pairs[1:2]).style
    (damaged.folder / "style.json").write_bytes(content)
    assert library.list() == [sound]
    (problem,) = library.take_problems()
    assert damaged.id in problem
    assert library.take_problems() == []
    (kept,) = (library.folder / ".damaged").iterdir()
    assert (kept / "style.json").read_bytes() == content
    assert (kept / "refs" / "001_after.jpg").is_file()
    assert library.create("Damaged", pairs[:1]).added == 1


def test_half_a_character_in_a_style_can_be_read_and_written(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Warm", pairs).style
    description = json.loads((style.folder / "style.json").read_text())
    description["name"], description["references"][0]["source"] = "Wa\ud800rm", "/photos/\udcff.jpg"
    (style.folder / "style.json").write_text(json.dumps(description))
    (read,) = library.list()
    assert read.name == "Wa?rm" and read.references[0].source == "/photos/?.jpg"
    assert library.rename(style.id, "Warmer").name == "Warmer"
    library.remove_reference(style.id, "001")
    library.restore_reference(style.id, "001")
    assert len(library.get(style.id).references) == len(pairs)


def test_a_style_whose_time_has_no_zone_is_listed_with_the_others(library: StyleLibrary, pairs: list[EditPair]) -> None:
    old = library.create("Old", pairs[:1]).style
    new = library.create("New", pairs[1:2]).style
    description = json.loads((old.folder / "style.json").read_text()) | {"created": "2020-01-01T00:00:00"}
    (old.folder / "style.json").write_text(json.dumps(description))
    assert [style.id for style in library.list()] == [new.id, old.id]


def test_a_style_of_a_newer_version_is_left_alone(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Later", pairs[:1]).style
    (style.folder / "style.json").write_text('{"format": 999, "surprise": true}')
    assert library.list() == []
    assert "newer" in library.take_problems()[0]
    assert style.folder.is_dir()


def test_style_json_cannot_point_outside(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Warm", pairs[:1]).style
    path = style.folder / "style.json"
    description = json.loads(path.read_text())
    description["references"][0]["after"] = "../../../secret.jpg"
    path.write_text(json.dumps(description))
    assert library.list() == []
    with pytest.raises(StyleError):
        library.get(f"../styles/{style.id}")


def test_a_lost_copy_costs_one_reference_only(library: StyleLibrary, pairs: list[EditPair]) -> None:
    style = library.create("Warm", pairs).style
    style.references[0].after.unlink()
    before = style.references[1].before
    assert before is not None
    before.unlink()
    style = library.get(style.id)
    assert [reference.id for reference in style.references] == ["002", "003"]
    assert style.pair_count == 1


def test_a_folder_that_cannot_be_written(tmp_path: Path, pairs: list[EditPair]) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    library = StyleLibrary(in_the_way / "styles", builtin=tmp_path / "builtin")
    assert library.list() == []
    with pytest.raises(StyleError, match="cannot be written"):
        library.create("Warm", pairs)


def _add_one_by_one(folder: Path, style_id: str, edits: list[Path]) -> None:
    library = StyleLibrary(folder)
    for edit in edits:
        library.add(style_id, [EditPair(edit)])


def test_two_processes_lose_nothing(library: StyleLibrary, pairs: list[EditPair], tmp_path: Path) -> None:
    style = library.create("Warm", pairs[:1]).style
    chelsea = small(data.chelsea(), 60)
    shades = [save((chelsea * (0.4 + 0.04 * shade)).astype(np.uint8), tmp_path / f"{shade}.png") for shade in range(16)]
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_add_one_by_one, args=(library.folder, style.id, shades[start::2])) for start in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    style = library.get(style.id)
    assert len(style.references) == 17
    assert len({reference.id for reference in style.references}) == 17
    for reference in style.references[1:]:
        copied = np.asarray(Image.open(reference.after)).mean()
        assert copied == pytest.approx(np.asarray(Image.open(reference.source)).mean(), abs=1)


def test_shipped_styles_are_small_and_all_pairs() -> None:
    shipped = StyleLibrary(paths.styles_dir()).list()
    assert len(shipped) == 3
    assert all(style.builtin and style.pair_count == len(style.references) >= 5 for style in shipped)
    for style in shipped:
        for reference in style.references:
            assert reference.before is not None
            edit, original = np.asarray(Image.open(reference.after)), np.asarray(Image.open(reference.before))
            assert 3 < mean_delta_e(original, edit) < 25
    assert sum(file.stat().st_size for file in paths.resource("styles").rglob("*") if file.is_file()) < 2e6


def test_a_style_whose_original_is_half_described_is_set_aside_and_not_found_out_when_the_pair_is_swapped(
    library: StyleLibrary, pairs: list[EditPair]
) -> None:
    style = library.create("Warm", pairs).style
    file = style.folder / "style.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    del document["references"][0]["before_source"]
    file.write_text(json.dumps(document), encoding="utf-8")
    assert library.list() == []
    assert len(library.take_problems()) == 1
