"""Every file of a collection of difficult ones is opened as the table says, or refused with its sentence.

In the isolated decoder, as in the editor: whatever a file does to it, this process goes on.
"""

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import psutil
import pytest

from pie_desktop.errors import DecodeError
from pie_desktop.imaging import isolation
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_photo, load_placeholder, load_preview, load_thumbnail, load_wide, probe
from pie_desktop.imaging.metadata.reading import read_saved_by, read_summary
from pie_desktop.imaging.resize.resize import fitted_size
from pie_desktop.imaging.stored import to_uint8
from tests.difficult.table import Expected, color_distance, describe, read_table

SECONDS = 10.0
MEMORY = 2_000_000_000
LEVELS = 6  # of 255; other versions of the decoders round otherwise
ROWS = read_table()
LIMITED = re.compile(r"crashed|could not be read within|of memory|too large for")


@pytest.fixture(scope="module")
def assets(shared_data: Path) -> Iterator[Path]:
    """The files, with one decoding process for all of them; its memory is looked at in the end."""
    isolation.start(processes=1)
    yield shared_data / "assets"
    peak = max((_peak_memory(child) for child in psutil.Process().children()), default=0)
    isolation.stop()
    assert peak < MEMORY


def _peak_memory(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status")
    found = re.search(r"VmHWM:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else 0


def test_the_table_names_every_file(shared_data: Path) -> None:
    with (shared_data / "assets" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        assert [row.file for row in ROWS] == [row["file"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("expected", ROWS, ids=[row.file for row in ROWS])
def test_opened_or_refused(assets: Path, expected: Expected) -> None:
    path = assets / expected.file
    before = _work()
    try:
        image = load_photo(path)
    except DecodeError as error:
        assert _work() - before < SECONDS
        assert str(error).replace(expected.name, "{name}") == expected.refused
        _refused_by_all(path)
        return
    assert _work() - before < SECONDS
    assert not expected.refused
    found = describe(expected.file, image)
    assert (found.size, found.depth) == (expected.size, expected.depth)
    assert color_distance(found.colors, expected.colors) <= LEVELS, (found.colors, expected.colors)
    if expected.like:
        assert mean_delta_e(_thinned(image), _thinned(_shown(assets / expected.like))) <= float(expected.within)
    info = probe(path)
    assert f"{info.width}x{info.height}" == expected.size
    assert max(load_thumbnail(path, 64).shape) <= 64
    assert load_wide(path, 64).shape[:2] == fitted_size(info.width, info.height, 64)[::-1]
    _small_ones(path)


def _work() -> float:
    """Processor time of the decoding process so far; by the clock it would be that of everything else that runs."""
    return sum(sum(child.cpu_times()[:2]) for child in psutil.Process().children())


@lru_cache(maxsize=4)
def _shown(path: Path) -> np.ndarray:
    return load_photo(path)


def _thinned(image: np.ndarray) -> np.ndarray:
    step = max(1, max(image.shape) // 400)
    return to_uint8(np.ascontiguousarray(image[::step, ::step]))


def _refused_by_all(path: Path) -> None:
    """What refuses the photo refuses its small versions too; a damaged end may leave the header readable."""
    for load in (lambda: load_thumbnail(path, 64), lambda: load_wide(path, 64), lambda: probe(path)):
        try:
            load()
        except DecodeError as error:
            assert path.name in str(error) and not LIMITED.search(str(error))
    _small_ones(path)


def _small_ones(path: Path) -> None:
    """What is read beside the photo; none of it may crash its process."""
    try:
        load_preview(path, 64)
    except DecodeError as error:
        assert not LIMITED.search(str(error))
    load_placeholder(path, 64)
    read_summary(path)
    read_saved_by(path)
