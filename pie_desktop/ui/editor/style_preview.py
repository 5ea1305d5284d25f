"""The open photo in a style that is only looked at; its edit, the history and the catalog never hear of it."""

from dataclasses import dataclass

from PySide6.QtCore import QObject

from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.photo_view import PhotoView
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.styles.hovering import StyleHovering

SETTING = "styles.hover_preview"


@dataclass(frozen=True)
class _Looked:
    """The style, None for neutral, that is looked at."""

    style_id: str | None


class StylePreview(QObject):
    """Shows what choosing a style would make of the open photo, with all else of its edit as it is.

    The model is asked as soon as a style may be looked at, so that it has answered when the mouse rests. A style that
    cannot be used is not shown, without a word: whoever chooses it is told why.
    """

    def __init__(self, context: AppContext, session: EditSession, view: PhotoView) -> None:
        super().__init__(view)
        self._context = context
        self._session = session
        self._view = view
        self._blocked = False
        self._asked: _Looked | None = None
        self._looked_at: _Looked | None = None
        self.on = context.settings.flag(SETTING, True)
        session.in_styles.found.connect(self._show)
        session.in_styles.stale.connect(self._on_stale)
        session.enhanced.connect(self._show)  # the style looked at may have been chosen

    def follow(self, hovering: StyleHovering) -> None:
        """Show what the gallery says is looked at."""
        hovering.entered.connect(self.prepare)
        hovering.rested.connect(self.look_at)
        hovering.left.connect(self.leave)

    def set_on(self, on: bool) -> None:
        """Whether there is a preview at all."""
        self._context.settings.set(SETTING, on)
        self.on = on
        self._show()

    def block(self, blocked: bool) -> None:
        """Show nothing for now: the canvas compares."""
        self._blocked = blocked
        if blocked:
            self._give_up()
        self._show()

    def prepare(self, style_id: str | None) -> None:
        """Ask the model about a style, None for neutral, in place of the one before."""
        if not self.on or self._blocked or self._is_own(style_id):
            return
        if self._asked != _Looked(style_id):
            self._give_up()
        self._asked = _Looked(style_id)
        self._session.in_styles.ask(style_id)

    def look_at(self, style_id: str | None) -> None:
        """Show a style, None for neutral, until `leave`."""
        self._looked_at = _Looked(style_id)
        self._show()

    def leave(self) -> None:
        """Show the edit again."""
        self._looked_at = None
        self._give_up()
        self._show()

    def _give_up(self) -> None:
        if self._asked is not None:
            self._session.in_styles.give_up(self._asked.style_id)
        self._asked = None

    def _on_stale(self) -> None:
        self._show()
        if self._asked is not None:
            self._session.in_styles.ask(self._asked.style_id)

    def _show(self) -> None:
        looked_at, shown = self._looked_at, None
        shows = self.on and not self._blocked
        if shows and looked_at is not None and not self._is_own(looked_at.style_id):
            shown = self._session.in_styles.known(looked_at.style_id)
        self._view.show_preview(shown)

    def _is_own(self, style_id: str | None) -> bool:
        """Whether the photo is shown in that style anyway, and not only about to be."""
        edit, enhancement = self._session.edit, self._session.enhancement
        return edit.with_style(style_id) == edit and enhancement is not None and enhancement.styles == edit.style.styles
