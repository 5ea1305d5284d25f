"""Help > About: version, model, device, and the licences of what the program is made of."""

import platform
import re
from collections.abc import Iterator
from importlib import metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pie_desktop import __version__
from pie_desktop.engine.engine import Engine
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.labels import heading
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.ui.widgets.table import set_up_table

PACKAGE = "pie-desktop"
LICENCE = "GPL-3.0-or-later"
LONGEST = 40  # characters; what is longer is the text of a licence and no name
NOT_LOADED = "loaded with the first photo"


def facts(engine: Engine) -> list[tuple[str, str]]:
    """What a report of a problem should name, as (what, value)."""
    return [
        ("Version", __version__),
        ("Model", engine.bundle_id or NOT_LOADED),
        ("Device", engine.device or NOT_LOADED),
        ("System", f"{platform.system()} {platform.release()}, Python {platform.python_version()}, Qt {qVersion()}"),
        ("Licence", f"{LICENCE}; the program and its model come without any warranty"),
    ]


def licences() -> list[tuple[str, str, str]]:
    """(name, version, licence) of the installed packages that the program needs, by name; empty without metadata."""
    found = []
    for name in _required():
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        found.append((about["Name"], about["Version"], _licence(about)))
    return sorted(found, key=lambda row: row[0].casefold())


class AboutDialog(QDialog):
    """What the program is, to read and to copy.

    Attributes:
        copy_button: puts all of it on the clipboard.
    """

    def __init__(self, engine: Engine, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About PIE Desktop")
        self.resize(560, 520)
        self._facts = facts(engine)
        self._licences = licences()
        form = QFormLayout()
        form.setHorizontalSpacing(2 * SPACE)
        for what, value in self._facts:
            label = PlainLabel(value, wordWrap=True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setAccessibleName(f"{what}: {value}")
            form.addRow(PlainLabel(what), label)
        table = QTableWidget(len(self._licences), 3)
        table.setHorizontalHeaderLabels(["Package", "Version", "Licence"])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        set_up_table(table, "Licences of the packages that the program uses")
        for row, cells in enumerate(self._licences):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(text))
                table.setItem(row, column, item)
        for column in (0, 1):
            table.resizeColumnToContents(column)
        table.horizontalHeader().setStretchLastSection(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = QPushButton("Copy")
        about_qt = QPushButton("About Qt")
        for button in (self.copy_button, about_qt):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        about_qt.clicked.connect(QApplication.aboutQt)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE)
        layout.addLayout(form)
        layout.addWidget(heading("MADE WITH"))
        layout.addWidget(table, 1)
        layout.addWidget(buttons)

    def text(self) -> str:
        """All of it, a line each."""
        lines = [f"{what}: {value}" for what, value in self._facts]
        return "\n".join([*lines, *(" ".join(row) for row in self._licences)])


def _required() -> Iterator[str]:
    """The names of the packages that the program needs; not those for testing and building it."""
    try:
        needed = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:  # a source tree that was never installed
        return
    for one in needed:
        if "extra ==" not in one and (name := re.match(r"[\w.-]+", one)):
            yield name.group()


def _licence(about: metadata.PackageMetadata) -> str:
    """As SPDX has it where the package says so, else what it says in a few words."""
    said = [str((about.get_all(key) or [""])[0]) for key in ("License-Expression", "License")]
    short = next((one for one in said if one and one != "UNKNOWN" and len(one) <= LONGEST and "\n" not in one), "")
    kinds = [line.rsplit(" :: ", 1)[-1] for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    return said[0] or short or ", ".join(kinds) or "see the package"
