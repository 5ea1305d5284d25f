"""The wheel holds the editor, its resources and the training core, and nothing else."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=REPOSITORY,
        env=dict(os.environ, PYTHONIOENCODING="utf-8"),
        check=True,
        capture_output=True,
    )
    (file,) = folder.glob("*.whl")
    return zipfile.Path(file)


def _names(wheel: zipfile.Path) -> set[str]:
    return set(wheel.root.namelist())


def test_every_resource_is_in_the_wheel(wheel: zipfile.Path) -> None:
    resources = REPOSITORY / "resources"
    files = [file.relative_to(resources).as_posix() for file in resources.rglob("*") if file.is_file()]
    shipped = {f"pie_desktop/_resources/{name}" for name in files}
    assert shipped
    assert shipped - _names(wheel) == set()


def test_both_packages_are_whole(wheel: zipfile.Path) -> None:
    files = [file for package in ("pie_desktop", "training") for file in (REPOSITORY / package).rglob("*.py")]
    sources = {file.relative_to(REPOSITORY).as_posix() for file in files}
    assert sources - _names(wheel) == set()


def test_nothing_else_is_installed(wheel: zipfile.Path) -> None:
    tops = {name.split("/")[0] for name in _names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pie_desktop", "training"}


def test_licence_and_commands_are_declared(wheel: zipfile.Path) -> None:
    (info,) = [p for p in wheel.iterdir() if p.name.endswith(".dist-info")]
    assert "License-Expression: GPL-3.0-or-later" in (info / "METADATA").read_text(encoding="utf-8")
    assert "pie-desktop = pie_desktop.__main__:main" in (info / "entry_points.txt").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in (info / "licenses" / "LICENSE").read_text(encoding="utf-8")
