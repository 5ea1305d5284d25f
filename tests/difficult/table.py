"""What is expected of every file of a collection that is hard to decode: `expected.csv`, one row per file.

Columns: `file` below the folder `assets`; `size` and `depth` of the image, and `colors`, the means of its quarters
from top left to bottom right; or `refused`, the sentence, with `{name}` for the file's name. `like` names another
file that shows the same, `within` the mean dE00 that may lie between the two.

`python tests/difficult/table.py ASSETS [SHEETS]` writes the columns anew as the decoders do it now, keeps `like` and
`within`, and draws contact sheets: look at these before the table is committed.
"""

import csv
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import cv2
import numpy as np

from pie_desktop.errors import DecodeError
from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.stored import to_uint8

TABLE = Path(__file__).with_name("expected.csv")
CELL, COLUMNS, ROWS = 160, 10, 6


@dataclass(frozen=True)
class Expected:
    """A row of the table; all columns are text."""

    file: str
    size: str = ""
    depth: str = ""
    colors: str = ""
    refused: str = ""
    like: str = ""
    within: str = ""

    @property
    def name(self) -> str:
        return Path(self.file).name


def read_table() -> list[Expected]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Expected(**row) for row in csv.DictReader(file)]


def colors_of(image: np.ndarray) -> str:
    """Mean colours of the quarters of an image, as hexadecimal sRGB."""
    height, width = (max(1, side // 2) for side in image.shape[:2])
    image = image[:: max(1, height // 512), :: max(1, width // 512)]  # a million pixels tell as much
    height, width = (max(1, side // 2) for side in image.shape[:2])
    top, bottom = image[:height], image[-height:]
    quarters = (top[:, :width], top[:, -width:], bottom[:, :width], bottom[:, -width:])
    return " ".join("".join(f"{round(value):02x}" for value in _mean(quarter)) for quarter in quarters)


def color_distance(a: str, b: str) -> int:
    """Largest difference of two `colors_of` in levels of 255."""
    first, second = (np.frombuffer(bytes.fromhex(text.replace(" ", "")), np.uint8).astype(int) for text in (a, b))
    return int(np.abs(first - second).max())


def describe(file: str, image: np.ndarray) -> Expected:
    depth = str(8 * image.dtype.itemsize)
    return Expected(file, f"{image.shape[1]}x{image.shape[0]}", depth, colors_of(image))


def _mean(image: np.ndarray) -> np.ndarray:
    scale = 255 / np.iinfo(image.dtype).max
    return np.asarray(image.mean(axis=(0, 1), dtype=np.float64) * scale)


def _update(assets: Path, sheets: Path | None) -> None:
    old = {row.file: row for row in read_table()} if TABLE.exists() else {}
    with (assets / "manifest.csv").open(encoding="utf-8", newline="") as file:
        files = [row["file"] for row in csv.DictReader(file)]
    rows, cells = [], []
    for name in files:
        known = old.get(name, Expected(name))
        try:
            image = load_photo(assets / name)
            row = describe(name, image)
            cells.append((row, _cell(image)))
        except DecodeError as error:
            row = Expected(name, refused=str(error).replace(Path(name).name, "{name}"))
        rows.append(Expected(**{**asdict(row), "like": known.like, "within": known.within}))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Expected)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    if sheets is not None:
        sheets.mkdir(parents=True, exist_ok=True)
        for number, first in enumerate(range(0, len(cells), COLUMNS * ROWS)):
            sheet = _sheet(cells[first : first + COLUMNS * ROWS])
            cv2.imwrite(str(sheets / f"{number}.png"), sheet[..., ::-1])


def _cell(image: np.ndarray) -> np.ndarray:
    side = CELL - 20
    scale = side / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    return cv2.resize(to_uint8(image), size, interpolation=how)


def _sheet(cells: list[tuple[Expected, np.ndarray]]) -> np.ndarray:
    sheet = np.full((ROWS * (CELL + 30), COLUMNS * CELL, 3), 128, np.uint8)
    for place, (row, image) in enumerate(cells):
        top, left = place // COLUMNS * (CELL + 30), place % COLUMNS * CELL
        sheet[top + 5 : top + 5 + image.shape[0], left + 5 : left + 5 + image.shape[1]] = image
        for line, text in enumerate((f"{row.size} {row.depth} bit", row.name[:26])):
            where = (left + 2, top + CELL - 2 + 14 * line)
            ascii_text = text.encode("ascii", "replace").decode()
            cv2.putText(sheet, ascii_text, where, cv2.FONT_HERSHEY_SIMPLEX, 0.33, (0, 0, 0), 1, cv2.LINE_AA)
    return sheet


if __name__ == "__main__":
    isolation.start(processes=1)
    _update(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    isolation.stop()
