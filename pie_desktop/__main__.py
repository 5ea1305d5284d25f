"""`python -m pie_desktop` and the command `pie-desktop`: starts what takes time, then the command line.

Imports nothing at the top: every child process imports this module again before its own work.
"""

import sys
from collections.abc import Sequence

_WRITING = ("export", "enhance")
# With these nothing is decoded in full here: the process would be started for nothing.
_WRITING_NOTHING = {"--help", "--dry-run"}


def main() -> None:
    """Entry point of `pie-desktop`. Ends the process with the exit codes named in the help."""
    start_ahead(sys.argv[1:])
    from pie_desktop import cli

    cli.main()


def start_ahead(arguments: Sequence[str]) -> None:
    """Start what takes time and leaves the interpreter free, where a command is going to need it.

    The process that decodes photos, which takes as long as this one to be ready, and loading torch's libraries: both
    get ready beside the imports of the command line, on a second core.
    """
    if not arguments or arguments[0] not in _WRITING or _WRITING_NOTHING.intersection(arguments):
        return
    import threading

    from pie_desktop.commands.console import only_own_lines
    from pie_desktop.imaging import isolation
    from pie_desktop.model.runtime import load_torch_libraries

    with only_own_lines():  # the descriptors are inherited
        isolation.start(warm=1, prepare=isolation.EXPORT)
    # No daemon: the interpreter must not end while a library is loaded.
    threading.Thread(target=load_torch_libraries, name="pie-load-torch").start()


# The guard matters: worker processes import this module again.
if __name__ == "__main__":
    main()
