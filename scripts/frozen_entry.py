"""Entry point of the PyInstaller folder, whose worker processes are this same program started again."""

import multiprocessing

from pie_desktop.__main__ import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    main()
