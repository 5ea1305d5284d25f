"""The one owner of the edit on screen, and with it of the selected style; widgets observe it."""

from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit


class CurrentEdit(QObject):
    """The edit of the open photo; while none is open, the one that the next photo opens with.

    Attributes:
        edit: the edit.
        wanted: the style that was asked for last, None for neutral. It is that of `edit` but for the time that its
            preference takes to compute.

    Signals:
        changed: (Edit, whether a slider is still moving).
        style_changed: id of the style of `edit`, which is another one than before; empty for none.
        blend_changed: `edit` blends its style with another one than before, or with none, and its style is the same.
        wanted_changed: `wanted` is another one.
        chosen_again: the style that was chosen, which the edit has already.
        style_chosen: id of the style, or None, that the user chose; after the others.
    """

    changed = Signal(object, bool)
    style_changed = Signal(str)
    blend_changed = Signal()
    wanted_changed = Signal()
    chosen_again = Signal(object)
    style_chosen = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.edit = Edit()
        self.wanted: str | None = None
        self._unedited: str | None = None

    @property
    def style_id(self) -> str | None:
        """The selected style, or None for neutral enhancement only."""
        return self.edit.style_id

    @property
    def chosen(self) -> str | None:
        """The style that photos without an edit open in."""
        return self._unedited

    def begin_with(self, style_id: str | None) -> None:
        """Show the style that photos had when the program ended, while no photo is open; its folder keeps its own."""
        self._unedited = style_id
        self.show(None)

    def want(self, style_id: str | None) -> None:
        """Note the style that was asked for, while its preference is computed; `choose_style` follows."""
        if style_id != self.wanted:
            self.wanted = style_id
            self.wanted_changed.emit()

    def choose_style(self, style_id: str | None) -> None:
        """Take the style that the user chose for this photo."""
        self.want(style_id)
        again = self.edit.style.styles == (() if style_id is None else (style_id,))
        self._set(self.edit.with_style(style_id), moving=False)
        if again:
            self.chosen_again.emit(style_id)
        self.style_chosen.emit(style_id)

    def change(self, edit: Edit, moving: bool = False) -> None:
        """Take what the user decided about the open photo; it is final once `moving` is over."""
        self._set(edit, moving)

    def show(self, edit: Edit | None) -> None:
        """Take the edit that a photo has, of its history or the catalog; None for a photo without one."""
        self._set(edit if edit is not None else self.unedited(), moving=False)

    def unedited(self) -> Edit:
        """What a photo without an edit opens with: the current style of its folder."""
        return Edit.styled(self._unedited)

    def set_unedited(self, style_id: str | None) -> None:
        """Note the style of photos without an edit; see `FolderStyleKeeper`."""
        self._unedited = style_id

    def _set(self, edit: Edit, moving: bool) -> None:
        before, self.edit = self.edit, edit
        style_changes = edit.style_id != before.style_id
        if style_changes:  # else one may be wanted that is not ready yet
            self.want(edit.style_id)
        self.changed.emit(edit, moving)
        if style_changes:
            self.style_changed.emit(edit.style_id or "")
        elif edit.style.blend_id != before.style.blend_id:
            self.blend_changed.emit()
