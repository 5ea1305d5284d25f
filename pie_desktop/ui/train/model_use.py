"""Which models there are, and which one is used: taken into use, and given up again."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from pie_desktop.engine import bundles
from pie_desktop.engine.own_models import BEFORE, BETTER, TOO_FEW, held_out, is_imported
from pie_desktop.errors import BundleError
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import confirm
from pie_desktop.workers.job import JobContext

if TYPE_CHECKING:
    from pie_desktop.model.bundle import BundleInfo

KEPT = 20  # models that can be gone back to


@dataclass(frozen=True)
class Models:
    """All bundles, as a job found them; `used` is the folder of the one in use."""

    shipped: "tuple[BundleInfo, ...]"
    own: "tuple[BundleInfo, ...]"
    used: Path | None

    @property
    def others(self) -> "tuple[BundleInfo, ...]":
        """All but the one in use."""
        return tuple(info for info in (*self.own, *self.shipped) if info.path != self.used)

    def name_of(self, path: Path | None) -> str:
        """Name of a model, None for the one in use."""
        wanted = self.used if path is None else path
        return next((info.name for info in (*self.own, *self.shipped) if info.path == wanted), "a model that is gone")


def find_models(context: JobContext) -> Models:
    """A job for a lane: reading a bundle's description may import torch."""
    try:
        used = bundles.default_bundle()
    except BundleError:
        used = None
    context.check()
    return Models(tuple(bundles.shipped_bundles()), tuple(bundles.own_bundles()), used)


class ModelUse(QObject):
    """Takes models into use, and says in a message what was done.

    Args:
        parent: whose window questions belong to.

    Signals:
        changed: models are other ones now, or another one is in use; the folder of the one to show, or None.
    """

    changed = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._parent = parent

    def use(self, info: "BundleInfo") -> bool:
        """Take a model into use, after a question where it is not shown to be better; returns whether it is."""
        question = doubt(info)
        if question and not confirm(self._parent, "Use this model", f"{question} Use it all the same?", default=False):
            return False
        before = self._context.settings.get(bundles.SETTING)
        self._context.settings.set(BEFORE, [*self._kept(), before][-KEPT:])
        self._take_into_use(str(info.path))
        self._context.notifier.info(f"“{info.name}” is now in use.", "Go back", self.roll_back)
        self.changed.emit(info.path)
        return True

    def before(self) -> Path | None:
        """The folder of the model that `roll_back` goes back to; None where there is none to go back to."""
        found = self._last()
        return None if found is None else found[1]

    def roll_back(self) -> None:
        """Take the model into use that was in use before this one; styles are read by it again when they are needed."""
        found = self._last()
        if found is None:
            self._context.notifier.info("There is no model to go back to.")
            return
        earlier, path = found
        self._context.settings.set(BEFORE, earlier[:-1])
        self._take_into_use(earlier[-1])
        self._context.notifier.info("The model before is in use again.")
        self.changed.emit(path)

    def _kept(self) -> list[str | None]:
        kept = self._context.settings.get(BEFORE)
        return [one for one in kept if one is None or isinstance(one, str)] if isinstance(kept, list) else []

    def _last(self) -> tuple[list[str | None], Path] | None:
        """The models used before up to the last one that is there and not in use, and the folder of that one."""
        kept, chosen = self._kept(), self._context.settings.get(bundles.SETTING)
        for count in range(len(kept), 0, -1):
            path = Path(one) if (one := kept[count - 1]) is not None else _default()
            if path is not None and one != chosen and path.is_dir():
                return kept[:count], path
        return None

    def _take_into_use(self, path: str | None) -> None:
        context = self._context
        context.settings.set(bundles.SETTING, path)
        try:
            context.settings.save()
        except OSError as error:
            context.notifier.warning(f"The choice of the model could not be saved: {error.strerror or error}.")
        context.engine.set_bundle(None if path is None else Path(path))
        context.engine_changed.emit()


def doubt(info: "BundleInfo") -> str:
    """Why a model should not be taken into use without a question, as a sentence; empty where it may."""
    if is_imported(info):
        return "This model came from a file; whether it is better for you has not been measured on your own edits."
    numbers = held_out(info)
    if numbers is None or numbers.verdict == BETTER:
        return ""
    if numbers.verdict == TOO_FEW:
        found = "The photos held out were too few to tell whether this model is better"
    else:
        found = f"On the photos held out, this model is {numbers.verdict}"
    return f"{found}, compared with the same edits as references of a style."


def _default() -> Path | None:
    shipped = bundles.shipped_bundles()
    return shipped[0].path if shipped else None
