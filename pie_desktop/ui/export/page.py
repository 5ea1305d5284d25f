"""The Export page: photos, edit and file format on the left, the plan on the right, then the batch."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from pie_desktop.edit.versions import PhotoVersion, Source, path_of
from pie_desktop.export.job import ExportReport
from pie_desktop.export.kept import KeptExport
from pie_desktop.export.settings import plan_summary
from pie_desktop.ui.actions.commands import ActionTip, Command
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.dialogs import confirm_cancel, confirm_overwrite
from pie_desktop.ui.export.expecting import ExpectedErrors
from pie_desktop.ui.export.form import ExportForm
from pie_desktop.ui.export.job import FoundPlan, edits_of
from pie_desktop.ui.export.plan_view import PlanView
from pie_desktop.ui.export.planner import Planner
from pie_desktop.ui.export.resume_banner import ResumeBanner
from pie_desktop.ui.export.runner import ExportRunner
from pie_desktop.ui.theme import COLORS, SPACE, icon
from pie_desktop.ui.widgets.form import form_panel
from pie_desktop.ui.widgets.labels import counted

OWN_LIST = "A list of your own"


class ExportPage(QWidget):
    """Nothing is written before Start, and the plan shows beforehand what will be.

    Signals:
        follow_requested: the page is to show what the Edit page shows, see `follow`.
    """

    follow_requested = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._sources: list[Source] = []
        self._followed: list[Source] = []
        self._destination: Path | None = None
        self.form = ExportForm(context)
        self.view = PlanView(context.thumbnails)
        self.banner = ResumeBanner(context)
        self.start_button = QPushButton("Export")
        self.start_button.setProperty("primary", True)
        self.start_button.setIcon(icon("mdi6.export", COLORS.accent_text, COLORS.accent_text))
        ActionTip(self.start_button, context.keys, "start_export")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Stops the export; photos already written are kept.")
        self._planner = Planner(context, self)
        self.runner = ExportRunner(context, self)
        self._expected = ExpectedErrors(context, self.view.in_sight, self)
        self._build()
        self._connect()
        self._show_state()
        self.setAcceptDrops(True)

    @property
    def running(self) -> bool:
        return self.runner.running

    def follow(self, sources: Sequence[Source], about: str) -> None:
        """Show what the Edit page shows, unless the user has made a list here or an export is running.

        A report that is still shown stays while the photos are the same.

        Args:
            sources: photos, folders and versions of photos.
            about: where they are from, for the line below the title.
        """
        if self.running or self.view.own_list.isChecked():
            return
        same = list(sources) == self._followed and bool(self.view.model.sources)
        self._followed = list(sources)
        if not same or not self.view.model.has_outcomes:
            self._take(sources, about)

    def set_sources(self, sources: Sequence[Source], about: str = "") -> None:
        """The photos to export, folders included, until the page is entered anew; without effect during an export."""
        if not self.running:
            self._followed = []
            self.view.own_list.setChecked(False)
            self._take(sources, about)

    def set_own_list(self, sources: Sequence[Source]) -> None:
        """A list of photos and folders that was made here; it stays until *Own list* is released."""
        if not self.running:
            self.view.own_list.setChecked(True)
            self._take(sources, OWN_LIST)

    def _take(self, sources: Sequence[Source], about: str) -> None:
        self._sources = list(sources)
        self.view.about.set_full_text(about)
        if self._sources:
            self.form.suggest_destination(path_of(self._sources[0]))
        self._make_plan()

    def add_sources(self, sources: Sequence[Source]) -> None:
        """Photos and folders to be exported, too."""
        self.set_own_list([*self._sources, *sources])

    def can_close(self) -> bool:
        """Asks whether a running export may be cancelled; if so, cancels it."""
        if not self.running:
            return True
        if not confirm_cancel(self):
            return False
        self.cancel()
        return True

    def start(self) -> None:
        """Exports what the plan shows; after an export, makes the plan anew, as files have come and gone."""
        if self.view.model.has_outcomes and not self.running:
            self._make_plan()
            return
        choice, plan = self.form.choice(), self.view.model.plan
        if self.running or choice.settings is None or not plan or self._planner.busy:
            return
        replaced = self.view.model.count("overwrite")
        if replaced and not confirm_overwrite(self, replaced, choice.settings.destination):
            return
        self._destination = choice.settings.destination
        self.form.remember()
        self.runner.start(plan, choice)

    def go_on(self, kept: KeptExport) -> None:
        """Continues an export that was interrupted; without effect while one is running."""
        if self.running:
            return
        self._planner.stop()
        self._destination = kept.destination
        versions = list(dict.fromkeys(photo.version for photo in kept.photos))
        self._sources = list(versions)
        self.view.show_plan(versions, kept.photos, edits_of(kept))
        for item in kept.items.values():
            if item.status == "written":
                self.view.show_item(item)
        self.runner.go_on(kept)

    def cancel(self) -> None:
        if self.running:
            self.runner.cancel()
            self.view.footer.show_message("Cancelling…")
            self.cancel_button.setEnabled(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Files may have come and gone meanwhile; a report that is still shown is left alone.
        if self._sources and not self.running and not self._planner.busy and not self.view.model.has_outcomes:
            self._planner.wait()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.running and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and not self.running:
            event.acceptProposedAction()
            self.add_sources(paths)

    def _build(self) -> None:
        side = form_panel(self.form, self.start_button, self.cancel_button)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        holder = QHBoxLayout()
        holder.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 0)
        holder.addWidget(self.banner)
        right.addLayout(holder)
        right.addWidget(self.view, 1)
        layout.addLayout(right, 1)
        self.setFocusProxy(self.form.edit_choice)

    def _connect(self) -> None:
        self.form.changed.connect(self._plan_later)
        self._expected.found.connect(self.view.show_expected)
        self._planner.due.connect(self._make_plan)
        self._planner.found.connect(self._on_plan)
        self._planner.failed.connect(self._on_plan_failed)
        self.start_button.clicked.connect(self.start)
        Command(self._context.keys, "start_export", self.start_button.click, self)
        Command(self._context.keys, "remove_from_export", self.view.remove_selected, self.view.table)
        self.cancel_button.clicked.connect(self.cancel)
        self.view.added.connect(self.add_sources)
        self.view.removed.connect(self._remove)
        self.view.clear_button.clicked.connect(lambda: self.set_own_list([]))
        self.view.own_list.clicked.connect(self._on_own_list)
        self.view.failed.connect(self._context.notifier.error)
        runner = self.runner
        runner.begun.connect(self._on_begun)
        runner.preparing.connect(self._on_preparing)
        runner.failed.connect(self._on_failed)
        runner.finished.connect(self._on_finished)
        runner.watcher.item.connect(self.view.show_item)
        runner.watcher.progress.connect(self.view.show_progress)
        runner.watcher.report.connect(self._on_report)
        self.banner.accepted.connect(self.go_on)
        self.banner.look()

    def _plan_later(self) -> None:
        self._planner.plan_later()
        self._show_state()

    def _make_plan(self) -> None:
        if self.running:
            return
        self._planner.plan(self.runner.services(), self._sources, self.form.choice())
        self._show_state()

    def _on_plan(self, found: FoundPlan) -> None:
        if self.running:
            return
        self._sources = list(found.sources)
        self.view.show_plan(found.sources, found.plan, found.edits)
        self._expected.ask(found.edits)
        if found.sample is not None or not found.sources:
            suffix = found.plan[0].target.suffix if found.plan else ".jpg"
            self.form.names.set_sample(found.sample, suffix)
        self._show_state()

    def _on_plan_failed(self, problem: str) -> None:
        self._sources = list(self.view.model.sources)
        self._context.notifier.error(problem)
        self._show_state()

    def _on_begun(self, total: int) -> None:
        self._expected.stop()
        self.view.footer.begin(total)
        self._show_state()

    def _on_preparing(self, text: str) -> None:
        if not self.view.model.has_outcomes:
            self.view.footer.show_message(text)

    def _on_report(self, report: ExportReport) -> None:
        self.view.show_report(report, self._destination)

    def _on_failed(self, problem: str) -> None:
        self.view.footer.show_message(problem, error=True)
        self._context.notifier.error(problem)

    def _on_finished(self) -> None:
        self.view.footer.end()
        self.banner.look()
        self._show_state()

    def _remove(self, photos: list[PhotoVersion]) -> None:
        gone = set(photos)
        self.set_own_list([photo for photo in self.view.model.sources if photo not in gone])

    def _on_own_list(self, pressed: bool) -> None:
        if pressed:
            self.view.about.set_full_text(OWN_LIST)
        else:
            self.follow_requested.emit()

    def _show_state(self) -> None:
        model = self.view.model
        count = model.count("write", "overwrite")
        self.form.setEnabled(not self.running)
        self.banner.go_on_button.setEnabled(not self.running)
        self.view.set_editable(not self.running)
        idle = not self.running and not self._planner.busy
        ready = idle and count > 0 and not model.has_outcomes
        self.start_button.setEnabled(ready or (idle and model.has_outcomes))
        what = "photo" if len(self.form.choice().presets) < 2 and not model.copies else "file"
        text = f"Export {counted(count, what)}" if ready else "Export"
        self.start_button.setText("Plan again" if idle and model.has_outcomes else text)
        self.cancel_button.setEnabled(self.running)
        if not self.running and not model.has_outcomes:
            self.view.footer.show_message(self._hint())

    def _hint(self) -> str:
        model = self.view.model
        if not model.sources:
            return ""
        if self.form.destination.path() is None:
            return "Choose a destination folder."
        if (problem := self.form.names.problem()) is not None:
            return problem
        return plan_summary([photo for photo in model.plan if photo.action != "fail"]) if model.plan else ""
