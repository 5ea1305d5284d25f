"""Starts the editor."""

import sys
from collections.abc import Sequence
from pathlib import Path


def run(paths: Sequence[Path]) -> int:
    """Open the window, with these photos or folders if any, and stay until it is closed.

    Returns:
        The exit code of the process.
    """
    if sys.platform == "win32":
        # On Windows torch's libraries may fail to load once Qt's are: so it must come first there. Elsewhere it waits
        # for the first job that needs it, which makes the window open seconds sooner.
        import torch  # noqa: F401
    from pie_desktop.ui.application import start

    return start(paths)
