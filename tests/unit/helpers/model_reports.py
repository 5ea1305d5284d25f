"""Reports on models without a model, for tests of what is shown and said of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pie_desktop.model.report import (
    FOLDER,
    PICTURES,
    Measured,
    ModelReport,
    PhotoReport,
    picture_path,
    write_report,
)


def made_report(gains: Sequence[float], chosen: bool = False, problems: Sequence[str] = ()) -> ModelReport:
    """Of photos `0.jpg`, `1.jpg` and so on with these gains over references alone, dB; 1 dB nearer is 0.5 dE00."""
    photos = tuple(
        PhotoReport(
            f"{number}.jpg",
            number + 1,
            Measured(18.0, 9.0),
            Measured(19.0, 8.0),
            Measured(22.0 + number / 10, 6.0),
            Measured(22.0 + number / 10 + gain, 6.0 - gain / 2),
        )
        for number, gain in enumerate(gains)
    )
    return ModelReport(photos, 20, chosen, "2026-01-01T00:00:00+00:00", tuple(problems))


def kept_report(bundle: Path, gains: Sequence[float], chosen: bool = False) -> ModelReport:
    """The same, written into a bundle with pictures in one colour each: of `ours` green, of the others grey."""
    report = made_report(gains, chosen)
    (bundle / FOLDER).mkdir(parents=True, exist_ok=True)
    for photo in report.photos:
        for which in PICTURES:
            color = (20, 160, 40) if which == "ours" else (90, 90, 90)
            Image.fromarray(np.full((40, 60, 3), color, np.uint8)).save(picture_path(bundle, photo, which))
    write_report(bundle, report)
    return report
