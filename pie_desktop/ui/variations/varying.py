"""Opens the variations of the open photo's style; those of a blend once it is a style of its own."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from pie_desktop.engine.variations import StyleVariations
from pie_desktop.styles.style import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import confirm
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.styles.making import StyleMaker
from pie_desktop.ui.variations.dialog import VariationsDialog
from pie_desktop.workers.lanes import QueueLane

OF_A_BLEND = (
    "A variation that you take is learned by a style, and this photo is in a blend of two. Make a style of its own of "
    "the blend first? The two styles stay as they are."
)
GONE = "A style of this photo was deleted. Choose another one to see its variations."

SaveBlend = Callable[[Callable[[Style], None]], None]


class StyleVarying(QObject):
    """Opens the dialog for the open photo.

    Attributes:
        dialog: the last one that was opened.
    """

    def __init__(
        self, context: AppContext, session: EditSession, controller: StyleMaker, save_blend: SaveBlend, window: QWidget
    ) -> None:
        """Open the dialog over a window.

        Args:
            context, session, controller: of the window.
            save_blend: makes a style of the open photo's blend and chooses it; what it is given is called then.
            window: the parent.
        """
        super().__init__(window)
        self._context, self._session, self._controller, self._window = context, session, controller, window
        self._save_blend = save_blend
        self._lane = context.add_lane(QueueLane("variations"))
        self._awaited: tuple[str, Path | None] | None = None
        self.dialog: VariationsDialog | None = None
        context.current.style_chosen.connect(self._on_chosen)

    @property
    def possible(self) -> bool:
        """Whether a photo is open that has a style, or a blend."""
        return self._session.photo is not None and self._session.edit.style_id is not None

    def open(self) -> None:
        """Show the neighbours of the style of the open photo; ask whether its blend is to become one."""
        if not self.possible:
            return
        styles = self._session.edit.style.styles
        if any(self._controller.style(style_id) is None for style_id in styles):
            self._context.notifier.info(GONE)
        elif len(styles) == 1:
            self._show()
        elif confirm(self._window, "Variations of a blend", OF_A_BLEND, default=True):
            self._save_blend(self._on_saved)

    def _on_saved(self, style: Style) -> None:
        """It is chosen as soon as the model has read it; by then another photo, or style, may be wanted."""
        self._awaited = style.id, self._session.path

    def _on_chosen(self, style_id: str | None) -> None:
        awaited, self._awaited = self._awaited, None
        if awaited == (style_id, self._session.path) and self.possible:
            self._show()

    def _show(self) -> None:
        style, photo = self._controller.style(self._session.edit.style_id), self._session.path
        if style is None or photo is None:
            return
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
        session = StyleVariations(self._context.engine, style, photo, self._session.edit)
        self.dialog = VariationsDialog(self._context, self._lane, self._controller, session, self._window)
        self.dialog.open()
