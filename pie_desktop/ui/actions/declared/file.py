"""Opening, exporting, and the end."""

from pie_desktop.ui.actions.action import Action, Menu, Need, Where

FILE = Menu(
    "File",
    (
        Action("open", "Open photos…", "Choose photos to open", ("Ctrl+O",), icon="mdi6.image-plus"),
        Action(
            "open_folder",
            "Open folder…",
            "Choose a folder and open its photos",
            ("Ctrl+Shift+O",),
            icon="mdi6.folder-open-outline",
        ),
        None,
        Action(
            "export",
            "Export selected photos…",
            "Go to the Export page with the selected photos",
            ("Ctrl+E",),
            needs=(Need.SELECTION,),
            icon="mdi6.export-variant",
        ),
        Action(
            "export_look",
            "Export look…",
            "Export the edit or the style as a LUT for other programs",
            icon="mdi6.cube-outline",
            words="lut cube",
        ),
        None,
        Action(
            "clear_thumbnails",
            "Clear thumbnail cache",
            "Delete the thumbnails kept on disk; they are made anew when they are needed",
            needs=(Need.CACHE,),
            icon="mdi6.broom",
        ),
        None,
        Action("quit", "Quit", "Close the program", ("Ctrl+Q",), words="exit close"),
    ),
)

EXPORT = Menu(
    "Export page",
    (
        Action(
            "start_export",
            "Start the export",
            "Write what the plan shows",
            ("Ctrl+Return",),
            Where.EXPORT,
            in_menu=False,
        ),
        Action(
            "remove_from_export",
            "Remove the selected photos from the export",
            "Take the selected photos out of the plan; the files stay",
            ("Del",),
            Where.PLAN,
            in_menu=False,
        ),
    ),
    in_bar=False,
)

TRAIN = Menu(
    "Train page",
    (
        Action(
            "start_training",
            "Start training",
            "Train a model with these settings",
            ("Ctrl+Return",),
            Where.TRAIN,
            in_menu=False,
        ),
    ),
    in_bar=False,
)
