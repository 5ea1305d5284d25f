"""What is declared of an action: its words, its keys, where these have effect, and when there is something to do."""

from dataclasses import dataclass
from enum import Enum, Flag, auto


class Where(Flag):
    """Where the keys of an action have effect; also which page has to be shown for the action to be enabled."""

    CANVAS = auto()
    FILMSTRIP = auto()
    SLIDERS = auto()
    GALLERY = auto()
    REFERENCES = auto()
    REST_OF_EDIT = auto()
    PLAN = auto()
    REST_OF_EXPORT = auto()
    TRAIN = auto()
    STYLES = GALLERY | REFERENCES
    EDIT = CANVAS | FILMSTRIP | SLIDERS | STYLES | REST_OF_EDIT
    EXPORT = PLAN | REST_OF_EXPORT
    WINDOW = EDIT | EXPORT | TRAIN


class Need(Enum):
    """What has to be there for an action to do something; without it the action is disabled."""

    PHOTO = "a photo is open"
    NEXT = "there is a photo after the current one"
    PREVIOUS = "there is a photo before the current one"
    SELECTION = "photos are selected"
    FOLDER = "a folder is shown"
    CHANGES = "the photo's sliders do not stand at their defaults"
    STYLED = "a style is selected for the photo"
    UNDO = "something can be undone"
    REDO = "something that was undone can be done again"
    IN_STYLE = "the open photo is in a style"
    BLEND = "the photo's style is blended with another one"
    STYLE = "a style has the focus in the gallery or is shown in detail"
    OWN_STYLE = "that style is one of the user's own"
    OWN_ORDER = "a style has the focus in the gallery, which is in the user's own order"
    ALONE = "the photo is alone on the screen"
    CACHE = "thumbnails are kept on disk"
    SEVERAL = "several photos are selected"
    COPIED = "an edit was copied"
    COPY = "a virtual copy is open"
    OTHER_EDIT = "another photo was open before"
    REFERENCES = "the references of a style are shown"
    DELETED_STYLE = "a style was deleted since the start"


@dataclass(frozen=True)
class Action:
    """Something that a person can do.

    Attributes:
        id: its name in the code and, as `keys.<id>`, in the settings; never changed.
        label: as in menus and in the command list. It names the object ("Delete style", not "Delete"), and ends with an
            ellipsis where a dialog asks for more.
        help: one sentence without a full stop, for the tooltip and the help.
        keys: the keys that it has unless the user chose others, as in "Ctrl+Shift+O"; the first one is shown.
        where: where these have effect.
        needs: all of them have to be there.
        icon: a qtawesome name.
        words: more words by which the command list finds it.
        checkable: it is on or off.
        in_menu: whether the menu bar has it; otherwise it is in the command list and the help alone.
        held: it lasts as long as its key is held down, and is in no menu or list.
    """

    id: str
    label: str
    help: str
    keys: tuple[str, ...] = ()
    where: Where = Where.WINDOW
    needs: tuple[Need, ...] = ()
    icon: str = ""
    words: str = ""
    checkable: bool = False
    in_menu: bool = True
    held: bool = False

    @property
    def name(self) -> str:
        """The label without its ellipsis."""
        return self.label.rstrip("…")


@dataclass(frozen=True)
class Menu:
    """A menu, and a heading in the help.

    Attributes:
        entries: the actions in their order; None is a line between two groups.
        in_bar: whether the menu bar has it.
    """

    title: str
    entries: tuple[Action | None, ...]
    in_bar: bool = True

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(entry for entry in self.entries if entry is not None)
