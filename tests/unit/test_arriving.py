"""Files that are arriving are told from complete ones."""

import sys
import time
from pathlib import Path

import pytest

from pie_desktop.imaging.arriving import OLD_SECONDS, SETTLED_SECONDS, Sighting, is_complete, sight

NOW = 10**18
FRESH = Sighting(1000, NOW, written=False)


def test_a_file_counts_once_it_has_stood_still() -> None:
    assert not is_complete(FRESH, None, 0, NOW)
    assert not is_complete(FRESH, FRESH, SETTLED_SECONDS / 2, NOW)
    assert is_complete(FRESH, FRESH, SETTLED_SECONDS, NOW)


def test_a_file_that_grows_or_is_empty_or_open_does_not() -> None:
    assert not is_complete(Sighting(2000, NOW, False), FRESH, 9, NOW)
    assert not is_complete(Sighting(0, NOW, False), Sighting(0, NOW, False), 9, NOW)
    assert not is_complete(Sighting(1000, NOW, True), Sighting(1000, NOW, True), 9, NOW)


def test_an_old_file_was_moved_here_whole() -> None:
    assert is_complete(FRESH, None, 0, NOW + int((OLD_SECONDS + 1) * 1e9))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_program_that_writes_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    with path.open("wb") as file:
        file.write(b"half")
        file.flush()
        seen = sight(path)
        if seen is None or not seen.written:
            pytest.skip("this disk knows no leases")
    seen = sight(path)
    assert seen is not None and not seen.written
    assert sight(tmp_path / "gone.jpg") is None
    assert time.time_ns() > seen.modified
