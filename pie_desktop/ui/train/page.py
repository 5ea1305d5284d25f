"""The Train page: choose pairs, start, watch, stop, resume, and take the finished model into use."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QSplitter, QTabWidget, QWidget

from pie_desktop import paths
from pie_desktop.ui.actions.commands import Command
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.theme import COLORS, icon
from pie_desktop.ui.train.closing import CANCEL, KEEP, STOP, closing_choice
from pie_desktop.ui.train.forecast import Forecast
from pie_desktop.ui.train.form import TrainingForm
from pie_desktop.ui.train.model_actions import ModelDrops
from pie_desktop.ui.train.models import ModelList
from pie_desktop.ui.train.monitor import RunMonitor
from pie_desktop.ui.train.pair_panel import PairPanel
from pie_desktop.ui.train.run_panel import RunPanel
from pie_desktop.ui.train.runs import TrainingRun, create_run, new_run_folder
from pie_desktop.ui.train.session import TrainingSession
from pie_desktop.ui.widgets.form import form_panel
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.workers.estimate_process import EstimateOptions
from pie_desktop.workers.training_process import TrainingOptions

LEAST_PAIRS = 4  # as many as `fit` asks for: it holds some of them out


class TrainPage(QWidget):
    """Left what to do, right the run and below it pairs, runs and models."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.session = TrainingSession(context.notifier, self)
        self.monitor = RunMonitor(context)
        self.pairs = PairPanel(context)
        self.forecast = Forecast(self)
        self.forecast_note = PlainLabel()
        self.forecast_note.setProperty("role", "muted")
        self.forecast_note.setWordWrap(True)
        self.runs = RunPanel(paths.runs_dir())
        self.models = ModelList(context)
        self.form = TrainingForm(context.settings, self.models.base)
        self.start_button = QPushButton("Start training")
        self.start_button.setProperty("primary", True)
        self.start_button.setIcon(icon("mdi6.play", COLORS.accent_text, COLORS.accent_text))
        self._build()
        self._connect()
        self._on_folders_changed()
        self._show_state()
        self.session.find(self.runs.model.runs)

    def can_close(self) -> bool:
        """Asks what is to become of a run in progress: it goes on, or stops with a checkpoint before this returns."""
        if not self.session.running:
            self.forecast.stop_and_wait()
            return True
        choice = closing_choice(self, self._context.settings)
        if choice == KEEP:
            self.session.leave()
        elif choice == STOP:
            QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
            self.session.stop_and_wait()
            QApplication.restoreOverrideCursor()
        return choice != CANCEL

    def start(self) -> None:
        """Starts a new run from the form."""
        values = self.form.values()
        base = self.models.start_from()
        if values.pairs is None or base is None:
            return
        self.form.remember()
        options = TrainingOptions(
            pairs=values.pairs,
            more=values.more,
            originals=values.originals,
            run=new_run_folder(paths.runs_dir(), values.name),
            name=self.models.free_name(values.name),
            models=paths.models_dir(),
            init=base,
            epochs=values.epochs,
            minutes=values.minutes,
            references=values.references,
            encoder_lr=values.encoder_lr,
            enhancer_lr=values.enhancer_lr,
            gram=values.gram,
            tv=values.tv,
            seed=values.seed,
            device=values.device,
        )
        try:
            run = create_run(options)
        except OSError as error:
            self._context.notifier.error(f"The run could not be started in {options.run}: {error.strerror or error}.")
            return
        self.forecast.ask(None)  # the cores are the run's now
        self.session.start(run)

    def resume(self, run: TrainingRun) -> None:
        """Goes on from where a run was stopped, with the options that it was started with."""
        self.forecast.ask(None)
        self.session.start(run, resume=True)

    def finish(self, run: TrainingRun) -> None:
        """Makes a model of a run that was stopped, as it is."""
        self.session.start(run, resume=True, finish=True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.models.refresh()
        self.runs.refresh(self.session.run if self.session.running else None)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.forecast.ask(None)

    def _build(self) -> None:
        side = form_panel(self.form, self.start_button, above=self.forecast_note)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Runs and models")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.pairs, "Pairs")
        self.tabs.addTab(self.runs, "Runs")
        self.tabs.addTab(self.models, "Models")
        right = QSplitter(Qt.Orientation.Vertical)
        right.setChildrenCollapsible(False)
        right.addWidget(self.monitor)
        self.monitor.hide()  # until there is a run to watch: choosing pairs takes the room
        right.addWidget(self.tabs)
        right.setStretchFactor(0, 3)
        right.setStretchFactor(1, 2)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        layout.addWidget(right, 1)
        self.setFocusProxy(self.form.pairs)

    def _connect(self) -> None:
        self.form.folders_changed.connect(self._on_folders_changed)
        self.form.name.textChanged.connect(self._show_state)
        self.form.changed.connect(self._on_settings_changed)
        self.pairs.changed.connect(self._on_pairs_changed)
        self.pairs.dropped.connect(self.form.pairs.add_paths)
        self.pairs.empty.button.clicked.connect(self.form.pairs.add_button.click)
        self.forecast.told.connect(lambda lines: self.forecast_note.setText(" ".join(lines)))
        self.forecast.failed.connect(self.forecast_note.setText)
        app = QApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.forecast.stop_and_wait)
        self.start_button.clicked.connect(self.start)
        Command(self._context.keys, "start_training", self.start_button.click, self)
        self.monitor.stop_asked.connect(self.session.stop)
        self.monitor.pause_asked.connect(self.session.pause)
        self.session.state_changed.connect(self._show_state)
        self.session.run_changed.connect(self._show_run)
        self.session.grown.connect(self.monitor.refresh)
        self.session.grown.connect(self.runs.model.refresh)
        self.session.model_finished.connect(self._on_model_finished)
        self.runs.selected.connect(self._show_run)
        self.runs.resume_requested.connect(self.resume)
        self.runs.finish_requested.connect(self.finish)
        self.runs.failed.connect(self._context.notifier.error)
        self.models.changed.connect(self._on_settings_changed)
        ModelDrops(self).dropped.connect(self._on_models_dropped)

    def _on_folders_changed(self) -> None:
        values = self.form.values()
        self.pairs.set_folders(values.folders, values.originals)

    def _on_pairs_changed(self) -> None:
        self.tabs.setTabText(self.tabs.indexOf(self.pairs), f"Pairs ({self.pairs.model.usable:,})")
        self._on_settings_changed()

    def _on_settings_changed(self) -> None:
        self._show_state()
        self._ask()

    def _ask(self) -> None:
        """Finds out what a run will be like, once the pairs are known and nothing is missing."""
        values, base = self.form.values(), self.models.start_from()
        if not self.isVisible() or self.session.running or self.pairs.searching or self._missing() or base is None:
            self.forecast.ask(None)
            return
        self.forecast.ask(
            EstimateOptions(
                pairs=values.folders,
                init=base,
                models=paths.models_dir(),
                originals=values.originals,
                minutes=values.minutes,
                references=values.references,
                device=values.device,
            ),
            self.pairs.model.usable,
        )

    def _show_state(self) -> None:
        running = self.session.running
        missing = self._missing()
        self.start_button.setEnabled(not running and not missing)
        self.start_button.setToolTip(
            plain(missing or "Fine-tunes the model on your pairs, in the background (Ctrl+Return).")
        )
        self.form.setEnabled(not running)
        self.runs.set_running(self.session.run if running else None)
        if not running and self.session.run is None:
            self.monitor.set_hint(missing or "Ready: press Start training.")
        if self.session.run is not None:
            self.monitor.set_running(self.session.run, running, self.session.stopping)

    def _missing(self) -> str:
        """What must be done before a run can start, as a sentence; empty when nothing."""
        if not self.form.name.text().strip():
            return "Give the model a name."
        if self.form.values().pairs is None:
            return "Choose the folder of your edits."
        if self.pairs.model.usable < LEAST_PAIRS and not self.pairs.searching:
            return "At least four edits with usable originals are needed."
        if self.pairs.model.usable < LEAST_PAIRS:
            return "The pairs are still being looked at."
        problem = self.form.problem()
        if problem is not None:
            return problem
        return "" if self.models.start_from() is not None else "No model to start from was found."

    def _show_run(self, run: TrainingRun) -> None:
        in_progress = self.session.running and run is self.session.run
        self.monitor.show_run(run, in_progress, in_progress and self.session.stopping)
        self.monitor.show()

    def _on_models_dropped(self, files: list[Path]) -> None:
        self.tabs.setCurrentWidget(self.models)
        self.models.operations.import_files(files)

    def _on_model_finished(self, bundle: Path) -> None:
        self.runs.refresh(None)
        self.tabs.setCurrentWidget(self.models)
        self.models.show_finished(bundle)
