"""The plan as a table: what will be written where, and afterwards what came of it."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QColor

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.facts import size_text
from pie_desktop.export.job import ExportItem, PlannedPhoto
from pie_desktop.export.photo_edits import PhotoEdit
from pie_desktop.ui.filmstrip.index import UNSURE
from pie_desktop.ui.theme import COLORS
from pie_desktop.ui.widgets.plain_text import plain
from pie_desktop.ui.widgets.table import HeadedTableModel, Index, ThumbnailColumn
from pie_desktop.workers.lanes import PriorityLane

THUMBNAIL = QSize(60, 40)
ACTIONS = {"write": "Write", "new name": "New name", "overwrite": "Replace", "skip": "Skip", "fail": "Problem"}
SOURCE, TARGET, STATE, EDIT, EXPECTED, PIXELS, SIZE, BURST, WARNING = range(9)
SORT_ROLE = Qt.ItemDataRole.UserRole
_NUMERIC = (EXPECTED, PIXELS, SIZE)


class PlanTableModel(HeadedTableModel):
    """Sources at once, their plan when it is there, their outcome while the export goes on.

    A row is a source or, once there is a plan, a file: several presets make several files of one source.
    """

    HEADERS = ("Photo", "Written as", "Status", "Edit", "Exp. ΔE", "Pixels", "Est. size", "Burst", "Warning")

    def __init__(self, thumbnails: PriorityLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sources: list[PhotoVersion] = []
        self.plan: list[PlannedPhoto] = []
        self.edits: Mapping[PhotoVersion, PhotoEdit] = {}
        self._expected: dict[PhotoVersion, float] = {}
        self._outcomes: dict[Path, ExportItem] = {}
        self._rows: dict[Path, list[int]] = {}
        self._targets: dict[Path, int] = {}
        self._in_work: set[Path] = set()
        self._bursts: dict[int, set[Path]] = {}
        self._root = ""  # folder of all targets
        self._thumbnails = ThumbnailColumn(thumbnails, self)
        self._thumbnails.loaded.connect(self._on_loaded)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMERIC:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and section == EXPECTED and orientation == Qt.Orientation.Horizontal:
            return "How far the model expects each photo to be from your own edit"
        return super().headerData(section, orientation, role)

    def set_sources(self, sources: Sequence[PhotoVersion]) -> None:
        self.beginResetModel()
        self.sources = list(dict.fromkeys(sources))
        self.plan = []
        self._find_rows()
        self.endResetModel()

    def set_plan(self, plan: Sequence[PlannedPhoto], edits: Mapping[PhotoVersion, PhotoEdit]) -> None:
        """A plan of exactly the sources, in their order, or several; an empty one means that it is not known.

        `edits` are those of the sources, as far as they are known.
        """
        self.edits = edits
        self._expected = {}
        same_rows = (len(plan) or len(self.sources)) == self.row_total()
        if not same_rows:
            self.beginResetModel()
        self.plan = list(plan)
        self._find_rows()
        if same_rows:
            self._changed(0, self.row_total() - 1)
        else:
            self.endResetModel()

    def set_expected(self, errors: Mapping[PhotoVersion, float | None]) -> None:
        """How far from the user's own edit the model expects to be, in dE00; None where it does not know."""
        for source, error in errors.items():
            if error is None:
                self._expected.pop(source, None)
            else:
                self._expected[source] = error
            for row in self._rows.get(source.path, ()):
                self._changed(row, row)

    @property
    def has_expected(self) -> bool:
        """Whether anything is expected of a photo."""
        return bool(self._expected)

    def is_unsure(self, row: int) -> bool:
        """Whether the result of a row may be further off than `UNSURE`."""
        return self._expected.get(self.source_at(row), 0.0) > UNSURE

    def source_at(self, row: int) -> PhotoVersion:
        """The photo or virtual copy of a row."""
        return self.plan[row].version if self.plan else self.sources[row]

    def set_outcome(self, item: ExportItem) -> int:
        """Returns the row, so that the view can follow."""
        row = self._targets[item.target]
        self._outcomes[item.target] = item
        self._changed(row, row)
        return row

    @property
    def copies(self) -> int:
        """How many of the sources are virtual copies."""
        return sum(bool(source.copy) for source in self.sources)

    @property
    def has_outcomes(self) -> bool:
        return bool(self._outcomes)

    def count(self, *actions: str) -> int:
        """How many photos of the plan have one of these actions."""
        return sum(photo.action in actions for photo in self.plan)

    def row_total(self) -> int:
        return len(self.plan) or len(self.sources)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        source = self.source_at(index.row())
        planned, outcome = self._at(index.row())
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(source, planned, outcome, column)
        if role == SORT_ROLE:
            return self._sort_key(source, planned, outcome, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            texts = {
                SOURCE: source.whole,
                TARGET: str(planned.target) if planned else "",
                EDIT: self._about_edit(source),
                EXPECTED: self._about_expected(source),
            }
            return plain(texts[column] if column in texts else _warning(planned, outcome))
        if role == Qt.ItemDataRole.DecorationRole and column == SOURCE:
            return self._thumbnails.icon(source.path, THUMBNAIL)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMERIC:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and column > SOURCE:
            return QColor(self._color(source, planned, outcome, column))
        return None

    def text_at(self, row: int, column: int) -> str:
        """What stands in a cell."""
        return self._text(self.source_at(row), *self._at(row), column)

    def is_problem(self, row: int) -> bool:
        """Whether the file of a row cannot be written, or could not be."""
        planned, outcome = self._at(row)
        return outcome.status == "failed" if outcome is not None else planned is not None and planned.action == "fail"

    @property
    def problems(self) -> int:
        """How many rows are problems."""
        return sum(map(self.is_problem, range(self.row_total())))

    def _at(self, row: int) -> tuple[PlannedPhoto | None, ExportItem | None]:
        planned = self.plan[row] if self.plan else None
        return planned, self._outcomes.get(planned.target) if planned is not None else None

    @property
    def has_bursts(self) -> bool:
        return bool(self._bursts)

    def set_begun(self, target: Path) -> int | None:
        """A photo is in work now. Returns its row."""
        row = self._targets.get(target)
        if row is not None:
            self._in_work.add(target)
            self._changed(row, row)
        return row

    def _text(self, source: PhotoVersion, planned: PlannedPhoto | None, outcome: ExportItem | None, column: int) -> str:
        if column == SOURCE:
            return source.name
        if column == EDIT:
            return self.edits[source].text if source in self.edits else ""
        if column == EXPECTED:
            error = self._expected.get(source)
            return "" if error is None else f"⚠ {error:.1f}" if error > UNSURE else f"{error:.1f}"
        if planned is None:
            return ""
        if column == TARGET:
            return str(planned.target.relative_to(self._root)) if planned.writes else "—"
        if column == STATE:
            return _state(planned, outcome, planned.target in self._in_work)
        if column == PIXELS:
            return f"{planned.size[0]} × {planned.size[1]}" if planned.size else ""
        if column == SIZE:
            return size_text(planned.file_size) if planned.file_size is not None else ""
        if column == BURST:
            frames = self._bursts.get(planned.burst) if planned.burst is not None else None
            return f"{planned.burst} · {len(frames)} frames" if frames else ""
        return _warning(planned, outcome)

    def _sort_key(
        self, source: PhotoVersion, planned: PlannedPhoto | None, outcome: ExportItem | None, column: int
    ) -> str | float:
        if column == EXPECTED:
            return self._expected.get(source, -1.0)
        if column == PIXELS:
            return planned.size[0] * planned.size[1] if planned is not None and planned.size else -1
        if column == SIZE:
            return planned.file_size or -1 if planned is not None else -1
        if column == BURST:
            return planned.burst or -1 if planned is not None else -1
        return natural_key(self._text(source, planned, outcome, column))

    def _about_edit(self, source: PhotoVersion) -> str:
        found = self.edits.get(source)
        return "" if found is None else f"{found.description}\n{found.problem or found.whose}"

    def _about_expected(self, source: PhotoVersion) -> str:
        if source not in self._expected:
            return ""
        about = f"The model expects to be about ΔE {self._expected[source]:.1f} from your own edit"
        return f"{about}; that is much, so have a look." if self._expected[source] > UNSURE else f"{about}."

    def _color(
        self, source: PhotoVersion, planned: PlannedPhoto | None, outcome: ExportItem | None, column: int
    ) -> str:
        if column == EXPECTED and self._expected.get(source, 0.0) > UNSURE:
            return COLORS.warning
        found = self.edits.get(source) if column == EDIT else None
        if found is None:
            return _color(planned, outcome)
        if found.problem is not None:
            return COLORS.error
        if found.style_gone:
            return COLORS.warning
        return COLORS.text_muted if found.origin in ("folder", "none") else COLORS.text

    def _find_rows(self) -> None:
        self._outcomes = {}
        self._in_work = set()
        self._bursts = {}
        for planned in self.plan:
            if planned.burst is not None:
                self._bursts.setdefault(planned.burst, set()).add(planned.source)
        self._targets = {planned.target: row for row, planned in enumerate(self.plan)}
        self._root = os.path.commonpath([target.parent for target in self._targets]) if self._targets else ""
        self._rows = {}
        for row in range(self.row_total()):
            self._rows.setdefault(self.source_at(row).path, []).append(row)

    def _changed(self, first: int, last: int) -> None:
        if first <= last:
            self.announce(first, last)

    def _on_loaded(self, path: Path) -> None:
        for row in self._rows.get(path, ()):
            index = self.index(row, 0)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


def natural_key(text: str) -> str:
    """A text by which `IMG_9` stands before `IMG_10`."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(12), text.casefold())


def _state(planned: PlannedPhoto | None, outcome: ExportItem | None, in_work: bool) -> str:
    if outcome is not None:
        return outcome.status.capitalize()
    if planned is None:
        return ""
    return "In progress…" if in_work else ACTIONS[planned.action_name]


def _warning(planned: PlannedPhoto | None, outcome: ExportItem | None) -> str:
    if outcome is not None:
        return outcome.message or ""
    return planned.problem or "" if planned is not None else ""


def _color(planned: PlannedPhoto | None, outcome: ExportItem | None) -> str:
    if outcome is not None:
        return {"written": COLORS.text, "failed": COLORS.error}.get(outcome.status, COLORS.text_muted)
    if planned is not None:
        colors = {"fail": COLORS.error, "skip": COLORS.text_muted, "overwrite": COLORS.warning}
        return colors.get(planned.action, COLORS.text)
    return COLORS.text_muted
