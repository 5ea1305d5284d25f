"""The job that writes a look."""

from dataclasses import dataclass
from pathlib import Path

from pie_desktop.engine.enhance import Engine
from pie_desktop.engine.looks import LookReport, average_look, export_look, photo_look
from pie_desktop.gallery.store import StyleLibrary
from pie_desktop.imaging.look_files import LookFormat
from pie_desktop.workers.job import JobContext


@dataclass(frozen=True)
class LookOrder:
    """What to write.

    Attributes:
        style_id: None for neutral enhancement.
        photo: whose edit it is, or None for the style on average.
        path: the file, or the folder of a darktable style.
        overwrite: whether `path` may be replaced.
    """

    style_id: str | None
    photo: Path | None
    strength: float
    amount: float
    kind: LookFormat
    size: int
    path: Path
    overwrite: bool


def write_look(job: JobContext, engine: Engine, library: StyleLibrary, order: LookOrder) -> LookReport:
    """Raises PieError, Cancelled."""
    style = library.get(order.style_id) if order.style_id is not None else None
    preference = engine.preference(style, job.progress, job.should_cancel) if style is not None else None
    job.check()
    if order.photo is not None:
        look = photo_look(engine, style, preference, order.photo, order.strength, order.amount)
    else:
        look = average_look(engine, style, preference, order.strength, order.amount)
    job.check()
    return export_look(order.path, look, order.kind, order.size, order.overwrite)
