"""Resources are found in a wheel, in a checkout and in a PyInstaller folder; user files follow PIE_DESKTOP_HOME."""

import sys
from pathlib import Path

import pytest

from pie_desktop import paths


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder elsewhere: `resource` looks beside its own file only."""
    package = tmp_path / "site" / "pie_desktop"
    package.mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))
    monkeypatch.delattr(sys, "_MEIPASS", raising=False)
    return package


def _put(root: Path, name: str) -> Path:
    file = root / name
    file.parent.mkdir(parents=True)
    file.write_text("x", encoding="utf-8")
    return file


def test_resource_in_a_wheel(installed: Path) -> None:
    expected = _put(installed / "_resources", "theme/dark.qss")
    assert paths.resource("theme/dark.qss") == expected


def test_resource_in_a_checkout(installed: Path) -> None:
    expected = _put(installed.parent / "resources", "theme/dark.qss")
    assert paths.resource("theme/dark.qss") == expected


def test_resource_in_a_pyinstaller_folder(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "app" / "_internal"
    expected = _put(bundle / "pie_desktop" / "_resources", "theme/dark.qss")
    monkeypatch.setattr(sys, "_MEIPASS", str(bundle), raising=False)
    assert paths.resource("theme/dark.qss") == expected


def test_missing_resource_is_named(installed: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"theme/none\.qss"):
        paths.resource("theme/none.qss")


def test_own_files_lie_below_the_home_folder(pie_home: Path) -> None:
    for folder in (paths.styles_dir(), paths.models_dir(), paths.runs_dir(), paths.catalog_path()):
        assert folder.parent == pie_home
