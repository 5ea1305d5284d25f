"""Presets of export settings: kept, found, imported, and several in one run."""

import json
from pathlib import Path

import pytest
from PIL import Image

from pie_desktop.export.presets import (
    BUILTIN,
    SUFFIX,
    ExportPreset,
    PresetError,
    PresetLibrary,
    plan_all,
    read_preset,
    settings_for,
    write_preset,
)
from pie_desktop.export.settings import ExportSettings
from pie_desktop.imaging.encode import EncodeOptions

OPTIONS = EncodeOptions("webp", 77, lossless=False, megapixels=2.5, sharpen="low", metadata="copyright")


@pytest.fixture
def library(tmp_path: Path) -> PresetLibrary:
    return PresetLibrary(tmp_path / "presets")


def test_kept_found_and_deleted(library: PresetLibrary, tmp_path: Path) -> None:
    assert library.presets() == list(BUILTIN)
    saved = library.save("  My   proofs / 2 ", OPTIONS)
    assert saved == ExportPreset("My proofs / 2", OPTIONS)
    again = PresetLibrary(tmp_path / "presets")
    assert again.find("my PROOFS / 2") == saved
    assert again.presets() == [*BUILTIN, saved]
    again.delete("My proofs / 2")
    assert library.presets() == list(BUILTIN) and not list((tmp_path / "presets").iterdir())


def test_overwriting_is_asked_for(library: PresetLibrary, tmp_path: Path) -> None:
    library.save("Web", OPTIONS)
    with pytest.raises(PresetError, match="There is already a preset “Web”"):
        library.save("web", EncodeOptions())
    assert library.find("Web").encode == OPTIONS
    library.save("WEB", EncodeOptions(), overwrite=True)
    assert [preset for preset in library.presets() if not preset.builtin] == [ExportPreset("WEB", EncodeOptions())]
    assert len(list((tmp_path / "presets").iterdir())) == 1


def test_the_programs_own_stay(library: PresetLibrary) -> None:
    for preset in BUILTIN:
        with pytest.raises(PresetError, match="comes with the program"):
            library.save(preset.name.upper(), OPTIONS, overwrite=True)
        with pytest.raises(PresetError, match="cannot be deleted"):
            library.delete(preset.name)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb"])
def test_names_that_cannot_be(library: PresetLibrary, name: str) -> None:
    with pytest.raises(PresetError, match="1 to 60 characters"):
        library.save(name, OPTIONS)


def test_names_that_are_no_file_names(library: PresetLibrary) -> None:
    names = {"../up", "CON", "a:b?", "a_b_", "ä" * 60}
    for name in sorted(names):
        library.save(name, OPTIONS)
    assert {preset.name for preset in library.presets() if not preset.builtin} == names


def test_missing(library: PresetLibrary) -> None:
    with pytest.raises(PresetError, match=r"no preset “Nothing”; the presets are “Full JPEG”"):
        library.find("Nothing")


def test_files_travel(library: PresetLibrary, tmp_path: Path) -> None:
    file = tmp_path / f"x{SUFFIX}"
    write_preset(ExportPreset("Web 2048 px", OPTIONS), file)
    with pytest.raises(PresetError, match="already exists"):
        write_preset(ExportPreset("Other", OPTIONS), file)
    assert read_preset(file) == ExportPreset("Web 2048 px", OPTIONS)
    assert library.import_file(file).name == "Web 2048 px (2)"
    assert library.import_file(file).name == "Web 2048 px (3)"
    assert library.find("web 2048 px (3)").encode == OPTIONS


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda document: document.update(kind="something"), "not an export preset"),
        (lambda document: document.update(version=2), "newer version"),
        (lambda document: document.pop("name"), "damaged"),
        (lambda document: document.update(name="x" * 500), "1 to 60 characters"),
        (lambda document: document["encode"].update(format="bmp"), "format"),
        (lambda document: document["encode"].update(quality=1000), "quality must be from 1 to 100"),
        (lambda document: document["encode"].update(long_side=100), "at most one"),
        (lambda document: document.update(encode=[1, 2]), "cannot be used"),
    ],
)
def test_files_are_not_trusted(library: PresetLibrary, tmp_path: Path, change, reason: str) -> None:  # type: ignore[no-untyped-def]
    good = tmp_path / f"good{SUFFIX}"
    write_preset(ExportPreset("Mine", OPTIONS), good)
    document = json.loads(good.read_text("utf-8"))
    change(document)
    bad = tmp_path / "presets" / f"bad{SUFFIX}"
    bad.parent.mkdir()
    bad.write_text(json.dumps(document))
    with pytest.raises(PresetError, match=reason):
        library.import_file(bad)
    library.save("Good", OPTIONS)
    assert [preset.name for preset in library.presets() if not preset.builtin] == ["Good"]
    (problem,) = library.take_problems()
    assert f"bad{SUFFIX}" in problem or "characters" in problem
    assert not library.take_problems()
    if "newer" in problem:
        assert bad.is_file()
    elif "characters" not in problem:  # set aside, so that nobody is told again at every start
        assert not bad.exists() and "set aside as" in problem
        assert [file for file in bad.parent.iterdir() if ".damaged-" in file.name]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 60_000, b"x" * 100_000, b"null"])
def test_files_that_are_no_presets(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / f"a{SUFFIX}"
    file.write_bytes(content)
    with pytest.raises(PresetError, match=r"a\.piepreset"):
        read_preset(file)


def test_several_in_one_run(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (60, 40)).save(photo)
    presets = [BUILTIN[0], BUILTIN[1], ExportPreset("a/b", OPTIONS)]
    base = ExportSettings(tmp_path / "out")

    def targets(settings: ExportSettings, chosen: list[ExportPreset]) -> list[str]:
        plans = plan_all([photo], settings_for(settings, chosen))
        return [planned.target.relative_to(tmp_path / "out").as_posix() for plan in plans for planned in plan]

    assert targets(base, presets) == ["Full JPEG/photo.jpg", "Web 2048 px/photo.jpg", "a_b/photo.webp"]
    assert targets(base, presets[:1]) == ["photo.jpg"]
    assert targets(base, [presets[0], presets[0]]) == ["Full JPEG/photo.jpg", "Full JPEG/photo-1.jpg"]
    by_suffix = ExportSettings(tmp_path / "out", name="{name} {preset}")
    assert targets(by_suffix, presets[:2]) == ["photo Full JPEG.jpg", "photo Web 2048 px.jpg"]


def test_summaries() -> None:
    assert [preset.encode.summary for preset in BUILTIN] == [
        "JPEG 95, sRGB",
        "JPEG 85, sRGB, long side 2048 px, sharpened, no location",
        "TIFF 16 bit, Adobe RGB",
        "HEIC 10 bit 85, Display P3",
    ]
    assert OPTIONS.summary == "WebP 77, sRGB, 2.5 megapixels, sharpening low, copyright only"
    assert EncodeOptions("webp", lossless=True, percent=50).summary == "WebP lossless, sRGB, 50 %"
