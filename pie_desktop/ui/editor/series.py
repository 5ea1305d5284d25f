"""Matching photos: those of a series to each other, or the selected ones to the open one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from pie_desktop.catalog.culling import PhotoFacts
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.match import MatchPart
from pie_desktop.edit.transform import Transform
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.engine.blending import remaining
from pie_desktop.engine.series import match_series, mean_color
from pie_desktop.errors import PieError
from pie_desktop.export.bursts import MAX_LENGTH, Frame, find_bursts
from pie_desktop.imaging.decode import load_proxy, probe
from pie_desktop.imaging.metadata.reading import read_summary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.session import EditSession
from pie_desktop.ui.filmstrip import Filmstrip
from pie_desktop.ui.thumbnails.edited import kept_edit
from pie_desktop.workers.job import JobContext
from pie_desktop.workers.lanes import LatestLane


@dataclass(frozen=True)
class Matched:
    """What came of matching.

    Attributes:
        edits: by photo, those that were matched.
        problems: a sentence for each photo that could not be read.
    """

    edits: dict[Path, Edit]
    problems: list[str]


def match_photos(
    context: JobContext, app: AppContext, photos: Sequence[Path], known: Mapping[Path, Edit], reference: Path | None
) -> Matched:
    """Match photos; the function of a job.

    Args:
        app: for the layers below.
        photos: to be matched.
        known: newer edits than those of the catalog.
        reference: the photo that the others are matched to; None for each other.

    Raises:
        PieError: the reference cannot be read, or there is no model.
    """

    def read(photo: Path) -> tuple[np.ndarray, Transform, Edit]:
        context.check()
        edit = known.get(photo) or kept_edit(app.catalog, app.library, PhotoVersion(photo))
        preference = app.engine.preference_of(remaining(app.library, edit).style, None, context.should_cancel)
        proxy = load_proxy(photo, edit.development)
        return proxy, app.engine.transform(proxy, preference), edit

    target = mean_color(*read(reference)) if reference is not None else None
    done, problems = {}, []
    for number, photo in enumerate(photos):
        context.progress(number / len(photos), photo.name)
        try:
            done[photo] = read(photo)
        except PieError as error:
            problems.append(str(error))
    if not done:
        return Matched({}, problems)
    proxies, transforms, edits = zip(*done.values(), strict=True)
    return Matched(dict(zip(done, match_series(proxies, transforms, edits, target), strict=True)), problems)


def find_series(context: JobContext, photos: Sequence[Path], photo: Path) -> list[Path]:
    """The photos of one scene with a photo and itself, as the burst lock of the export finds them; a job's function.

    Args:
        photos: that were taken by the same camera at about the same time.
        photo: one of them.
    """
    frames = []
    for path in photos:
        context.check()
        try:
            info, summary = probe(path), read_summary(path)
        except PieError:
            continue
        frames.append(Frame(path, summary.taken, summary.camera, (info.width, info.height)))
    numbers = find_bursts(frames, context.should_cancel)
    of_photo = next((numbers.get(index) for index, frame in enumerate(frames) if frame.photo == photo), None)
    return [frames[index].photo for index, number in numbers.items() if number == of_photo] if of_photo else [photo]


def near_in_time(photos: Sequence[Path], facts: Mapping[Path, PhotoFacts], photo: Path) -> list[Path]:
    """Photos that the same camera took so close to a photo that they can be of one series with it."""
    own = facts.get(photo, PhotoFacts())
    if own.date is None or not own.camera:
        return [photo]
    reach = timedelta(seconds=MAX_LENGTH)
    return [
        path
        for path in photos
        if (one := facts.get(path)) is not None
        and one.camera == own.camera
        and one.date is not None
        and one.date.tzinfo == own.date.tzinfo
        and abs(one.date - own.date) <= reach
    ]


class Matching(QObject):
    """The two actions."""

    def __init__(self, context: AppContext, session: EditSession, strip: Filmstrip) -> None:
        super().__init__(strip)
        self._context = context
        self._session = session
        self._strip = strip
        self._lane = context.add_lane(LatestLane("matching"))

    def match_to_open(self) -> None:
        """Give the other selected photos the exposure and white balance of the open one's result."""
        reference = self._session.path
        others = [photo for photo in self._strip.selected_paths() if photo != reference]
        if reference is not None and others:
            self._match(others, reference, f"Matched to {reference.name}")

    def even_out(self) -> None:
        """Give the selected photos one exposure and white balance; with one selected, those of its series."""
        selected, photo = self._strip.selected_paths(), self._session.path
        if len(selected) > 1:
            self._match(selected, None, "Evened out")
        elif photo is not None:
            near = near_in_time(self._strip.listed, self._strip.index.facts, photo)
            job = self._lane.submit(find_series, near, photo, title="Looking for the series")
            job.result.connect(self._on_series)
            self._context.report_failure(job)

    def _on_series(self, series: list[Path]) -> None:
        if len(series) > 1:
            self._strip.selection.select_also(series)
            self._match(series, None, "Evened out")
        else:
            self._context.notifier.info(
                "No other photo was taken within seconds of this one and looks like it; "
                "select the photos of the series."
            )

    def _match(self, photos: list[Path], reference: Path | None, name: str) -> None:
        known = dict(self._session.keeper.known_edits())
        job = self._lane.submit(match_photos, self._context, photos, known, reference, title="Matching photos")
        job.result.connect(lambda matched: self._on_matched(matched, name))
        self._context.report_failure(job)

    def _on_matched(self, matched: Matched, name: str) -> None:
        for problem in matched.problems[:3]:
            self._context.notifier.warning(problem)
        parts = {photo: edit.part(MatchPart) for photo, edit in matched.edits.items()}
        if parts:
            self._session.several.change_all(name, lambda photo, edit: edit.with_part(parts[photo]), list(parts))
