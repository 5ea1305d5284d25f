"""Entry point of the PyInstaller folder: the editor, or with `training` as first argument the training core.

The editor never imports the training core; a frozen build has one executable for both, so this file,
which belongs to neither package, decides.
"""

import multiprocessing
import runpy
import sys


def main() -> None:
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["training"]:
        del sys.argv[1]
        runpy.run_module("training", run_name="__main__", alter_sys=True)
        return
    from pie_desktop.cli import main as editor

    editor()


if __name__ == "__main__":
    main()
