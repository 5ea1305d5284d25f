"""The job that makes a look and writes it to a file."""

from dataclasses import dataclass
from pathlib import Path

from pie_desktop.edit.edit import Edit
from pie_desktop.engine.blending import remaining
from pie_desktop.engine.engine import Engine
from pie_desktop.export.looks import LookReport, average_look, export_look, photo_look
from pie_desktop.imaging.lut.looks import LookFormat
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.workers.job import JobContext


@dataclass(frozen=True)
class LookOrder:
    """What to write.

    Attributes:
        edit: with its style, or its blend of two.
        size: points per axis, None for as many as it needs.
        photo: whose edit it is, or None for the style on average.
        path: the file, or the folder of a darktable style.
        overwrite: whether `path` may be replaced.
    """

    edit: Edit
    photo: Path | None
    kind: LookFormat
    size: int | None
    path: Path
    overwrite: bool


def write_look(job: JobContext, engine: Engine, library: StyleLibrary, order: LookOrder) -> LookReport:
    """Make the look that was ordered, write it and measure how close the file comes; the function of a job.

    Raises:
        PieError: the style or the photo cannot be used, or the file cannot be written.
        Cancelled: nothing was written.
    """
    edit = remaining(library, order.edit)
    styles = [library.get(style_id) for style_id in edit.style.styles]
    preference = engine.preference_of(edit.style, job.progress, job.should_cancel)
    job.check()
    if order.photo is not None:
        look = photo_look(engine, styles, preference, order.photo, edit)
    else:
        look = average_look(engine, styles, preference, edit)
    job.check()
    return export_look(order.path, look, order.kind, order.size, order.overwrite)
