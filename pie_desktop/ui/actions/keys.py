"""The keys of all actions: the declared ones unless the user chose others."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.action import Action, Where
from pie_desktop.ui.settings import Settings

SETTING = "keys."

# Controls need these themselves: buttons the space bar, lists and combo boxes the arrows, everything Tab.
_CONTROL_KEYS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Space,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Escape,
}
_TAB_KEYS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_AROUND_PHOTO = Where.CANVAS | Where.FILMSTRIP | Where.SLIDERS


def reach(action: Action, key: str) -> Where:
    """Where one key of an action has effect.

    A key that controls need themselves, without Ctrl or Alt, has effect around the photo alone: on the canvas, the
    filmstrip, and a slider under which the mouse is not; Tab only on the canvas, as it leads on everywhere else.
    """
    pressed = QKeySequence(key)[0]  # type: ignore[index]  # PySide6 declares no __getitem__
    if pressed.keyboardModifiers() & ~Qt.KeyboardModifier.ShiftModifier:
        return action.where
    if pressed.key() in _TAB_KEYS:
        return action.where & Where.CANVAS or action.where
    if pressed.key() in _CONTROL_KEYS:
        return action.where & _AROUND_PHOTO or action.where
    return action.where


def normal(key: str | QKeySequence) -> str:
    """A key as it is stored and compared; empty for none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def shown(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class KeyMap(QObject):
    """Which keys every action has; what the user chose is kept in the settings as `keys.<id>`, a list of keys.

    One key has one meaning in one place: a key that the user gave to an action is taken from those that have it by
    default there, also from actions that come with a later version.

    Signals:
        changed: other keys hold now.
    """

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._keys: dict[str, tuple[str, ...]] = {}
        self._read()

    def of(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action, the one to show first."""
        return self._keys[action_id]

    def hint(self, action_id: str) -> str:
        """The first key as this system writes it; empty without one."""
        keys = self._keys[action_id]
        return shown(keys[0]) if keys else ""

    def tip(self, action_id: str, said: str = "") -> str:
        """The text of a tooltip: what an action does, in its own words unless in others, with its first key."""
        said, key = said or registry.action(action_id).help, self.hint(action_id)
        return f"{said} ({key})" if key else said

    def is_default(self, action_id: str) -> bool:
        return self._settings.get(SETTING + action_id) is None

    def holders(self, action_id: str, key: str) -> list[Action]:
        """The other actions that have this key where it would have effect for `action_id`."""
        wanted = reach(registry.action(action_id), key)
        return [
            other
            for other in registry.all_actions()
            if other.id != action_id and normal(key) in self._keys[other.id] and reach(other, key) & wanted
        ]

    def set(self, action_id: str, keys: Sequence[str]) -> None:
        """Give an action these keys and no others, and take them from the actions that have them there."""
        wanted = tuple(dict.fromkeys(one for one in map(normal, keys) if one))
        for key in wanted:
            for other in self.holders(action_id, key):
                self._store(other, tuple(one for one in self._keys[other.id] if one != key))
        self._store(registry.action(action_id), wanted)
        self._read()
        self.changed.emit()

    def reset(self, action_id: str) -> None:
        """Give an action its declared keys, and take them from the actions that have them now."""
        self.set(action_id, registry.action(action_id).keys)

    def reset_all(self) -> None:
        """Every action has its declared keys."""
        for one in registry.all_actions():
            if not self.is_default(one.id):
                self._settings.set(SETTING + one.id, None)
        self._read()
        self.changed.emit()

    def _store(self, action: Action, keys: tuple[str, ...]) -> None:
        declared = tuple(map(normal, action.keys))
        self._settings.set(SETTING + action.id, None if keys == declared else list(keys))
        self._keys[action.id] = keys

    def _read(self) -> None:
        chosen = {one.id: self._chosen(one.id) for one in registry.all_actions()}
        taken = [(key, reach(registry.action(name), key)) for name, keys in chosen.items() for key in keys or ()]
        for one in registry.all_actions():
            keys = chosen[one.id]
            if keys is None:
                declared = map(normal, one.keys)
                keys = tuple(
                    key
                    for key in declared
                    if not any(key == other and reach(one, key) & place for other, place in taken)
                )
            self._keys[one.id] = keys

    def _chosen(self, action_id: str) -> tuple[str, ...] | None:
        kept = self._settings.get(SETTING + action_id)
        if not isinstance(kept, list):
            return None
        return tuple(dict.fromkeys(normal(key) for key in kept if isinstance(key, str) and normal(key)))
