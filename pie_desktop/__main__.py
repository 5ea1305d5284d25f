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
    """Start the process that decodes photos before anything else is imported, where a command is going to need it.

    It needs as long as this process to be ready, and on a second core both get ready at the same time.
    """
    if not arguments or arguments[0] not in _WRITING or _WRITING_NOTHING.intersection(arguments):
        return
    from pie_desktop.commands.console import only_own_lines
    from pie_desktop.imaging import isolation

    with only_own_lines():  # the descriptors are inherited
        isolation.start(warm=1, prepare=isolation.EXPORT)


# The guard matters: worker processes import this module again.
if __name__ == "__main__":
    main()
