"""What `pie-desktop desktop` writes into the registry of Windows, and what the application says to macOS."""

import ast
import plistlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from pie_desktop.commands import desktop
from pie_desktop.errors import PieError
from pie_desktop.styles.style_file import SUFFIX

PROGRAM = r"C:\Program Files\PIE Desktop\pie-desktop.exe"
CLASSES = r"Software\Classes"


class Registry(ModuleType):
    """The functions of `winreg` that are used, with the rules that they have: values by the paths of their keys.

    See docs.python.org/3/library/winreg.html.
    """

    HKEY_CURRENT_USER = "HKCU"
    REG_SZ = 1

    def __init__(self) -> None:
        super().__init__("winreg")
        self.keys: dict[str, str] = {}
        self.locked = False

    def SetValue(self, root: str, key: str, kind: int, value: str) -> None:
        assert (root, kind) == (self.HKEY_CURRENT_USER, self.REG_SZ)
        if self.locked:
            raise PermissionError(13, "Access is denied")
        parts = key.split("\\")
        for depth in range(1, len(parts)):
            self.keys.setdefault("\\".join(parts[:depth]), "")
        self.keys[key] = value

    def QueryValue(self, root: str, key: str) -> str:
        if key not in self.keys:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        return self.keys[key]

    def DeleteKey(self, root: str, key: str) -> None:
        self.QueryValue(root, key)
        if self.locked or any(other.startswith(f"{key}\\") for other in self.keys):
            raise PermissionError(13, "Access is denied")
        del self.keys[key]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """That of a computer with Windows and the program in a folder with a space in its name."""
    made = Registry()
    monkeypatch.setitem(sys.modules, "winreg", made)
    monkeypatch.setattr(desktop, "sys", SimpleNamespace(platform="win32", executable=PROGRAM, frozen=True))
    return made


def test_a_style_is_opened_with_this_very_program(registry: Registry) -> None:
    desktop.install()
    kind = registry.keys[rf"{CLASSES}\{SUFFIX}"]
    assert registry.keys[rf"{CLASSES}\{kind}\shell\open\command"] == f'"{PROGRAM}" "%1"'
    assert "PIE Desktop" in registry.keys[rf"{CLASSES}\{kind}"]
    once = dict(registry.keys)
    desktop.install()
    assert registry.keys == once, "again, as after the program has moved"


def test_the_installed_command_without_its_exe_is_python(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = str(tmp_path / "python.exe")
    monkeypatch.setattr(desktop, "sys", SimpleNamespace(platform="win32", executable=python))
    desktop.install()
    opening = registry.keys[rf"{CLASSES}\{desktop.TYPE}\shell\open\command"]
    assert opening == f'{python} -m pie_desktop "%1"'


def test_nothing_of_it_is_left_after_uninstall(registry: Registry) -> None:
    desktop.install()
    noted = rf"{CLASSES}\{SUFFIX}\OpenWithProgids"
    registry.keys[noted] = ""  # by the system, once such a file was opened
    desktop.uninstall()
    assert not any(desktop.TYPE in key or value == desktop.TYPE for key, value in registry.keys.items())
    assert noted in registry.keys
    desktop.uninstall()


def test_another_program_that_opens_styles_by_now_keeps_them(registry: Registry) -> None:
    desktop.install()
    registry.keys[rf"{CLASSES}\{SUFFIX}"] = "Other.style"
    desktop.uninstall()
    assert registry.keys[rf"{CLASSES}\{SUFFIX}"] == "Other.style"


@pytest.mark.parametrize("command", [desktop.install, desktop.uninstall])
def test_a_registry_that_cannot_be_changed_is_one_sentence(registry: Registry, command: Any) -> None:
    desktop.install()
    registry.locked = True
    with pytest.raises(PieError, match="Access is denied"):
        command()


def info_plist() -> Mapping[str, Any]:
    """What `build.spec` puts into the application's Info.plist."""
    tree = ast.parse((Path(__file__).parents[2] / "build.spec").read_text(encoding="utf-8"))
    assigned = {ast.unparse(one.targets[0]): one.value for one in tree.body if isinstance(one, ast.Assign)}
    bundles = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func) == "BUNDLE"]
    assert [ast.unparse(word.value) for word in bundles[0].keywords if word.arg == "info_plist"] == ["STYLE_FILES"]
    return dict(plistlib.loads(plistlib.dumps(ast.literal_eval(assigned["STYLE_FILES"]))))


def test_macos_is_told_which_files_are_styles_and_whose_they_are() -> None:
    """Keys as in Apple's Information Property List: Uniform Type Identifiers and document types."""
    told = info_plist()
    (kind,) = told["UTExportedTypeDeclarations"]
    (document,) = told["CFBundleDocumentTypes"]
    assert kind["UTTypeTagSpecification"]["public.filename-extension"] == [SUFFIX.removeprefix(".")]
    assert document["LSItemContentTypes"] == [kind["UTTypeIdentifier"]]
    assert document["LSHandlerRank"] == "Owner"
    assert "public.data" in kind["UTTypeConformsTo"], "else no file is one"
