"""Undo and redo of one photo's edit states."""

from pie_desktop.edit.edit import Edit

LIMIT = 200


class EditHistory:
    """States in the order the user made them; the first is how the photo was opened."""

    def __init__(self, first: Edit) -> None:
        self._states = [first]
        self._place = 0

    @property
    def current(self) -> Edit:
        return self._states[self._place]

    @property
    def edited(self) -> bool:
        """Whether there is more than the first state."""
        return len(self._states) > 1

    @property
    def can_undo(self) -> bool:
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        return self._place < len(self._states) - 1

    def push(self, state: Edit) -> bool:
        """Add a state after the current one, dropping what was undone; False if it is no change."""
        if state == self.current:
            return False
        del self._states[self._place + 1 :]
        self._states.append(state)
        del self._states[:-LIMIT]
        self._place = len(self._states) - 1
        return True

    def undo(self) -> Edit:
        self._place = max(0, self._place - 1)
        return self.current

    def redo(self) -> Edit:
        self._place = min(len(self._states) - 1, self._place + 1)
        return self.current
