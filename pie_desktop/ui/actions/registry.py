"""All declared actions: the one list that menus, keys, command list, tooltips and help are made from."""

from collections.abc import Iterator

from pie_desktop.ui.actions.action import Action, Menu
from pie_desktop.ui.actions.declared.edit import EDIT
from pie_desktop.ui.actions.declared.file import EXPORT, FILE, TRAIN
from pie_desktop.ui.actions.declared.help import HELP
from pie_desktop.ui.actions.declared.photo import PHOTO
from pie_desktop.ui.actions.declared.rate import RATE
from pie_desktop.ui.actions.declared.style import STYLE
from pie_desktop.ui.actions.declared.view import VIEW

MENUS: tuple[Menu, ...] = (FILE, EDIT, PHOTO, RATE, VIEW, STYLE, HELP, EXPORT, TRAIN)


def all_actions() -> Iterator[Action]:
    """Every action, in the order of the menus."""
    for menu in MENUS:
        yield from menu.actions


_BY_ID = {action.id: action for action in all_actions()}


def action(action_id: str) -> Action:
    """The declaration of an action.

    Raises:
        KeyError: if none is declared under this name.
    """
    return _BY_ID[action_id]
