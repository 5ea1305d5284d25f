"""What libraries print about odd photos reaches the log, and no terminal: from child processes and from this one."""

import logging
import os
import threading
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.native_messages import captured


@pytest.fixture
def noisy_jpeg(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> Path:
    """A JPEG with bytes between its segments that libjpeg reports on the descriptor of stderr."""
    photo = tmp_path / "noisy.jpg"
    Image.fromarray(sample_images["coffee"]).save(photo, quality=90)
    data = photo.read_bytes()
    at = data.index(b"\xff\xda")
    photo.write_bytes(data[:at] + b"\x11\x22\x33" + data[at:])
    return photo


@pytest.fixture
def noisy_tiff(tmp_path: Path) -> Path:
    """A TIFF with 16 bits and a tag of an unknown type, which tifffile reports to Python's log."""
    photo = tmp_path / "noisy.tif"
    tags = [(65_000, "H", 1, 5, True)]
    tifffile.imwrite(photo, np.full((16, 16, 3), 9000, np.uint16), photometric="rgb", extratags=tags)
    with tifffile.TiffFile(photo) as tiff:
        at = tiff.pages[0].tags[65_000].offset
    data = bytearray(photo.read_bytes())
    data[at + 2 : at + 4] = (777).to_bytes(2, "little")
    photo.write_bytes(data)
    return photo


@pytest.mark.parametrize("in_child", [True, False])
@pytest.mark.parametrize("kind", ["noisy_jpeg", "noisy_tiff"])
def test_noise_is_in_the_log_only(
    kind: str,
    in_child: bool,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    photo = request.getfixturevalue(kind)
    capfd.readouterr()
    if in_child:
        isolation.start(processes=1)
    try:
        with caplog.at_level(logging.INFO):
            assert load_photo(photo).size
    finally:
        isolation.stop()
    assert capfd.readouterr().err == ""
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    if in_child:
        assert any(text.startswith(f"{photo.name}: ") for text in said), said
    else:
        assert any("extraneous bytes" in text or "65000" in text for text in said), said


def test_captures_nest_and_end(capfd: pytest.CaptureFixture[str]) -> None:
    with captured() as outer:
        os.write(2, b"one\n")
        with captured() as inner:
            os.write(2, b"two\n")
        with captured(wait=False) as left_out:
            os.write(2, b"too\n")
    os.write(2, b"three\n")
    assert (outer, inner, left_out) == (["one", "too"], ["two"], [])
    assert capfd.readouterr().err == "three\n"


def test_another_thread_that_does_not_wait_goes_on() -> None:
    with captured():
        done: list[list[str]] = []

        def read() -> None:
            with captured(wait=False) as lines:
                done.append(lines)

        thread = threading.Thread(target=read)
        thread.start()
        thread.join(10)
        assert done == [[]]
