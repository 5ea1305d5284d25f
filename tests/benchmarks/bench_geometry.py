"""Crop, turns and straightening of a photo of 24 MP, against its decode and encode on one core."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
from measurement import Measurement
from photographs import camera_jpegs

from pie_desktop.edit.parts.geometry import GeometryPart
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions, encode_photo
from pie_desktop.imaging.warm_up import warm_up

MOST = 5.5  # times decode and encode, for a photo that is straightened: 6 x 6 taps for each of its pixels
REPEATS = 3
WAYS = {
    "crop to 80 % on each side": GeometryPart(crop_left=0.1, crop_right=0.9, crop_top=0.1, crop_bottom=0.9),
    "quarter turn": GeometryPart(quarter_turns=1),
    "straightened by 2 degrees": GeometryPart(straighten=2),
    "straightened, with perspective": GeometryPart(straighten=2, perspective_vertical=-30),
}


def processor_seconds(action: Callable[[], object], repeats: int) -> float:
    """Shortest of several runs in seconds of this thread's processor time, whatever else the machine does."""
    shortest = float("inf")
    for _ in range(repeats):
        started = time.thread_time()
        action()
        shortest = min(shortest, time.thread_time() - started)
    return shortest


def measure() -> list[Measurement]:
    cv2.setNumThreads(1)
    assert warm_up()
    with tempfile.TemporaryDirectory(prefix="pie-geometry-") as name:
        (photo,) = camera_jpegs(Path(name), 1)
        image = load_photo(photo)
        codecs = processor_seconds(lambda: encode_photo(load_photo(photo), EncodeOptions("jpeg")), REPEATS)
    size = (image.shape[1], image.shape[0])
    found = []
    for name, part in WAYS.items():
        placement = part.placement(size)
        seconds = processor_seconds(lambda placement=placement: placement.apply(image), REPEATS)  # type: ignore[misc]
        found.append(
            Measurement(
                name=f"Geometry of 24 MP: {name}",
                budget=f"<= {MOST:g} x decode + encode",
                measured=seconds,
                unit="s",
                ratio=seconds / codecs,
                note=f"against {codecs:.2f} s of decode and encode of the JPEG; one core",
                met=seconds / codecs <= MOST,
            )
        )
    return found


if __name__ == "__main__":
    for one in measure():
        print(f"{one.name}: {one.measured:.3f} {one.unit}, {one.ratio:.2f} x ({one.note})")
