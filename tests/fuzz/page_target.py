"""The editor's window, made from changed settings, training runs and presets; in this process, without a display."""

import contextlib
import json
import logging
import os
import random
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.encode_options import EncodeOptions
from tests.fuzz.corpus import Corpus
from tests.fuzz.documents import mutate_lines
from tests.fuzz.file_targets import write_document
from tests.fuzz.targets import Fault

_PATIENCE = 8.0


def make_home(corpus: Corpus, rng: random.Random, place: Path) -> Path:
    """A folder of the program's own files, one of them changed: mostly the settings."""
    from pie_desktop.model.run_folder import EVENTS
    from pie_desktop.ui.train.runs import OPTIONS_FILE, create_run
    from pie_desktop.workers.training_process import TrainingOptions

    corpus.plain_jpeg(place / "photo.jpg")
    settings = place / "settings.json"
    sound = json.dumps(_settings(place))
    run = create_run(TrainingOptions(place / "pairs", place / "runs" / "r1", "Mine", place / "models", place / "init"))
    for event in (
        {"event": "start", "run": "r", "steps": 10, "step": 0, "device": "cpu", "train": 6, "validation": 2},
        {
            "event": "baseline",
            "step": 0,
            "references": {"psnr": 20.0, "de00": 8.0},
            "neutral": {"psnr": 19.0, "de00": 9.0},
        },
        {
            "event": "step",
            "step": 1,
            "steps": 10,
            "loss": 1.0,
            "rate": 2.0,
            "eta": 1.0,
            "elapsed": 0.5,
            "memory": 10**9,
        },
        {"event": "validation", "step": 1, "elapsed": 1.0, "psnr": 21.0, "baseline_psnr": 20.0, "de00": 7.0}
        | {"gain": {"mean": 1.0, "low": 0.5, "high": 1.5}, "stale": 0, "patience": 15},
        {"event": "pictures", "step": 1, "photos": [{"name": "a.jpg", "psnr": 21.0}, {"name": "b.jpg", "psnr": 20.0}]},
        {"event": "map", "step": 1, "points": [[0.1, 0.9], [0.5, 0.5]], "names": ["a.jpg", "b.jpg"]},
        {"event": "stopped", "step": 1, "checkpoint": str(run.folder / "checkpoint.safetensors")},
    ):
        run.end(event)
    (run.folder / "checkpoint.safetensors").touch()
    what = rng.random()
    if what < 0.6:
        return write_document(settings, sound, rng)
    settings.write_text(sound, encoding="utf-8")
    if what < 0.8:
        return write_document(run.folder / OPTIONS_FILE, (run.folder / OPTIONS_FILE).read_text("utf-8"), rng)
    events = run.folder / EVENTS
    events.write_bytes(mutate_lines(events.read_text(encoding="utf-8"), rng))
    return events


def try_pages(path: Path) -> None:
    """All three pages are made and shown; whatever a slot or a job raises, or Qt complains of, is a fault."""
    home = next(folder for folder in path.parents if (folder / "photo.jpg").exists())
    before = os.environ["PIE_DESKTOP_HOME"]
    os.environ["PIE_DESKTOP_HOME"] = str(home)
    try:
        with _told() as faults:
            _show_all(home / "photo.jpg")
        if faults:
            raise Fault("\n".join(faults))
    finally:
        os.environ["PIE_DESKTOP_HOME"] = before


def _show_all(photo: Path) -> None:
    from PySide6.QtWidgets import QApplication

    from pie_desktop.engine.engine import Engine
    from pie_desktop.styles.store import StyleLibrary
    from pie_desktop.ui import theme
    from pie_desktop.ui.context import AppContext
    from pie_desktop.ui.main_window import MainWindow
    from tests.doubles.models import PlainModel

    app = QApplication.instance()
    if app is None:
        app = QApplication(["fuzz"])
        theme.apply_theme(app)
    library = StyleLibrary()
    context = AppContext(library, Engine(library, open_model=PlainModel))
    window = MainWindow(context)
    try:
        window.resize(1280, 800)
        window.show()
        for name in ("Export", "Train", "Edit"):
            window.show_tab(name)
            _settle(app, context)
        page = window.pages.export_page()
        page.set_sources([photo])
        _settle(app, context)
        page.form.remember()
    finally:
        window.close()
        context.close()
        window.deleteLater()
        app.processEvents()


def _settle(app, context) -> None:  # type: ignore[no-untyped-def]
    """Let the jobs of the pages end."""
    end = time.monotonic() + _PATIENCE
    quiet = 0
    while quiet < 5 and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)
        quiet = 0 if any(lane.open_jobs for lane in context.lanes) else quiet + 1


@contextlib.contextmanager
def _told() -> Iterator[list[str]]:
    """What was raised in slots, and logged with a traceback, meanwhile."""
    faults: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.levelno >= logging.ERROR:
                faults.append(f"{record.getMessage()}\n{''.join(traceback.format_exception(*record.exc_info))}")

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        faults.append("".join(traceback.format_exception(kind, error, trace)))

    handler, before = Handler(), sys.excepthook
    logging.getLogger().addHandler(handler)
    sys.excepthook = hook
    try:
        yield faults
    finally:
        sys.excepthook = before
        logging.getLogger().removeHandler(handler)


def _settings(place: Path) -> dict[str, object]:
    """A value of every kind that the window keeps."""
    return {
        "canvas.view": "split",
        "closing.problems": ["An edit could not be saved."],
        "display.profile": "monitor",
        "edit.filmstrip": True,
        "edit.panel": True,
        "edit.sizes": [200, 800, 300],
        "export.amount": 100,
        "export.burst_lock": False,
        "export.destination": str(place / "out"),
        "export.edit": Edit.styled("warm").to_json(),
        "export.file": asdict(EncodeOptions()),
        "export.name": "{name}",
        "export.on_conflict": "skip",
        "export.own_edits": True,
        "export.presets": ["Full JPEG"],
        "export.strength": 100,
        "looks.folder": str(place),
        "open.folder": str(place),
        "photos.raw_pairs": "both",
        "model.bundle": str(place / "models" / "x.piemodel"),
        "styles.folder": str(place),
        "thumbnails.cache_mb": 100,
        "train.device": "auto",
        "train.encoder_lr": 1e-5,
        "train.epochs": 10,
        "train.gram": 0.1,
        "train.minutes": 5,
        "train.name": "My model",
        "train.pairs": str(place / "pairs"),
        "train.references": 4,
        "window.geometry": "AAAA",
    }
