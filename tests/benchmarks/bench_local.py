"""What local parts cost: each by itself and all together on 24 megapixels, against the LUT; and their memory."""

import tracemalloc

import cv2
import numpy as np
from measurement import Measurement, best_seconds
from photographs import camera_image

from pie_desktop.edit.finishing import finished
from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.parts.clarity import ClarityPart
from pie_desktop.edit.parts.grain import GrainPart
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.edit.parts.noise_reduction import NoiseReductionPart
from pie_desktop.edit.parts.sharpening import SharpeningPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.warm_up import warm_up

GRADUATED, RADIAL = Mask(exposure=-1.0), Mask("radial", width=0.2, height=0.15, exposure=1.0)
PARTS: dict[str, LocalPart] = {
    "luminance noise": NoiseReductionPart(40.0, 0.0),
    "colour noise": NoiseReductionPart(0.0, 40.0),
    "a graduated mask": MasksPart((GRADUATED,)),
    "a radial mask": MasksPart((RADIAL,)),
    "texture": ClarityPart(50.0, 0.0),
    "clarity": ClarityPart(0.0, 50.0),
    "sharpening": SharpeningPart(80.0),
    "vignette": VignettePart(-40.0),
    "grain": GrainPart(40.0),
}
ALL: tuple[LocalPart, ...] = (
    NoiseReductionPart(40.0, 40.0),
    MasksPart((GRADUATED, RADIAL)),
    ClarityPart(50.0, 50.0),
    SharpeningPart(80.0, 1.0, 30.0),
    VignettePart(-40.0),
    GrainPart(40.0),
)
MOST_MEMORY = 400e6


def measure() -> list[Measurement]:
    cv2.setNumThreads(1)
    warm_up()
    image = camera_image(0)
    lut, frame, out = identity_lut() ** np.float32(0.9), Frame.of(image), np.empty_like(image)
    plain = best_seconds(lambda: apply_lut(image, lut, out))
    cases = {name: (part,) for name, part in PARTS.items()} | {"all of them": ALL}
    rows = []
    for name, parts in cases.items():
        seconds = best_seconds(lambda parts=parts: finished(image, lut, parts, frame, out), 2)  # type: ignore[misc]
        rows.append(
            Measurement(
                f"LUT and {name}, 24 MP, one thread",
                "",
                seconds,
                "s",
                seconds / plain,
                f"time of the LUT ({plain:.2f} s)",
            )
        )
    return [*rows, memory()]


def memory() -> Measurement:
    """As wide as 100 megapixels; the height makes no difference."""
    image = cv2.resize(camera_image(0), (12_000, 2_500), interpolation=cv2.INTER_LINEAR)
    frame = Frame((12_000, 8_400), (12_000, 8_400), (0, 3_000, 12_000, 2_500))
    tracemalloc.start()
    finished(image, identity_lut(), ALL, frame, image)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Measurement(
        "memory of all local parts beside a photo of 100 MP",
        f"<= {MOST_MEMORY / 1e6:.0f} MB",
        peak / 1e6,
        "MB",
        note="strips and pieces with what is around them",
        met=peak <= MOST_MEMORY,
    )


def main() -> None:
    for row in measure():
        print(row)


if __name__ == "__main__":
    main()
