"""Styles that are made of, or refined by, what a person sees on the open photo: blends and variations."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pie_desktop.edit.naming import blend_name
from pie_desktop.engine.variations import StyleVariations
from pie_desktop.styles.style import Style
from pie_desktop.ui.styles import jobs
from pie_desktop.ui.styles.controller import StyleController
from pie_desktop.ui.variations import jobs as variations

if TYPE_CHECKING:
    from pie_desktop.model.variations import Variation


class StyleMaker(StyleController):
    """The controller of the styles, with what concerns the open photo."""

    def blend(self, style_id: str) -> None:
        """Mix a style into that of the open photo; what there is to be said where it is that style."""
        edit, style = self._current.edit, self.style(style_id)
        if style is not None and edit.style_id == style_id:
            self._context.notifier.info(f"“{style.name}” is the photo's style already; a blend takes another one.")
        elif style is not None and edit.style_id is not None:
            self._current.change(edit.with_blend(style_id))

    def save_blend(self, photos: Sequence[Path], then: Callable[[Style], None]) -> None:
        """Make a style of the photo's blend, and choose it unless another photo or blend is shown by then.

        Args:
            photos: for styles that know few originals, see `engine.saved_blend`.
            then: called with the style if it is chosen, before its preference is computed.
        """
        part = self._current.edit.style
        styles = [self.style(style_id) for style_id in part.styles]
        if len(styles) < 2 or None in styles:
            return
        name = blend_name([style.name for style in styles if style is not None], part.mix)

        def done(made: Style) -> None:
            still_shown = self._current.edit.style == part
            if still_shown:
                then(made)
            self.take_in(made, "The blend is a style of its own now. F2 gives it another name.", choose=still_shown)

        key, engine = next(self._new_keys), self._context.engine
        self._change(done, jobs.save_blend, engine, part, name, list(photos), key=key, title="Saving the blend")
        self.busy.emit(key, -1, f"Making “{name}”…")

    def refine(self, session: StyleVariations, chosen: "Variation", on_end: Callable[[], None]) -> None:
        """Teach a style the variation that was taken; see `engine.variations`.

        Args:
            on_end: called when that is done, or has failed.
        """
        style = session.style

        def done(refined: variations.Refined) -> None:
            made = refined.report.style
            self._on_changed(made)
            back, again = self._take_away(made.id), self._bring_back(made.id)
            if not refined.is_new:
                added, replaced = refined.report.added_ids, refined.report.replaced_ids
                exchange = partial(self._move, self._on_references_changed, variations.exchange, made.id)
                back, again = exchange(added, replaced, refined.before), exchange(replaced, added, refined.after)
            step = self._steps.add(back, again)
            self._offer(f"“{made.name}” was refined: {chosen.word}.", step)
            self.choose(made.id) if refined.is_new else self.prepare(made.id)

        self._change(done, variations.refine, self._context.engine, session, chosen, key=style.id, title="Refining")
        if (operation := self._operations.get(style.id)) is not None:
            operation.ended.connect(lambda *_: on_end())
        self.busy.emit(style.id, -1, "Refining the style…")
