"""Help."""

from pie_desktop.ui.actions.action import Action, Menu

HELP = Menu(
    "Help",
    (
        Action("help", "Help", "Read how everything works", ("F1",), icon="mdi6.help-circle-outline", words="manual"),
        Action("shortcuts", "Keyboard shortcuts", "See all keys", ("Ctrl+/",), words="keys"),
        Action(
            "change_shortcuts",
            "Change keyboard shortcuts…",
            "Give actions the keys that your hands know",
            words="keys customize settings preferences",
        ),
        None,
        Action("about", "About PIE Desktop…", "Version, model, device and licences", words="qt licence version"),
    ),
)
