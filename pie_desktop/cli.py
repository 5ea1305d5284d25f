"""The command line: `pie-desktop` starts the editor, `pie-desktop COMMAND` works without a window.

Imports neither Qt nor torch: what a command needs is imported when it runs.
"""

import io
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from pie_desktop import __version__
from pie_desktop.commands import (
    adjustments,
    contact_sheet,
    demo,
    desktop,
    enhance,
    export,
    lut,
    model,
    presets,
    review,
    style,
    training,
)
from pie_desktop.commands.arguments import spread_values
from pie_desktop.commands.console import EXIT_INTERRUPTED, EXIT_PROBLEM, only_own_lines, say_problem
from pie_desktop.errors import Cancelled, PieError

COMMANDS = {
    "adjustments": adjustments,
    "contact-sheet": contact_sheet,
    "demo": demo,
    "desktop": desktop,
    "enhance": enhance,
    "export": export,
    "lut": lut,
    "model": model,
    "presets": presets,
    "review": review,
    "style": style,
    "training": training,
}
SPREADING = ("enhance", "style")

app = typer.Typer(
    name="pie-desktop",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Retouch photos the way you do: learned from a few of your own edits, on your own machine.\n\n"
    "`pie-desktop [PHOTO]...` opens these photos in the editor; "
    "a file named like a command is opened with `pie-desktop ./export`.\n\n"
    "Exit codes: 0 all done, 1 some photos failed (listed on stderr, the others are done), 2 nothing could be done "
    "(one line on stderr says why), 130 interrupted.",
)


for _command in COMMANDS.values():
    _command.register(app)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        print(f"pie-desktop {__version__}")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of `pie-desktop`. Ends the process with the exit codes named in the help."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # File names may hold what the terminal's encoding does not know, or bytes that are no text at all.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if not arguments or not (arguments[0] in COMMANDS or arguments[0].startswith("-")):
            sys.exit(_start_editor([Path(argument) for argument in arguments]))
        # The training core's own stderr is what the training tab shows when it crashes.
        with nullcontext() if arguments[0] == "training" else only_own_lines():
            app(args=spread_values(arguments) if arguments[0] in SPREADING else arguments, prog_name="pie-desktop")
    except PieError as error:
        say_problem(str(error))
        sys.exit(EXIT_PROBLEM)
    except (Cancelled, KeyboardInterrupt):
        say_problem("Interrupted.")
        sys.exit(EXIT_INTERRUPTED)


def _start_editor(photos: list[Path]) -> int:
    if _without_display():
        say_problem("There is no display for the editor's window, so the demo runs instead; see `pie-desktop --help`.")
        with only_own_lines():
            demo.demo()
        return 0
    from pie_desktop.ui.handover import hand_over

    if hand_over(photos):
        return 0
    from pie_desktop import app as editor

    return editor.run(photos)


def _without_display() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
