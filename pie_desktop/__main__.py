"""`python -m pie_desktop`: the same as `pie-desktop`."""

from pie_desktop.cli import main

# The guard matters: worker processes import this module again.
if __name__ == "__main__":
    main()
