"""Undo, redo, and the edit of the open photo."""

from pie_desktop.ui.actions.action import Action, Menu, Need, Where

EDIT = Menu(
    "Edit",
    (
        Action("undo", "Undo", "Undo what was done last", ("Ctrl+Z",), Where.EDIT, (Need.UNDO,), "mdi6.undo"),
        Action(
            "redo",
            "Redo",
            "Do again what was undone last",
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            Where.EDIT,
            (Need.REDO,),
            "mdi6.redo",
        ),
        None,
        Action(
            "reset",
            "Reset sliders",
            "Put all sliders back to their defaults; the style stays",
            ("Ctrl+R",),
            Where.EDIT,
            (Need.PHOTO, Need.CHANGES),
            "mdi6.restore",
            "strength amount default",
        ),
        None,
        Action(
            "commands",
            "All commands…",
            "Find a command by a few letters of its name and run it",
            ("Ctrl+K",),
            icon="mdi6.magnify",
            words="palette search",
        ),
    ),
)
