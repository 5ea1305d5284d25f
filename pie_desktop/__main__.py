"""`python -m pie_desktop` and the command `pie-desktop`: starts what takes time, then the command line; ends at once.

Imports nothing at the top: every child process imports this module again before its own work.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Thread

_WRITING = ("export", "enhance")
# With these nothing is decoded in full here: the process would be started for nothing.
_WRITING_NOTHING = {"--help", "--dry-run"}


def main() -> None:
    """Entry point of `pie-desktop`. Ends the process with the exit codes named in the help."""
    arguments = sys.argv[1:]
    ended = _ending() if arguments and arguments[0] in _WRITING else []
    importing = start_ahead(arguments)
    from pie_desktop import cli

    try:
        cli.main()
        ended.append(0)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            ended.append(end.code or 0)
        raise
    finally:
        if importing is not None and not ended:
            importing.join()  # the interpreter must not be taken apart while a library is loaded


def start_ahead(arguments: Sequence[str]) -> "Thread | None":
    """Start what takes time, where a command is going to need it.

    The process that decodes photos, which takes as long as this one to be ready, and the import of torch, half of
    which leaves the interpreter free: both get ready beside the imports of the command line, on a second core.

    Returns:
        The thread that imports torch; None where nothing is started.
    """
    if not arguments or arguments[0] not in _WRITING or _WRITING_NOTHING.intersection(arguments):
        return None
    import threading

    from pie_desktop.commands.console import only_own_lines
    from pie_desktop.imaging import isolation
    from pie_desktop.model import runtime
    from pie_desktop.processes import without_collecting

    def import_torch() -> None:
        try:
            with without_collecting():  # for the imports of the command line, too
                runtime.import_torch()
        except Exception:
            # Nothing can be imported once the program is ending, as it does when there is nothing to write.
            if threading.main_thread().is_alive():
                raise

    with only_own_lines():  # the descriptors are inherited
        isolation.start(warm=1, prepare=isolation.EXPORT)
    # A daemon: a command that ends before, such as one with a wrong option, ends at once, see `_ending`.
    importing = threading.Thread(target=import_torch, name="pie-import-torch", daemon=True)
    importing.start()
    return importing


def _ending() -> list[int]:
    """Let the process end at once when all is done: taking torch's libraries apart would take 0.3 s, for nothing.

    Returns:
        An empty list, for the exit code. While it is empty, the process ends as usual.
    """
    import atexit
    import os

    ended: list[int] = []

    def end() -> None:
        if not ended:
            return
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        except (OSError, ValueError):  # such as a pipe that nobody reads: told and counted as usual
            return
        os._exit(ended[0])

    atexit.register(end)  # the first one is called last, when all others have done their work
    return ended


# The guard matters: worker processes import this module again.
if __name__ == "__main__":
    main()
