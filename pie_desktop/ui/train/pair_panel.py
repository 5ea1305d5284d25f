"""The Pairs tab: the table of edits, what is shown of it, and what a person decides about them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from pie_desktop.errors import PieError
from pie_desktop.imaging.pairs.decisions import Decision, Decisions
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.inventory import PairRow, counts
from pie_desktop.imaging.pairs.judge import path_text
from pie_desktop.imaging.pairs.kinds import PairKind
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import PHOTO_FILTER
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.train.pairs import (
    EDIT,
    KIND,
    ORIGINAL,
    REMARK,
    THUMBNAIL,
    USE,
    PairTableModel,
    find_training_pairs,
    look_at_pairs,
)
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.form import dropped_folders
from pie_desktop.ui.widgets.labels import EmptyState, counted
from pie_desktop.ui.widgets.plain_text import PlainLabel
from pie_desktop.ui.widgets.table import set_up_table
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane

FILTER_WIDTH = 190  # of the longest kind, with its number
CHOOSE = (
    "Choose a folder of photos that you have edited, or drop one here. Their originals are searched for beside them, in"
    " a folder named “original” or “before”, and in the other folders that you choose."
)


class PairPanel(QWidget):
    """Finds the pairs of some folders and shows them as it goes.

    Signals:
        changed: other pairs are known, or decided about.
        dropped: folders, by the mouse.
    """

    changed = Signal()
    dropped = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._lane = context.add_lane(LatestLane("pairs"))
        self._decisions = Decisions.of_program()
        self._found: list[PairGuess] = []
        self.searching = False
        self.model = PairTableModel(context.thumbnails, self)
        self.empty = EmptyState("mdi6.image-multiple-outline", "Choose a folder…")
        self.empty.set_text(CHOOSE)
        self.note = PlainLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.filter = ComboBox()
        self.filter.setAccessibleName("Pairs shown")
        self.filter.setMinimumWidth(FILTER_WIDTH)
        self.view = QTableView()
        self.use_button = QPushButton("Use")
        self.reject_button = QPushButton("Leave out")
        self.original_button = QPushButton("Other original…")
        self.swap_button = QPushButton("Swap")
        self.swap_button.setToolTip("The edit is the original, and the other way round.")
        self.undo_button = QPushButton("Undo decision")
        self._build()
        self._connect()
        self._show()

    def set_folders(self, folders: Sequence[Path], originals: Path | None) -> None:
        """Look for the pairs of these folders; those of others are forgotten."""
        self._found = []
        self.model.set_rows([])
        self._lane.cancel_all()
        self.searching = bool(folders)
        self._show()
        if folders:
            self._decisions.read()
            if self._decisions.problem:
                self._context.notifier.warning(self._decisions.problem)
            job: Job = self._lane.submit(find_training_pairs, tuple(folders), originals)
            job.result.connect(self._on_found)
            job.failed.connect(self._on_failed)

    def selected(self) -> list[PairRow]:
        """The edits in the selected rows."""
        return [self.model.row_at(index.row()) for index in self.view.selectionModel().selectedRows()]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folders(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped.emit(tuple(dropped_folders(event)))
        event.acceptProposedAction()

    def _build(self) -> None:
        self.view.setModel(self.model)
        set_up_table(self.view, "Pairs found")
        self.view.setIconSize(THUMBNAIL)
        self.view.setWordWrap(True)
        self.view.verticalHeader().setDefaultSectionSize(THUMBNAIL.height() + SPACE)
        header = self.view.horizontalHeader()
        for column in (USE, KIND):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        for column in (EDIT, ORIGINAL, REMARK):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(USE, 44)
        header.resizeSection(KIND, 124)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.note, 1)
        top.addWidget(self.filter)
        for button in (self.use_button, self.reject_button, self.original_button, self.swap_button):
            bottom.addWidget(button)
        bottom.addStretch(1)
        bottom.addWidget(self.undo_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        layout.addLayout(top)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)
        self.setAcceptDrops(True)

    def _connect(self) -> None:
        self.filter.activated.connect(self._on_filter)
        self.model.decided.connect(self._use)
        self.model.modelReset.connect(self._show_buttons)
        self.view.selectionModel().selectionChanged.connect(self._show_buttons)
        self.use_button.clicked.connect(lambda: self._use(self.selected(), True))
        self.reject_button.clicked.connect(lambda: self._use(self.selected(), False))
        self.original_button.clicked.connect(self._choose_original)
        self.swap_button.clicked.connect(self._swap)
        self.undo_button.clicked.connect(self._undo)

    def _on_filter(self) -> None:
        chosen = self.filter.currentData()
        self.model.show_kind(None if chosen is None else PairKind(chosen))

    def _on_found(self, found: list[PairGuess]) -> None:
        self._found = found
        self._look()

    def _look(self) -> None:
        """Looks at the next pairs; each part is a job, so that the table fills as it goes."""
        job: Job = self._lane.submit(look_at_pairs, tuple(self._found), self._decisions)
        job.result.connect(self._on_looked)
        job.failed.connect(self._on_failed)

    def _on_looked(self, rows: list[PairRow]) -> None:
        self.model.set_rows(rows)
        self.searching = self.model.pending > 0
        if self.searching:
            self._look()
        self._show()

    def _on_failed(self, sentence: str) -> None:
        self.searching = False
        self._show()
        self.note.setText(sentence)
        self.note.setVisible(True)

    def _show(self) -> None:
        rows, kinds = self.model.rows, counts(row for row in self.model.rows if not row.pending)
        self.empty.setVisible(not rows and not self.searching)
        self.note.setVisible(bool(rows) or self.searching)
        self.note.setText(self._summary(kinds) if rows else "Looking for pairs…")
        chosen = self.filter.currentData()
        self.filter.clear()
        self.filter.addItem(f"All ({len(rows):,})", None)
        for kind, count in kinds.items():
            self.filter.addItem(f"{kind.label} ({count:,})", kind.value)
        place = self.filter.findData(chosen)
        self.filter.setCurrentIndex(max(place, 0))
        if place < 0:
            self.model.show_kind(None)
        for widget in (self.filter, self.view):
            widget.setVisible(bool(rows))
        self._show_buttons()
        self.changed.emit()

    def _summary(self, kinds: dict[PairKind, int]) -> str:
        """What was found, in a sentence or two."""
        used, pending = self.model.usable, self.model.pending
        text = f"{counted(used, 'pair')} of {counted(len(self.model.rows), 'edit')} will train"
        if pending:
            text += f"; {pending:,} are still to be looked at"
        unsure = sum(row.kind is PairKind.UNSURE and not row.decided for row in self.model.rows)
        return f"{text}." + (f" {unsure:,} unsure: decide with the check mark." if unsure else "")

    def _show_buttons(self) -> None:
        rows = self.selected()
        usable = [row for row in rows if row.usable and not row.pending]
        for button in (self.use_button, self.reject_button, self.original_button, self.swap_button, self.undo_button):
            button.setVisible(bool(self.model.rows))
        self.use_button.setEnabled(any(not row.used for row in usable))
        self.reject_button.setEnabled(any(row.used for row in usable))
        self.original_button.setEnabled(len(rows) == 1)
        self.swap_button.setEnabled(any(row.guess.before is not None for row in rows))
        self.undo_button.setEnabled(any(row.decided for row in rows))

    def _use(self, rows: Sequence[PairRow], used: bool) -> None:
        changes: dict[Path, Decision] = {}
        for row in (row for row in rows if row.usable):
            edit, content = row.guess.after, row.contents[0]
            changes[edit] = replace(self._decisions.of(edit, content), used=used, content=content)
        self._decide(changes)

    def _undo(self) -> None:
        self._decide({row.guess.after: Decision(content=row.contents[0]) for row in self.selected()})

    def _swap(self) -> None:
        changes: dict[Path, Decision] = {}
        for row in self.selected():
            if row.guess.before is not None:
                edited, unedited = row.contents
                changes[row.guess.after] = Decision(content=edited)
                changes[row.guess.before] = Decision(original=path_text(row.guess.after), content=unedited)
        self._decide(changes)

    def _choose_original(self) -> None:
        """Offers the photos that may be the original, if there are several, and any other."""
        (row,) = self.selected()
        if not row.guess.others:
            self._browse_original(row)
            return
        menu = QMenu(self)
        candidates = [path for path in (row.guess.before, *row.guess.others) if path is not None]
        for path in candidates:
            action = QAction(f"{path.parent.name}/{path.name}", menu)
            action.triggered.connect(lambda _=False, path=path: self._take_original(row, path))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction("Another photo…", lambda: self._browse_original(row))
        menu.popup(self.original_button.mapToGlobal(QPoint(0, self.original_button.height())))

    def _browse_original(self, row: PairRow) -> None:
        start = (row.guess.before or row.guess.after).parent
        title = f"The original of {row.guess.after.name}"
        name, _ = QFileDialog.getOpenFileName(self, title, str(start), PHOTO_FILTER)
        if name:
            self._take_original(row, Path(name))

    def _take_original(self, row: PairRow, original: Path) -> None:
        self._decide({row.guess.after: Decision(original=path_text(original), content=row.contents[0])})

    def _decide(self, changes: dict[Path, Decision]) -> None:
        if not changes:
            return
        try:
            self._decisions.decide(changes)
        except PieError as error:
            self._context.notifier.error(str(error))
        self._look()
