"""`pie-desktop training`: the training core in this process, which is how an installed application offers it."""

import runpy
import sys

import typer


def register(app: typer.Typer) -> None:
    app.command(
        "training",
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )(training)


def training(context: typer.Context) -> None:
    """Train, evaluate and benchmark models: `pie-desktop training --help`, the same as `python -m training`."""
    sys.argv = ["training", *context.args]
    # By name: the editor never imports the training core, see docs/decisions/001-training-is-a-child-process.md.
    runpy.run_module("training", run_name="__main__", alter_sys=True)
