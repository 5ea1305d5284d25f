"""The menu entry and the kind of file that `pie-desktop desktop install` makes on Linux."""

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pie_desktop import cli, paths
from pie_desktop.commands import desktop
from pie_desktop.styles.style_file import SUFFIX

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the files are those of Linux")


def values(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["desktop", *arguments])
    return int(ended.value.code or 0)


def test_installed_and_taken_back(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("install") == 0
    assert run("install") == 0, "again, after the program has moved"
    assert ".piestyle files open with it" in capsys.readouterr().out
    entry = values((data / "applications" / "pie-desktop.desktop").read_text())
    kind = ElementTree.parse(data / "mime" / "packages" / "pie-desktop-style.xml").getroot()[0]
    assert kind.attrib["type"] in entry["MimeType"].split(";")
    globs = [one.attrib["pattern"] for one in kind if one.tag.endswith("glob")]
    assert globs == [f"*{SUFFIX}"]
    assert (data / "icons" / "hicolor" / "scalable" / "apps" / f"{entry['Icon']}.svg").is_file()
    assert run("uninstall") == 0
    left = [place.name for place in data.rglob("*") if place.is_file()]
    assert not any(name.startswith("pie-desktop") for name in left)
    assert run("uninstall") == 0, "there is nothing to take back"


def test_the_command_is_quoted() -> None:
    made = values(desktop.entry(["/opt/my `$tools\\x/pie 100%", "-m"]))
    assert made["Exec"] == '"/opt/my \\\\`\\\\$tools\\\\\\\\x/pie 100%%" "-m" %F'


def test_the_command_starts_this_program() -> None:
    ran = subprocess.run([*desktop.program(), "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("pie-desktop ")


def test_what_is_in_the_way_is_one_sentence(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.write_text("a file where a folder should be")
    assert run("install") == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-validate is not installed")
def test_the_entry_is_valid(data: Path) -> None:
    run("install")
    subprocess.run(["desktop-file-validate", str(data / "applications" / "pie-desktop.desktop")], check=True)


def test_a_style_is_opened_and_not_taken_for_a_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pie_desktop import app

    opened: list[list[Path]] = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(app, "run", lambda photos: (opened.append(list(photos)), 0)[1])
    file = tmp_path / f"given{SUFFIX}"
    with pytest.raises(SystemExit):
        cli.main([str(file)])
    assert opened == [[file]]
    assert paths.resource("desktop/pie-desktop.desktop").is_file()
