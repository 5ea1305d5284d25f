"""Comparing up to four renderings of the open photo on the canvas, and taking one of them."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from pie_desktop.ui.canvas.panes import Rendering, View
from pie_desktop.ui.canvas.renderer import PreviewRenderer
from pie_desktop.ui.canvas.tools.tool import CanvasTool, PictureView
from pie_desktop.ui.compare.choices import (
    EDIT,
    FEWEST,
    ORIGINAL,
    Choice,
    first_choices,
    in_models,
    still_there,
    without_colors,
)
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.in_styles import Rendered
from pie_desktop.ui.editor.photo_view import PhotoView
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.editor.style_preview import StylePreview
from pie_desktop.ui.styles.compared import AT_MOST, ComparedStyles
from pie_desktop.ui.styles.panel import StylePanel
from pie_desktop.ui.train.model_use import Models, ModelUse, find_models
from pie_desktop.workers.lanes import LatestLane

NEUTRAL = "Neutral"
DIGITS = {getattr(Qt.Key, f"Key_{number + 1}"): number for number in range(AT_MOST)}
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
TAKING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ComparisonKeys(CanvasTool):
    """The keys of a comparison: digits take a rendering, arrows mark one and Return takes that, Esc leaves.

    Signals:
        left: Esc was pressed.
        taken: number of a rendering.
        stepped: mark the rendering so many places further.
        marked_taken: take the rendering that is marked.
    """

    left = Signal()
    taken = Signal(int)
    stepped = Signal(int)
    marked_taken = Signal()

    def wants(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        return plain and (key == Qt.Key.Key_Escape or key in DIGITS or key in STEPS or key in TAKING)

    def key(self, event: QKeyEvent) -> bool:
        if not self.wants(event):
            return False
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in DIGITS:
            self.taken.emit(DIGITS[key])
        elif key in STEPS:
            self.stepped.emit(STEPS[key])
        else:
            self.marked_taken.emit()
        return True

    def double_click(self, position: QPointF, view: PictureView) -> bool:
        return True  # the first click of it has taken a rendering


class StyleComparison(QObject):
    """Shows renderings in the panes of the canvas for as long as it is on, also of the next photos.

    Every style has a renderer of its own, that follows the one of the canvas. Styles may be made by other models than
    the one in use, which are loaded for that.

    Attributes:
        models: those that can be compared, as they were when the comparison began.
        compared: which styles are marked in the gallery; a comparison begins with them.
        choices: what is compared, two to four; none while nothing is.

    Signals:
        changed: it began or ended, or something else is compared.
    """

    changed = Signal()

    def __init__(
        self, context: AppContext, session: EditSession, view: PhotoView, styles: StylePanel, preview: StylePreview
    ) -> None:
        super().__init__(view)
        self._context = context
        self._session = session
        self._canvas = canvas = view.canvas
        self._styles = styles
        self._preview = preview
        self._renderers: list[PreviewRenderer] = []
        self._problems: dict[Rendered, str] = {}
        self._view_before: View | None = None
        self._taking: Choice | None = None
        self._keys = ComparisonKeys(self)
        self._lane = context.add_lane(LatestLane("models to compare"))
        self._use = ModelUse(context, view)
        self.models = Models((), (), None)
        self.choices: list[Choice] = []
        self.compared = ComparedStyles(styles.gallery, context.notifier.info)
        mark_requested = styles.style_actions.mark_requested
        mark_requested.connect(lambda: self.compared.toggle(styles.gallery.current_id))
        styles.controller.listed.connect(self._on_listed)
        session.in_styles.found.connect(self._on_found)
        session.in_styles.failed.connect(self._on_failed)
        session.in_styles.stale.connect(self._on_stale)
        for arrived in (session.previewed, session.reduced, session.enhanced):  # pixels may come after the answers
            arrived.connect(self._show)
        session.failed.connect(self.leave)
        context.current.style_chosen.connect(self._on_chosen)
        context.engine_changed.connect(self._list_models)
        canvas.rendering_clicked.connect(self.take)
        canvas.view_changed.connect(self._on_view)
        self._keys.put_away.connect(self.leave)
        self._keys.left.connect(self.leave)
        self._keys.taken.connect(self.take)
        self._keys.stepped.connect(self._step)
        self._keys.marked_taken.connect(self._take_marked)

    @property
    def on(self) -> bool:
        return bool(self.choices)

    def toggle(self) -> None:
        """Begin, with what is marked in the gallery, or leave."""
        if self.on:
            self.leave()
        elif self._session.photo is not None:
            ids = [style.id for style in self._styles.controller.styles]
            style = self._session.edit.style
            own = (style.style_id,) if style.blend_id is None else ()
            self.compare(first_choices(self.compared.styles, own, ids))
        self.changed.emit()  # the action that asked has toggled itself

    def compare(self, choices: Sequence[Choice]) -> None:
        """Compare two to four renderings, in place of those before."""
        ids = [style.id for style in self._styles.controller.styles]
        choices = still_there(choices, ids)[:AT_MOST]
        if len(choices) < FEWEST:
            self.leave()
            return
        began = not self.on
        self.choices = choices
        if began:
            self._begin()
        self._problems.clear()
        self._ask()
        self._show()
        self.changed.emit()

    def leave(self) -> None:
        """Show original and result again, as before."""
        if not self.on:
            return
        self.choices = []
        self._taking = None
        self._canvas.compare([])
        self._canvas.mark(None)
        for renderer in self._renderers:
            renderer.follow(False)
        if self._canvas.tool is self._keys:
            self._canvas.set_tool(None)
        if self._view_before is not None:
            self._canvas.set_view(self._view_before)
        self._preview.block(False)
        self.changed.emit()

    def take(self, number: int) -> None:
        """Choose one of the renderings for the photo, in one step of its history; leave once that is done.

        The model of a rendering is used from then on, which can be taken back.
        """
        if not 0 <= number < len(self.choices):
            return
        choice = self.choices[number]
        if choice.kind == "style":
            other = next((info for info in self.models.others if info.path == choice.model), None)
            if other is None or self._use.use(other):
                self._taking = choice
                self._styles.select_style(choice.style_id)
            return
        self.leave()
        if choice == ORIGINAL:
            self._session.keeper.apply("Original", without_colors(self._session.edit))

    def give_focus(self) -> None:
        """To the photo, where the keys of the comparison have effect."""
        self._canvas.setFocus()

    def name_of(self, choice: Choice) -> str:
        """As it stands on the picture."""
        if choice.kind != "style":
            return "Current edit" if choice == EDIT else "Original"
        style = self._styles.controller.style(choice.style_id)
        name = style.name if style is not None else NEUTRAL
        if all(one.model is None for one in self.choices):
            return name
        return f"{name} · {self.models.name_of(choice.model)}"

    def compare_models(self) -> None:
        """Compare the first style by the model in use and by others."""
        self.compare(in_models(self.choices, [info.path for info in self.models.others]))

    def _begin(self) -> None:
        self._list_models()
        self._preview.block(True)
        self._view_before = self._canvas.view
        while len(self._renderers) < AT_MOST:
            renderer = PreviewRenderer(self._context, self._canvas.viewport, self._canvas.renderer)
            renderer.changed.connect(self._canvas.update)
            renderer.failed.connect(self._context.notifier.error)
            self._renderers.append(renderer)
        if self._canvas.view is View.SINGLE:
            self._canvas.set_view(View.SIDE)
        self._canvas.set_tool(self._keys)
        self.give_focus()

    def _ask(self) -> None:
        for choice in reversed(self.choices):  # what is asked for last is answered first
            if choice.kind == "style":
                self._session.in_styles.ask(choice.style_id, choice.model)

    def _show(self) -> None:
        """Give every rendering its renderer, and every renderer the rendering that is known."""
        if not self.on:
            return
        renderings = []
        main = self._canvas.renderer
        for renderer, choice in zip(self._renderers, self.choices, strict=False):
            if choice.kind != "style":
                renderer.follow(False)
                renderings.append(Rendering(main, self.name_of(choice), original=choice == ORIGINAL))
                continue
            renderer.follow(True)
            known = self._session.in_styles.known(choice.style_id, choice.model)
            renderer.set_luts(known.transform if known is not None else None)
            renderings.append(Rendering(renderer, self._caption(choice, known)))
        for renderer in self._renderers[len(self.choices) :]:
            renderer.follow(False)
        self._canvas.compare(renderings)

    def _caption(self, choice: Choice, known: Enhancement | None) -> str:
        name = self.name_of(choice)
        if known is not None:
            return name
        return f"{name}: {self._problems.get(Rendered(choice.style_id, choice.model), 'just a moment…')}"

    def _step(self, by: int) -> None:
        marked, count = self._canvas.marked, len(self.choices)
        self._canvas.mark((marked + by) % count if marked is not None else (0 if by > 0 else count - 1))

    def _take_marked(self) -> None:
        if self._canvas.marked is not None:
            self.take(self._canvas.marked)

    def _on_view(self) -> None:
        if self.on and self._canvas.view is View.SINGLE:  # one picture: whoever asks for that has compared enough
            self._view_before = None
            self.leave()

    def _on_found(self, enhancement: Enhancement) -> None:
        self._problems.pop(Rendered(enhancement.style_id, enhancement.model), None)
        self._show()

    def _on_failed(self, wanted: Rendered, problem: str) -> None:
        self._problems[wanted] = problem
        self._show()

    def _list_models(self) -> None:
        if self.on:
            self._context.report_failure(self._lane.submit(find_models)).result.connect(self._on_models)

    def _on_models(self, models: Models) -> None:
        self.models = models
        self._show()  # with the names of now
        self.changed.emit()

    def _on_stale(self) -> None:
        """Another photo, more of its pixels, or other styles."""
        if self.on:
            self._problems.clear()
            self._show()
            self._ask()

    def _on_listed(self) -> None:
        ids = [style.id for style in self._styles.controller.styles]
        self.compared.keep(ids)
        if self.on and still_there(self.choices, ids) != self.choices:
            self.compare(self.choices)
        elif self.on:
            self._show()  # a style may have another name

    def _on_chosen(self, style_id: str | None) -> None:
        if self._taking is not None and self._taking.style_id == style_id:
            self.leave()
