"""`.piestyle` files: there and back without a change, and whatever a stranger may put into one is refused."""

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.engine.engine import Engine
from pie_desktop.errors import Cancelled, StyleError
from pie_desktop.imaging import archive as archives
from pie_desktop.imaging.pairs.find import EditPair
from pie_desktop.model.inference import Inference
from pie_desktop.styles.document import FORMAT
from pie_desktop.styles.exporting import export_style, export_without_photos, without_places
from pie_desktop.styles.importing import import_style
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import OnlyModel, Style
from tests.conftest import warm_look
from tests.unit.helpers.archives import Contents, contents, pack
from tests.unit.helpers.tiny_bundles import tiny_bundle

Pairs = list[tuple[Path, Path]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> StyleLibrary:
    """That of who passes a style on; the tests change nothing in it."""
    folder = tmp_path_factory.mktemp("mine")
    return StyleLibrary(folder, builtin=folder / "none")


@pytest.fixture
def other(tmp_path: Path) -> StyleLibrary:
    """The library of whoever gets the file."""
    return StyleLibrary(tmp_path / "theirs", builtin=tmp_path / "none")


@pytest.fixture(scope="module")
def style(library: StyleLibrary, sample_photos: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Style:
    """Three pairs and an edit."""
    edits = []
    for number, (name, photo) in enumerate(sample_photos.items()):
        after = tmp_path_factory.mktemp("edits") / f"{name}_edit.jpg"
        Image.fromarray(warm_look(np.asarray(Image.open(photo)))).save(after, quality=95)
        edits.append(EditPair(after, photo if number < 3 else None))
    return library.create("Warm & <b>bold</b>", edits).style


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, sample_images: dict[str, np.ndarray]) -> Path:
    return tiny_bundle(tmp_path_factory.mktemp("models") / "tiny.piemodel", photos(sample_images))


def photos(images: dict[str, np.ndarray]) -> np.ndarray:
    return np.stack([image[:200, :200] for image in images.values()])


@pytest.fixture
def shared(style: Style, tmp_path: Path) -> Path:
    export_style(style, target := tmp_path / "warm.piestyle")
    return target


@pytest.fixture(scope="module")
def bare(library: StyleLibrary, style: Style, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same style without photos."""
    tmp_path = tmp_path_factory.mktemp("bare")
    engine = Engine(library, model, "cpu")
    preference = engine.preference(style)
    export_without_photos(style, preference, OnlyModel(preference.bundle_id, "Tiny"), target := tmp_path / "b.piestyle")
    return target


def with_document(files: Contents, change: Callable[[dict], object]) -> Contents:  # type: ignore[type-arg]
    document = json.loads(files["style.json"])
    change(document)
    return files | {"style.json": json.dumps(document).encode()}


def png(width: int, height: int) -> bytes:
    Image.fromarray(np.full((height, width, 3), 99, np.uint8)).save(buffer := io.BytesIO(), "png")
    return buffer.getvalue()


def test_there_and_back_is_exact(style: Style, shared: Path, other: StyleLibrary, tmp_path: Path) -> None:
    taken = import_style(other, shared)
    assert (taken.name, taken.created, taken.fingerprint) == (style.name, style.created, style.fingerprint)
    for theirs, mine in zip(taken.references, style.references, strict=True):
        assert theirs.after.read_bytes() == mine.after.read_bytes()
        assert (theirs.before is None) == (mine.before is None)
        if theirs.before is not None and mine.before is not None:
            assert theirs.before.read_bytes() == mine.before.read_bytes()
        assert theirs.source == Path(mine.source).name
    export_style(taken, tmp_path / "again.piestyle")
    assert (tmp_path / "again.piestyle").read_bytes() == shared.read_bytes()
    assert import_style(other, shared).name == f"{style.name} 2"


def test_no_folder_of_the_owner_is_told(shared: Path, tmp_path: Path) -> None:
    assert str(tmp_path).encode() not in shared.read_bytes()


def test_without_photos_the_result_is_the_same_and_no_photo_is_in_it(
    library: StyleLibrary,
    style: Style,
    bare: Path,
    other: StyleLibrary,
    model: Path,
    sample_images: dict[str, np.ndarray],
) -> None:
    taken = import_style(other, bare)
    assert taken.only_model is not None and taken.pair_count == style.pair_count
    proxy = sample_images["chelsea"][:200, :200]
    mine, theirs = Engine(library, model, "cpu"), Engine(other, model, "cpu")
    own, given = (e.transform(proxy, e.preference(s)).preferred for e, s in ((mine, style), (theirs, taken)))
    np.testing.assert_allclose(own, given, atol=2e-4)
    for reference in taken.references:
        pixels = np.asarray(Image.open(reference.after)).astype(int)
        assert pixels.shape == (32, 32, 3)
        assert reference.source.startswith("Photo ")
    shown = np.asarray(Image.open(taken.references[0].before or "")).astype(float) @ [0.299, 0.587, 0.114]
    assert (np.diff(shown.ravel()) > -1.0).all()  # from dark to light, whatever the photo showed
    colors = mine.preference(style).arrays["colors_before"][0]
    hidden = without_places(mine.preference(style)).arrays["colors_before"][0]
    assert not np.array_equal(colors, hidden)
    assert sorted(map(tuple, colors.tolist())) == list(map(tuple, hidden.tolist()))
    assert not any(name.encode() in bare.read_bytes() for name in ("astronaut", "coffee", "rocket"))


def test_without_photos_it_works_with_one_model_and_learns_no_more(
    bare: Path,
    other: StyleLibrary,
    model: Path,
    tmp_path: Path,
    sample_pairs: Pairs,
    sample_images: dict[str, np.ndarray],
) -> None:
    taken = import_style(other, bare)
    second = tiny_bundle(tmp_path / "second.piemodel", photos(sample_images), expected_error=False)
    with pytest.raises(StyleError, match="works only with the model “Tiny”"):
        Engine(other, second, "cpu").preference(taken)
    with pytest.raises(StyleError, match="came without its photos"):
        other.add(taken.id, [EditPair(sample_pairs[0][0])])
    with pytest.raises(StyleError, match="came without its photos"):
        other.remove_reference(taken.id, taken.references[0].id)
    with pytest.raises(StyleError, match="came without its photos"):
        export_style(taken, tmp_path / "x.piestyle")
    assert other.rename(taken.id, "Mine").name == "Mine"
    copy = other.duplicate(taken.id)
    assert Engine(other, model, "cpu").preference(copy).bundle_id == Inference(model, "cpu").bundle_id
    (damaged,) = other.get(taken.id).folder.glob("preference.*")
    damaged.write_bytes(b"-")
    with pytest.raises(StyleError, match="import it again"):
        Engine(other, model, "cpu").preference(other.get(taken.id))


def test_without_photos_it_is_passed_on_again(bare: Path, other: StyleLibrary, model: Path, tmp_path: Path) -> None:
    taken = import_style(other, bare)
    assert taken.only_model is not None
    preference = Engine(other, model, "cpu").preference(taken)
    export_without_photos(taken, preference, taken.only_model, tmp_path / "2.piestyle")
    assert import_style(other, tmp_path / "2.piestyle").only_model == taken.only_model


def test_an_existing_file_is_kept(style: Style, tmp_path: Path) -> None:
    target = tmp_path / "a.piestyle"
    target.write_text("precious")
    with pytest.raises(StyleError, match="exists already"):
        export_style(style, target)
    assert target.read_text() == "precious"
    export_style(style, target, overwrite=True)
    assert zipfile.is_zipfile(target)


def test_a_style_of_before_reads_and_is_written_as_before(library: StyleLibrary, style: Style) -> None:
    written = json.loads((style.folder / "style.json").read_text())
    assert written["format"] == 1 and "only_model" not in written  # version 0.1 takes no other
    assert StyleLibrary(library.folder).get(style.id).references == style.references


def test_cancelled_leaves_nothing(shared: Path, other: StyleLibrary) -> None:
    with pytest.raises(Cancelled):
        import_style(other, shared, should_cancel=lambda: True)
    _nothing_was_left(other)


def _nothing_was_left(library: StyleLibrary) -> None:
    assert library.list() == [] and not library.take_problems()
    assert {entry.name for entry in library.folder.iterdir()} <= {".lock"} if library.folder.exists() else True


HOSTILE: dict[str, tuple[Callable[[Contents], Contents], str]] = {
    "path traversal": (lambda files: files | {"../../evil.jpg": b"x"}, "files that no style has"),
    "absolute path": (lambda files: files | {"/etc/passwd": b"x"}, "files that no style has"),
    "windows path": (lambda files: files | {"refs/..\\..\\evil.jpg": b"x"}, "files that no style has"),
    "unknown copy": (lambda files: files | {"refs/777_after.jpg": b"x"}, "belong together"),
    "missing copy": (lambda files: {n: c for n, c in files.items() if n != "refs/001_after.jpg"}, "belong together"),
    "no references": (lambda files: with_document(files, lambda d: d.update(references=[])), "belong together"),
    "two of one id": (
        lambda files: with_document(files, lambda d: d["references"][1].update(id="001")), "belong together",
    ),
    "path of a copy": (
        lambda files: with_document(files, lambda d: d["references"][0].update(after="../x.jpg")), "does not describe",
    ),
    "unknown field": (lambda files: with_document(files, lambda d: d.update(run="rm")), "does not describe a style"),
    "senseless number": (lambda files: with_document(files, lambda d: d.update(next_id=-1)), "does not describe"),
    "huge number": (lambda files: files | {"style.json": b'{"next_id": ' + b"9" * 5000 + b"}"}, "too large"),
    "NaN": (lambda files: files | {"style.json": b'{"next_id": NaN}'}, "not finite"),
    "depth": (lambda files: files | {"style.json": b'{"a":' + b"[" * 9000 + b"]" * 9000 + b"}"}, "nested too deeply"),
    "half a letter": (lambda files: files | {"style.json": b'{"name": "\xff"}'}, "not valid JSON"),
    "huge text": (lambda files: files | {"piestyle.json": b" " * 70_000}, "larger than in any style"),
    "newer style": (lambda files: with_document(files, lambda d: d.update(format=FORMAT + 1)), "newer version"),
    "newer file": (lambda files: files | {"piestyle.json": b'{"format": 2}'}, "newer version"),
    "photos denied": (
        lambda files: files | {"piestyle.json": b'{"format":1,"program":"x","photos":false}'}, "belong together",
    ),
    "no picture": (lambda files: files | {"refs/001_after.jpg": b"\xff\xd8 no"}, "cannot be read"),
    "picture bomb": (lambda files: files | {"refs/001_after.jpg": png(9000, 900)}, "none that a style has"),
    "another size": (lambda files: files | {"refs/001_after.jpg": png(90, 90)}, "not as large as its original"),
    "huge copy": (lambda files: files | {"refs/001_after.jpg": bytes(5 * 1024 * 1024)}, "larger than in any style"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused(name: str, shared: Path, other: StyleLibrary, tmp_path: Path) -> None:
    change, said = HOSTILE[name]
    with pytest.raises(StyleError, match=said) as refused:
        import_style(other, pack(tmp_path / "evil.piestyle", change(contents(shared))))
    assert len(str(refused.value).splitlines()) == 1
    _nothing_was_left(other)
    assert not list(tmp_path.rglob("evil.jpg"))


def test_packed_entries_are_no_bomb(shared: Path, other: StyleLibrary, tmp_path: Path) -> None:
    files = contents(shared) | {"refs/001_after.jpg": bytes(3 * 1024 * 1024)}
    with pytest.raises(StyleError, match="packed by another program"):
        import_style(other, pack(tmp_path / "bomb.piestyle", files, zipfile.ZIP_DEFLATED))
    _nothing_was_left(other)


def test_entries_that_share_their_bytes_are_refused(shared: Path, other: StyleLibrary) -> None:
    """Thousands of entries of four megabytes each, in a file of four: all begin at the same place."""
    content = bytearray(shared.read_bytes())
    with zipfile.ZipFile(shared) as archive:
        largest = max(archive.infolist(), key=lambda info: info.file_size)
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        if content[place + 46 :].startswith(b"refs/"):
            struct.pack_into("<2L", content, place + 20, largest.file_size, largest.file_size)
            struct.pack_into("<L", content, place + 42, largest.header_offset)
        place = content.find(b"PK\x01\x02", place + 4)
    shared.write_bytes(content)
    with pytest.raises(StyleError, match="more than it does"):
        import_style(other, shared)
    _nothing_was_left(other)


def test_links_twins_and_encryption_are_refused(shared: Path, other: StyleLibrary, tmp_path: Path) -> None:
    files = contents(shared)
    link = zipfile.ZipInfo("refs/001_after.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.piestyle", "w") as archive:
        for name, content in files.items():
            archive.writestr(
                link if name == link.filename else name, b"/etc/passwd" if name == link.filename else content
            )
    with pytest.raises(StyleError, match="links or folders"):
        import_style(other, tmp_path / "link.piestyle")
    with zipfile.ZipFile(pack(tmp_path / "twice.piestyle", files), "a") as archive, pytest.warns(UserWarning):
        archive.writestr("style.json", files["style.json"])
    with pytest.raises(StyleError, match="twice"):
        import_style(other, tmp_path / "twice.piestyle")
    encrypted = bytearray(shared.read_bytes())
    encrypted[encrypted.find(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.piestyle").write_bytes(encrypted)
    with pytest.raises(StyleError, match="encrypted"):
        import_style(other, tmp_path / "locked.piestyle")
    cut = shared.read_bytes().replace(b"refs/001_after.jpg", b"refs/001_after.jp\0")
    (tmp_path / "null.piestyle").write_bytes(cut)
    with pytest.raises(StyleError, match="files that no style has"):
        import_style(other, tmp_path / "null.piestyle")
    _nothing_was_left(other)


def test_a_million_entries_are_refused_before_they_are_read(
    other: StyleLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 1_000_000
    directory = entry * count
    for entries, extra in ((0xFFFF, b""), (count % 65536, b"")):
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, len(directory), 0, 0)
        (tmp_path / "many.piestyle").write_bytes(directory + extra + end)
        monkeypatch.setattr(archives.zipfile, "ZipFile", lambda file: pytest.fail("its directory was read"))
        with pytest.raises(StyleError, match="more than any style"):
            import_style(other, tmp_path / "many.piestyle")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no archive at all, but long enough to be one" * 3, b"PK\5\6" + bytes(18)]
)
def test_what_is_no_archive_is_refused(content: bytes, other: StyleLibrary, tmp_path: Path) -> None:
    path = tmp_path / "a.piestyle"
    path.write_bytes(content)
    with pytest.raises(StyleError, match="cannot be used as a style"):
        import_style(other, path)
    with pytest.raises(StyleError, match="There is no file"):
        import_style(other, tmp_path / "missing.piestyle")


def test_every_cut_archive_is_refused(shared: Path, other: StyleLibrary) -> None:
    whole = shared.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 23)):
        shared.write_bytes(whole[:length])
        with pytest.raises(StyleError):
            import_style(other, shared)
    _nothing_was_left(other)


def test_html_and_commands_in_names_are_only_text(shared: Path, other: StyleLibrary, tmp_path: Path) -> None:
    def change(document: dict) -> None:  # type: ignore[type-arg]
        document["name"] = "<img src='http://evil'>\x1b[31m\u202eevil"
        document["references"][0]["source"] = "\\\\server\\share\\..\\<b>x</b>\0\n.jpg"
        document["references"][0]["before_source"] = "/etc/" + "x" * 5000

    taken = import_style(other, pack(tmp_path / "html.piestyle", with_document(contents(shared), change)))
    assert taken.name == "<img src='http://evil'>[31mevil"
    assert taken.references[0].source == "b>.jpg"
    assert len(taken.references[0].before_source or "") == 255


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_senseless_weights_are_refused(value: float, bare: Path, other: StyleLibrary, tmp_path: Path) -> None:
    from pie_desktop.model.preference import Preference

    files = contents(bare)
    (tmp_path / "p.safetensors").write_bytes(files["preference.safetensors"])
    sound = Preference.load(tmp_path / "p.safetensors")
    tokens = sound.arrays["tokens"].copy()
    tokens[0, 0] = value
    Preference(dict(sound.arrays) | {"tokens": tokens}, sound.bundle_id).save(tmp_path / "q.safetensors")
    changed = files | {"preference.safetensors": (tmp_path / "q.safetensors").read_bytes()}
    with pytest.raises(StyleError, match="makes no sense"):
        import_style(other, pack(tmp_path / "nan.piestyle", changed))
    with pytest.raises(StyleError, match="damaged"):
        import_style(other, pack(tmp_path / "cut.piestyle", files | {"preference.safetensors": b"{}"}))
    other_model = with_document(files, lambda document: document["only_model"].update(id="another"))
    with pytest.raises(StyleError, match="makes no sense"):
        import_style(other, pack(tmp_path / "model.piestyle", other_model))
    _nothing_was_left(other)
