"""The dialog of a style's versions: what changed when, two of them on the open photo, and the way back to one."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.edit.edit import Edit
from pie_desktop.styles.style import Style
from pie_desktop.styles.versioning import StyleVersion
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.styles import version_jobs
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.taste.picture import Picture
from pie_desktop.ui.theme import HALF_SPACE, SPACE, set_flag
from pie_desktop.ui.widgets.labels import ElidedLabel, counted
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane

OpenPhoto = Callable[[], tuple[Path, Edit] | None]
_SIZE = QSize(1120, 640)
_SHARE = 0.75  # of the window, where that is more
_LIST_WIDTH = 300
_NO_PHOTO = "Open a photo to see it in the versions."
_HOW = "Select one version to compare it with the style as it is now, or two to compare these."


class VersionsDialog(QDialog):
    """Lists the versions of one style, the newest first.

    Args:
        open_photo: gives the open photo with its edit, or None.
    """

    def __init__(
        self,
        context: AppContext,
        controller: StyleController,
        lane: LatestLane,
        style: Style,
        open_photo: OpenPhoto,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._context, self._controller, self._lane = context, controller, lane
        self._style, self._open_photo = style, open_photo
        self._job: Job | None = None
        self.versions: list[StyleVersion] = []
        self.setWindowTitle("Versions of a style")
        self.resize((parent.window().size() * _SHARE).expandedTo(_SIZE).boundedTo(parent.window().size()))
        self.list = QListWidget()
        self.list.setAccessibleName("Versions")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setMinimumWidth(_LIST_WIDTH)
        self.list.setMaximumWidth(_LIST_WIDTH)
        self.list.setWordWrap(True)
        self.list.setSpacing(HALF_SPACE // 2)
        self.list.itemSelectionChanged.connect(self._on_selected)
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name of this version")
        self.name.setAccessibleName("Name of this version")
        self.name.setToolTip("Versions with a name are kept longest")
        self.name.editingFinished.connect(self._rename)
        self.pictures = (Picture("Older version"), Picture("Newer version"))
        self.captions = (ElidedLabel(), ElidedLabel())
        self.text = PlainLabel(_HOW, wordWrap=True)
        self.back = QPushButton("Go back to this version")
        self.back.setProperty("primary", True)
        self.back.setAutoDefault(False)
        self.back.clicked.connect(self.go_back)
        self.close_button = QPushButton("Close")
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.close)
        self._build()
        controller.listed.connect(self._on_listed)
        self._load()

    @property
    def chosen(self) -> list[StyleVersion]:
        """The versions that are selected, the oldest first."""
        rows = sorted((self.list.row(item) for item in self.list.selectedItems()), reverse=True)
        return [self.versions[row] for row in rows]

    def compared(self) -> list[StyleVersion]:
        """What the pictures show, the older one first: one, or two."""
        chosen = self.chosen[:2]
        if len(chosen) == 1:
            chosen = (
                [*chosen, self.versions[0]] if chosen[0] is not self.versions[0] else [*self.versions[1:2], *chosen]
            )
        return chosen

    def go_back(self) -> None:
        """Make the style what it was in the version that is selected."""
        chosen = self.chosen
        if len(chosen) == 1 and not chosen[0].current:
            self._controller.go_back(self._style.id, chosen[0].number)

    def done(self, result: int) -> None:
        if self._job is not None and not self._job.done:
            self._job.cancel()
        super().done(result)

    def _load(self) -> None:
        job = self._controller.lane.submit(version_jobs.list_versions, self._context.library, self._style.id)
        job.result.connect(self._on_versions)
        job.failed.connect(self._say_problem)

    def _on_listed(self) -> None:
        style = self._controller.style(self._style.id)
        if style is None:
            self.close()  # deleted, here or in another window
        elif style.fingerprint != self._style.fingerprint:
            self._style = style
            self._load()

    def _on_versions(self, versions: Sequence[StyleVersion]) -> None:
        before = {version.number for version in self.chosen}
        self.versions = list(versions)
        self.list.blockSignals(True)
        self.list.clear()
        for version in versions:
            item = QListWidgetItem(described(version))
            self.list.addItem(item)
            item.setSelected(version.number in before)
        if not self.list.selectedItems() and versions:
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._on_selected()

    def _on_selected(self) -> None:
        chosen, compared = self.chosen, self.compared()
        self.name.setEnabled(len(chosen) == 1 and not self._style.builtin)
        self.name.setText(chosen[0].name or "" if len(chosen) == 1 else "")
        self.back.setEnabled(len(chosen) == 1 and not chosen[0].current and not self._style.builtin)
        for caption, picture, version in zip(self.captions, self.pictures, [*compared, None, None], strict=False):
            caption.set_full_text(titled(version) if version is not None else "")
            if version is None:
                picture.set_image(None)
        self._render(compared)

    def _render(self, compared: Sequence[StyleVersion]) -> None:
        photo = self._open_photo()
        if photo is None:
            self._say(_NO_PHOTO)
            return
        self._say("Rendering…")
        numbers = [version.number for version in compared]
        side = round(max(self.pictures[0].width(), self.pictures[0].height()) * self.devicePixelRatioF())
        job = self._job = self._lane.submit(
            version_jobs.render, self._context.library, self._context.engine, self._style.id, numbers, *photo, side
        )
        job.result.connect(self._on_rendered)
        job.failed.connect(self._say_problem)

    def _on_rendered(self, rendered: version_jobs.Rendered) -> None:
        for picture, image in zip(self.pictures, rendered.images, strict=False):
            picture.set_image(self._context.display.apply(np.ascontiguousarray(image)))
        if rendered.difference is None:
            self._say("There is only this version: every change of the references makes another.")
        else:
            self._say(f"On this photo they differ by ΔE {rendered.difference:.1f}. {_HOW}")

    def _rename(self) -> None:
        chosen = self.chosen
        if len(chosen) != 1 or self.name.text().strip() == (chosen[0].name or ""):
            return
        library, name = self._context.library, self.name.text()
        work = partial(version_jobs.name_version, number=chosen[0].number, name=name)
        job = self._controller.lane.submit(work, library, self._style.id)
        job.result.connect(self._on_versions)
        job.failed.connect(self._say_problem)

    def _say(self, text: str, role: str = "muted") -> None:
        self.text.setText(text)
        set_flag(self.text, "role", role)

    def _say_problem(self, text: str) -> None:
        self._say(text, "error")

    def _build(self) -> None:
        title = PlainLabel(f"Versions of “{self._style.name}”", wordWrap=True)
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        for widget in (title, self.list, self.name):
            left.addWidget(widget)
        sides = QGridLayout()
        sides.setSpacing(SPACE)
        for column, (caption, picture) in enumerate(zip(self.captions, self.pictures, strict=True)):
            picture.unsetCursor()
            sides.addWidget(caption, 0, column)
            sides.addWidget(picture, 1, column)
            sides.setColumnStretch(column, 1)
        sides.setRowStretch(1, 1)
        right = QVBoxLayout()
        right.setSpacing(SPACE)
        right.addLayout(sides, 1)
        right.addWidget(self.text)
        top = QHBoxLayout()
        top.setSpacing(2 * SPACE)
        top.addLayout(left)
        top.addLayout(right, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.back)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column_layout.setSpacing(2 * SPACE)
        column_layout.addLayout(top, 1)
        column_layout.addLayout(buttons)


def titled(version: StyleVersion) -> str:
    """A version by its name or number, and whether it is the style as it is now."""
    name = f"“{version.name}”" if version.name else f"Version {version.number}"
    return f"{name} (now)" if version.current else name


def described(version: StyleVersion) -> str:
    """What the list says of a version, in two or three lines."""
    made = f"{version.made.astimezone():%Y-%m-%d %H:%M}"
    edits = version.references - version.pairs
    counts = [counted(number, word) for number, word in ((version.pairs, "pair"), (edits, "edit")) if number]
    return f"{titled(version)}  ·  {made}\n{version.what}  ·  {', '.join(counts)}"


class StyleVersions(QObject):
    """Opens the dialog; what it renders has a lane of its own.

    Attributes:
        dialog: the last one that was opened.
        open_photo: gives the open photo with its edit; the owner of the photo sets it.
    """

    def __init__(self, context: AppContext, controller: StyleController, panel: QWidget) -> None:
        super().__init__(panel)
        self._context, self._controller, self._panel = context, controller, panel
        self._lane = context.add_lane(LatestLane("versions"))
        self.dialog: VersionsDialog | None = None
        self.open_photo: OpenPhoto = lambda: None

    def show(self, style_id: str) -> None:
        """Show the versions of a style."""
        style = self._controller.style(style_id)
        if style is None:
            return
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
        self.dialog = VersionsDialog(
            self._context, self._controller, self._lane, style, self.open_photo, self._panel.window()
        )
        self.dialog.setWindowModality(Qt.WindowModality.WindowModal)
        self.dialog.show()
