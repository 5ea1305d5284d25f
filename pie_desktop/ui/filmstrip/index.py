"""What is known of each photo in the list: filled in the background, and where marks are set."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop import paths
from pie_desktop.catalog.culling import CopyFacts, PhotoFacts
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.versions import PhotoVersion, Source, path_of
from pie_desktop.export.history import exported_photos
from pie_desktop.imaging.metadata.marks import Mark
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.filmstrip.facts import FactSources, keep_marks, read_facts
from pie_desktop.ui.widgets.labels import counted
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import QueueLane

SIDECARS = "photos.ratings_in_sidecars"
CHUNK = 40
UNSURE = 5.0  # dE00: a photo that is expected to be further off needs a look
SHOWN_PROBLEMS = 3

Marked = Callable[[dict[Path, Mark]], object]


class PhotoIndex(QObject):
    """Facts of the listed photos by path.

    Attributes:
        facts: of those that were read already.

    Signals:
        changed: photos whose facts are others now.
        complete: the facts of all listed photos have been read.
    """

    changed = Signal(object)
    complete = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._sources = FactSources(context.catalog, context.library)
        self._lane = context.add_lane(QueueLane("facts"))
        self._waiting: dict[Path, None] = {}
        self._job: Job | None = None
        self._exported: frozenset[PhotoVersion] = frozenset()
        self._copies_here: dict[Path, tuple[CopyFacts, ...]] = {}  # a reading that began before must not undo these
        self._set_here: dict[Path, Mark] = {}  # a reading that began before must not bring the old ones back
        self.facts: dict[Path, PhotoFacts] = {}
        context.edits_changed.connect(self.refresh)
        context.styles_changed.connect(lambda: self.refresh(list(self.facts)))

    def set_photos(self, photos: Sequence[Path]) -> None:
        """Know these photos and no others; what is known already stays."""
        listed = set(photos)
        self.facts = {path: facts for path, facts in self.facts.items() if path in listed}
        self._waiting = {path: None for path in photos if path not in self.facts}
        self.refresh_exported()
        self._go_on()

    def bring_forward(self, photos: Iterable[Path]) -> None:
        """Read these before the others."""
        first = {path: None for path in photos if path in self._waiting}
        if first:
            self._waiting = first | self._waiting

    def refresh(self, photos: Iterable[Path]) -> None:
        """Read again what is known of photos, since something of them has changed."""
        self._waiting = {path: None for path in photos if path in self.facts} | self._waiting
        self._go_on()

    def refresh_exported(self) -> None:
        """See again which photos were exported."""
        if not self._lane.closed:
            self._lane.submit(_exported).result.connect(self._on_exported)

    def of(self, source: Source) -> PhotoFacts:
        """The facts of a photo or a virtual copy; the defaults while they are not read."""
        facts = self.facts.get(path_of(source)) or PhotoFacts()
        if isinstance(source, PhotoVersion) and source.copy:
            return replace(facts.of_copy(source.copy), exported=source in self._exported)
        return facts

    def versions(self, path: Path) -> list[PhotoVersion]:
        """A photo and its virtual copies."""
        return [PhotoVersion(path), *(PhotoVersion(path, copy.name) for copy in self.of(path).copies)]

    def set_copies(self, path: Path, edits: Mapping[str, Edit]) -> bool:
        """Note the virtual copies that a photo has now, by name, before the catalog has them.

        Returns:
            Whether these are others than before.
        """
        copies = self._sources.of_copies(edits)
        facts = self.of(path)
        if copies == facts.copies:
            return False
        self._copies_here[path] = copies
        if path in self.facts:
            self.facts[path] = replace(facts, copies=copies)
            self.changed.emit([path])
        return True

    def choices(self) -> tuple[list[str], list[str]]:
        """The cameras and styles of the listed photos, sorted."""
        cameras, styles = ({one.camera for one in self.facts.values()}, {one.style for one in self.facts.values()})
        return sorted(cameras - {""}, key=str.casefold), sorted(styles - {""}, key=str.casefold)

    def mark(self, photos: Sequence[Path], change: Callable[[Mark], Mark], marked: Marked) -> bool:
        """Change the marks of photos, at once on screen and soon on the disk.

        Photos that nothing is known of yet are read first, so that the rest of their marks is not lost.

        Args:
            marked: gets the marks before, of those that were changed; once again for those that had to be read first.

        Returns:
            Whether some have to be read first.
        """
        unknown = [] if self._lane.closed else [path for path in photos if path not in self.facts]
        if unknown:
            job = self._lane.submit(read_facts, self._sources, unknown)
            job.result.connect(lambda read: self._mark_read(read, change, marked))
        before = {path: self.facts[path].mark for path in photos if path in self.facts}
        marks = {path: new for path, mark in before.items() if (new := change(mark)) != mark}
        self.set_marks(marks)
        marked({path: before[path] for path in marks})
        return bool(unknown)

    def _mark_read(self, read: dict[Path, PhotoFacts], change: Callable[[Mark], Mark], marked: Marked) -> None:
        self._on_read(read)
        self.mark(list(read), change, marked)

    def set_marks(self, marks: Mapping[Path, Mark]) -> None:
        """Set the marks of photos, which need not be listed any more."""
        if not marks:
            return
        before = {path: self._mark_of(path) for path in marks}
        for path, mark in marks.items():
            if path in self.facts:  # else all the rest would count as known, too
                self.facts[path] = replace(self.facts[path], mark=mark)
        self._set_here.update(marks)
        self.changed.emit([path for path in marks if path in self.facts])
        sidecars = self._context.settings.flag(SIDECARS)
        # In the lane that is emptied before the program ends.
        job = self._context.background.submit(keep_marks, self._context.catalog, marks, before, sidecars)
        job.key = next(iter(marks))
        job.result.connect(self._on_kept)
        self._context.report_failure(job).finished.connect(self._context.report_catalog_problems)

    def _mark_of(self, path: Path) -> Mark:
        return self.facts[path].mark if path in self.facts else self._set_here.get(path, Mark())

    def expect(self, path: Path, error: float | None) -> None:
        """Note how far from the wanted result the model expects to be with a photo, in dE00."""
        unsure = error is not None and error > UNSURE
        if path in self.facts and self.facts[path].expected_error != error:
            self.facts[path] = replace(self.facts[path], expected_error=error, unsure=unsure)
            self.changed.emit([path])

    def _go_on(self) -> None:
        if self._job is not None or self._lane.closed:
            return
        photos = [path for path, _ in zip(self._waiting, range(CHUNK), strict=False)]
        if not photos:
            return
        for path in photos:
            del self._waiting[path]
        self._job = self._lane.submit(read_facts, self._sources, photos)
        self._job.result.connect(self._on_read)
        self._job.finished.connect(self._on_finished)

    def _on_read(self, read: dict[Path, PhotoFacts]) -> None:
        changed = []
        for path, said in read.items():
            known = self.facts.get(path)
            facts = replace(
                said,
                exported=PhotoVersion(path) in self._exported,
                mark=self._set_here.get(path, said.mark),
                copies=self._copies_here.get(path, said.copies),
            )
            if known is not None:
                facts = replace(facts, expected_error=known.expected_error, unsure=known.unsure)
            if facts != known:
                self.facts[path] = facts
                changed.append(path)
        if changed:
            self.changed.emit(changed)

    def _on_finished(self) -> None:
        self._job = None
        self._go_on()
        if self._job is None:
            self.complete.emit()

    def _on_exported(self, exported: frozenset[PhotoVersion]) -> None:
        others = {version.path for version in self._exported ^ exported}
        self._exported = exported
        changed = [path for path in self.facts if path in others]
        for path in changed:
            self.facts[path] = replace(self.facts[path], exported=PhotoVersion(path) in exported)
        if changed:
            self.changed.emit(changed)

    def _on_kept(self, told: list[str]) -> None:
        for sentence in told[:SHOWN_PROBLEMS]:
            self._context.notifier.warning(sentence)
        if len(told) > SHOWN_PROBLEMS:
            more = counted(len(told) - SHOWN_PROBLEMS, "more sidecar")
            self._context.notifier.warning(f"The same happened to {more}.")


def _exported(context: JobContext) -> frozenset[PhotoVersion]:
    return exported_photos(paths.exports_dir())
