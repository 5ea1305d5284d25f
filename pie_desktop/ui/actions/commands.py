"""The declared actions brought to life: a `QAction` for each, all of those of one window, and when they are enabled."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QWidget

from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.action import Need, Where
from pie_desktop.ui.actions.keys import KeyMap, reach
from pie_desktop.ui.theme import icon
from pie_desktop.ui.widgets.plain_text import plain

PAGES = {"Edit": Where.EDIT, "Export": Where.EXPORT, "Train": Where.TRAIN}


class Command(QAction):
    """A declared action that can be run; its keys are always those that the user has for it.

    Attributes:
        declared: its declaration.
    """

    def __init__(self, keys: KeyMap, action_id: str, run: Callable[[], object], widget: QWidget) -> None:
        """Make the action and add it to a widget.

        Args:
            keys: of the context.
            action_id: as declared.
            run: called without arguments.
            widget: where the keys have effect, for actions that are not of a whole page.

        Raises:
            KeyError: if no such action is declared.
        """
        self.declared = registry.action(action_id)
        super().__init__(self.declared.label, widget)
        self.setObjectName(action_id)
        self.setCheckable(self.declared.checkable)
        if self.declared.icon:
            self.setIcon(icon(self.declared.icon))
        self._keys = keys
        self._narrow: dict[Where, QAction] = {}
        if self.declared.where not in (Where.WINDOW, *PAGES.values()):
            self.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.triggered.connect(lambda checked=False: run())
        self.enabledChanged.connect(self._enable_narrow)
        widget.addAction(self)
        keys.changed.connect(self._show_keys)
        self._show_keys()

    def shown_keys(self) -> str:
        """The first key as this system writes it; empty without one."""
        return self._keys.hint(self.declared.id)

    def within(self, area: Where) -> QAction:
        """The same action with those of its keys that have effect on a few widgets alone; see `keys.reach`.

        Args:
            area: one place around the photo. The action is for the widgets there, which get these keys while they
                have the focus.
        """
        if area not in self._narrow:
            narrow = self._narrow[area] = QAction(self)
            narrow.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            narrow.setEnabled(self.isEnabled())
            narrow.triggered.connect(self.trigger)
            self._show_keys()
        return self._narrow[area]

    def _enable_narrow(self, enabled: bool) -> None:
        for narrow in self._narrow.values():
            narrow.setEnabled(enabled)

    def _show_keys(self) -> None:
        declared = self.declared
        reached = {key: reach(declared, key) for key in self._keys.of(declared.id) if not declared.held}
        self.setShortcuts([QKeySequence(key) for key, where in reached.items() if where == declared.where])
        for area, narrow in self._narrow.items():
            keys = [key for key, where in reached.items() if where != declared.where and where & area]
            narrow.setShortcuts([QKeySequence(key) for key in keys])
        self.setToolTip(plain(self._keys.tip(declared.id)))


class Commands(QObject):
    """All actions of one window by id.

    Attributes:
        keys: the keys that they have.
    """

    def __init__(self, window: QMainWindow, keys: KeyMap) -> None:
        super().__init__(window)
        self.keys = keys
        self._window = window
        self._commands: dict[str, Command] = {}
        self._areas: list[tuple[QWidget, Where]] = []
        self._conditions: dict[Need, Callable[[], bool]] = {}
        self._page = "Edit"

    def bind(self, action_id: str, run: Callable[[], object], widget: QWidget | None = None) -> Command:
        """Make a declared action do something; `widget` as for `Command`, the window if None."""
        command = Command(self.keys, action_id, run, widget or self._window)
        self._add(command)
        return command

    def include(self, panel: QWidget) -> None:
        """List the actions that a panel or page made for itself."""
        for command in panel.findChildren(Command):
            self._add(command)

    def add_area(self, widget: QWidget, where: Where) -> None:
        """Let keys that controls need themselves have effect while this widget has the focus.

        Args:
            widget: the canvas, the list of photos, or a slider.
            where: which of them it is.
        """
        self._areas.append((widget, where))
        for command in self._commands.values():
            self._add_to_area(command, widget, where)

    def _add(self, command: Command) -> None:
        self._commands[command.declared.id] = command
        for widget, where in self._areas:
            self._add_to_area(command, widget, where)

    @property
    def conditions(self) -> Mapping[Need, Callable[[], bool]]:
        """How to find out whether what actions need is there."""
        return self._conditions

    @staticmethod
    def _add_to_area(command: Command, widget: QWidget, where: Where) -> None:
        if command.declared.where & where:
            widget.addAction(command.within(where))

    def enable_when(self, conditions: Mapping[Need, Callable[[], bool]]) -> None:
        """Say how to find out whether what actions need is there."""
        self._conditions.update(conditions)

    def refresh(self, page: str | None = None) -> None:
        """Enable what there is something to do for; `page` is the one that is shown from now on."""
        self._page = page or self._page
        known: dict[Need, bool] = {need: there() for need, there in self._conditions.items()}
        for command in self._commands.values():
            declared = command.declared
            on_page = bool(declared.where & PAGES[self._page])
            command.setEnabled(on_page and all(known.get(need, True) for need in declared.needs))

    def press(self, key: str, where: Where) -> None:
        """Run what a key does at a place, where it did not come as a shortcut."""
        for command in self.available():
            declared = command.declared
            if key in self.keys.of(declared.id) and reach(declared, key) & where:
                command.trigger()
                return

    def __getitem__(self, action_id: str) -> Command:
        return self._commands[action_id]

    def available(self) -> list[Command]:
        """What can be run now."""
        return [command for command in self._commands.values() if command.isEnabled()]


class ActionTip(QObject):
    """Gives a widget the tooltip of the action that it does, always with the key that the action has."""

    def __init__(self, widget: QWidget, keys: KeyMap, action_id: str, said: str = "") -> None:
        """Set the tooltip, and keep it up to date for as long as the widget lives.

        Args:
            widget: gets the tooltip.
            keys: of the context.
            action_id: as declared.
            said: what is said before the key; the action's own help if empty.
        """
        super().__init__(widget)
        self._widget = widget
        self._keys = keys
        self._id = action_id
        self._said = said
        keys.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self._widget.setToolTip(plain(self._keys.tip(self._id, self._said)))
