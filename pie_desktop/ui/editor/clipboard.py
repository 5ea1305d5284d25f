"""Copying the edit of the open photo, or parts of it, and pasting it into the selected ones."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from pie_desktop.edit.copying import CopyGroup, as_in, copy_groups, with_groups
from pie_desktop.edit.edit import Edit
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.editor.several import SeveralPhotos
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.plain_text import PlainLabel

LEFT_OUT = "edit.parts_left_out"


class CopyDialog(QDialog):
    """Which parts of an edit are copied.

    Attributes:
        boxes: by key of the group.
    """

    def __init__(self, groups: list[CopyGroup], left_out: set[str], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Copy parts of the edit")
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE)
        layout.addWidget(PlainLabel("What is pasted into other photos:"))
        self.boxes: dict[str, QCheckBox] = {}
        for group in groups:
            box = self.boxes[group.key] = QCheckBox(group.label)
            box.setChecked(group.key not in left_out)
            box.toggled.connect(self._update)
            layout.addWidget(box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.copy_button = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.AcceptRole)
        self.copy_button.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self._update()

    @property
    def left_out(self) -> set[str]:
        """The keys of the groups that are not copied."""
        return {key for key, box in self.boxes.items() if not box.isChecked()}

    def _update(self) -> None:
        self.copy_button.setEnabled(len(self.left_out) < len(self.boxes))


class EditClipboard(QObject):
    """An edit that was copied, and the edit of the photo that was open before.

    Signals:
        changed: there is something to paste, or something else.
    """

    changed = Signal()

    def __init__(self, context: AppContext, session: EditSession, several: SeveralPhotos, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._session = session
        self._several = several
        self._window = window
        self._copied: tuple[Edit, frozenset[str]] | None = None
        self._before: Edit | None = None
        self._previous: Edit | None = None
        session.opened.connect(self._on_opened)
        context.current.changed.connect(self._on_edit)

    @property
    def can_paste(self) -> bool:
        return self._copied is not None and self._session.photo is not None

    @property
    def has_previous(self) -> bool:
        """Whether another photo was open before this one."""
        return self._previous is not None and self._session.photo is not None

    def copy(self) -> None:
        """Copy the edit of the open photo, without its crop."""
        self._take({group.key for group in copy_groups() if not group.of_one_photo})

    def copy_parts(self) -> None:
        """Ask which parts of it are copied; what was left out last time is left out again."""
        if self._session.photo is None:
            return
        groups, settings = copy_groups(), self._context.settings
        kept = settings.get(LEFT_OUT)
        left_out = {group.key for group in groups if group.of_one_photo}
        if isinstance(kept, list):
            left_out = {key for key in kept if isinstance(key, str)}
        dialog = CopyDialog(groups, left_out, self._window)
        if dialog.exec():
            settings.set(LEFT_OUT, sorted(dialog.left_out))
            self._take({group.key for group in groups} - dialog.left_out)

    def paste(self) -> None:
        """Give what was copied to all selected photos."""
        if self._copied is not None:
            source, keys = self._copied
            self._several.change_all("Pasted edit", lambda _, edit: with_groups(edit, source, keys))

    def apply_previous(self) -> None:
        """Give all selected photos the edit of the photo that was open before this one."""
        if (previous := self._previous) is not None:
            self._several.change_all("Previous edit", lambda _, edit: as_in(edit, previous))

    def _take(self, keys: set[str]) -> None:
        if self._session.photo is not None:
            self._copied = (self._session.edit, frozenset(keys))
            self.changed.emit()

    def _on_opened(self) -> None:
        """The edit that another photo was left with is the previous one from now on."""
        self._previous, self._before = self._before, self._session.edit
        self.changed.emit()

    def _on_edit(self, edit: Edit, moving: bool) -> None:
        if self._session.photo is not None:
            self._before = edit
