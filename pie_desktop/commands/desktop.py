"""`pie-desktop desktop`: an entry in the system's menu, and `.piestyle` files that open with a double click."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import typer

from pie_desktop import paths
from pie_desktop.commands.console import say
from pie_desktop.errors import PieError

TYPE = "PIEDesktop.style"  # the name of the kind of file in the registry of Windows
_ENTRY, _KIND, _ICON = "pie-desktop.desktop", "pie-desktop-style.xml", "pie-desktop.svg"
_CLASSES = r"Software\Classes"
_REGISTRY = "The registry of Windows cannot be changed ({reason}); .piestyle files open as before."
_IN_BUNDLE = (
    "On macOS the application does this by itself: build it with `make app`, move it to Applications and open it once."
)

commands = typer.Typer(
    help="Put PIE Desktop into the menu of the system and open .piestyle files by double click; Linux and Windows.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="desktop")


@commands.command()
def install() -> None:
    """Make the menu entry and let .piestyle files open with this program; for you alone, again after it has moved."""
    if sys.platform == "win32":
        _write_registry(program())
        say("Files that end in .piestyle open with PIE Desktop now.")
        return
    places = _places()
    try:
        _write(places[_ENTRY], entry(program()))
        _write(places[_KIND], paths.resource(f"desktop/{_KIND}").read_text(encoding="utf-8"))
        _write(places[_ICON], paths.resource(f"theme/{_ICON}").read_text(encoding="utf-8"))
    except OSError as error:
        raise PieError(f"{error.filename} cannot be written: {error.strerror or error}.") from error
    _refresh()
    say("PIE Desktop is in the menu now, and .piestyle files open with it. Written:")
    for place in places.values():
        say(f"  {place}")


@commands.command()
def uninstall() -> None:
    """Take back what `install` has made; styles and photos stay."""
    if sys.platform == "win32":
        _remove_registry()
    else:
        for place in _places().values():
            try:
                place.unlink(missing_ok=True)
            except OSError as error:
                raise PieError(f"{place} cannot be removed: {error.strerror or error}.") from error
        _refresh()
    say("PIE Desktop is no longer in the menu, and .piestyle files open with nothing.")


def program() -> list[str]:
    """What starts this very program, wherever it is installed."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    beside = Path(sys.executable).with_name("pie-desktop.exe" if sys.platform == "win32" else "pie-desktop")
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", "pie_desktop"]


def entry(command: list[str]) -> str:
    """The menu entry that starts a command (Desktop Entry Specification 1.5, quoting: section "The Exec key")."""
    started = " ".join(f'"{_escaped(part)}"' for part in command)
    lines = paths.resource(f"desktop/{_ENTRY}").read_text(encoding="utf-8").splitlines()
    return "\n".join(f"Exec={started} %F" if line.startswith("Exec=") else line for line in lines) + "\n"


def _escaped(part: str) -> str:
    for letter in ("\\", '"', "`", "$"):
        part = part.replace(letter, f"\\{letter}")
    # As a string of the file itself, backslashes are escaped once more; a percent sign would begin a field.
    return part.replace("\\", "\\\\").replace("%", "%%")


def _places() -> dict[str, Path]:
    """Where the files go, of this person alone (XDG Base Directory Specification). Raises PieError on macOS."""
    if sys.platform == "darwin":
        raise PieError(_IN_BUNDLE)
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return {
        _ENTRY: data / "applications" / _ENTRY,
        _KIND: data / "mime" / "packages" / _KIND,
        _ICON: data / "icons" / "hicolor" / "scalable" / "apps" / _ICON,
    }


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def _refresh() -> None:
    """Let the desktop see the files now; without these tools it sees them after the next login."""
    places = _places()
    for tool, folder in (
        ("update-mime-database", places[_KIND].parent.parent),
        ("update-desktop-database", places[_ENTRY].parent),
    ):
        found = shutil.which(tool)
        if found is not None and folder.is_dir():
            subprocess.run([found, str(folder)], check=False, capture_output=True)


def _write_registry(command: list[str]) -> None:
    """Per user, as Windows documents it: learn.microsoft.com/windows/win32/shell/fa-file-types."""
    if sys.platform != "win32":
        return
    import winreg

    from pie_desktop.styles.style_file import SUFFIX

    opening = f'{subprocess.list2cmdline(command)} "%1"'
    for key, value in (
        (SUFFIX, TYPE),
        (TYPE, "PIE Desktop style"),
        (rf"{TYPE}\shell\open\command", opening),
    ):
        try:
            winreg.SetValue(winreg.HKEY_CURRENT_USER, rf"{_CLASSES}\{key}", winreg.REG_SZ, value)
        except OSError as error:
            raise PieError(_REGISTRY.format(reason=error.strerror or error)) from error


def _remove_registry() -> None:
    """What `_write_registry` wrote; another program that opens such files by now keeps them."""
    if sys.platform != "win32":
        return
    import winreg

    from pie_desktop.styles.style_file import SUFFIX

    try:
        for key in (rf"{TYPE}\shell\open\command", rf"{TYPE}\shell\open", rf"{TYPE}\shell", TYPE):
            with contextlib.suppress(FileNotFoundError):
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, rf"{_CLASSES}\{key}")
        suffix = rf"{_CLASSES}\{SUFFIX}"
        with contextlib.suppress(FileNotFoundError):
            if winreg.QueryValue(winreg.HKEY_CURRENT_USER, suffix) == TYPE:
                # The key itself may hold what the system noted about such files, and stays.
                winreg.SetValue(winreg.HKEY_CURRENT_USER, suffix, winreg.REG_SZ, "")
    except OSError as error:
        raise PieError(_REGISTRY.format(reason=error.strerror or error)) from error
