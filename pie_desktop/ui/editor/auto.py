"""Auto: the model's neutral enhancement of the selected photos as sliders, from which a person can go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from pie_desktop.edit.approximation import auto_parts, with_auto, with_model
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import Part
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.thumbnails.edited import kept_edit
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane

STEP = "Auto"
BACK = "Style instead of sliders"


@dataclass(frozen=True)
class AutoFound:
    """What Auto found.

    Attributes:
        parts: by photo.
        problems: a sentence for each photo that could not be read.
    """

    parts: dict[Path, tuple[Part, ...]]
    problems: list[str]


def find_auto(
    context: JobContext,
    app: AppContext,
    photos: Sequence[Path],
    known: Mapping[Path, Edit],
    enhanced: Mapping[Path, Enhancement],
) -> AutoFound:
    """Fit the sliders of Auto to each photo; the function of a job.

    Args:
        app: for the layers below.
        photos: that get them.
        known: newer edits than those of the catalog.
        enhanced: what the model said of photos already.
    """
    found = AutoFound({}, [])
    for number, photo in enumerate(photos):
        context.check()
        context.progress(number / len(photos), photo.name)
        try:
            if photo in enhanced:
                proxy, transform = enhanced[photo].proxy, enhanced[photo].transform
            else:
                edit = known.get(photo) or kept_edit(app.catalog, app.library, PhotoVersion(photo))
                proxy = load_proxy(photo, edit.development)
                transform = app.engine.transform(proxy, None)
            found.parts[photo] = auto_parts(proxy, transform)
        except PieError as error:
            found.problems.append(str(error))
    return found


class AutoAdjusting(QObject):
    """The action, and the way back: a style that is chosen while sliders are in the place of the model is offered."""

    def __init__(self, context: AppContext, session: EditSession, strip: Filmstrip) -> None:
        super().__init__(strip)
        self._context = context
        self._session = session
        self._strip = strip
        self._lane = context.add_lane(LatestLane("auto"))
        context.current.style_chosen.connect(self._on_style_chosen)

    def run(self) -> None:
        """Set the sliders of the open photo and of all that are selected with it, as one step."""
        session, photo = self._session, self._session.path
        if photo is None:
            return
        selected = self._strip.selected_paths()
        photos = selected if photo in selected else [photo]
        enhanced = {photo: session.enhancement} if session.enhancement is not None else {}
        title = "Auto" if len(photos) > 1 else ""
        known = dict(session.keeper.known_edits())
        job = self._lane.submit(find_auto, self._context, photos, known, enhanced, title=title)
        job.result.connect(self._on_found)
        self._context.report_failure(job)

    def _on_found(self, found: AutoFound) -> None:
        for problem in found.problems[:3]:
            self._context.notifier.warning(problem)
        if parts := found.parts:
            self._session.several.change_all(STEP, lambda photo, edit: with_auto(edit, parts[photo]), list(parts))

    def _on_style_chosen(self, style_id: str | None) -> None:
        edit, photo = self._session.edit, self._session.path
        if photo is None or edit.style.amount > 0 or not edit.colors.adjusted:
            return
        what = "the enhancement" if style_id is None else "the style"
        self._context.notifier.info(
            f"Amount is at 0 %, so {what} changes nothing: the sliders are in its place.",
            BACK,
            lambda: self._model_instead(photo),
        )

    def _model_instead(self, photo: Path) -> None:
        if self._session.path == photo:
            self._session.several.change_all(BACK, lambda _, edit: with_model(edit))
