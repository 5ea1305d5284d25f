"""Make the picture of masks, detail and effects in the user guide: `python scripts/make_local_images.py`.

Writes docs/images/local.jpg from scikit-image's photograph of an astronaut: above, the photo before and after masks,
clarity and a vignette; below, enlarged, what single adjustments do.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

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
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.samples import sample_image

TARGET = Path(__file__).resolve().parents[1] / "docs" / "images" / "local.jpg"
GAP, LINE = 8, 22
SURROUND = (60, 60, 60)
FACE = np.s_[40:200, 140:300]  # 160 pixels, shown twice as large

BURNED = Mask(x=0.2, y=0.5, angle=0.0, width=0.5, exposure=-1.2)
FACE_LIGHTER = Mask("radial", 0.43, 0.22, 0.0, 0.17, 0.2, feather=70.0, exposure=0.3, shadows=25.0)
FINISH: tuple[LocalPart, ...] = (
    MasksPart((BURNED, FACE_LIGHTER)),
    ClarityPart(20.0, 30.0),
    SharpeningPart(40.0),
    VignettePart(-45.0),
)


def with_parts(image: np.ndarray, parts: Sequence[LocalPart]) -> np.ndarray:
    """An image, uint8, with local parts."""
    return finished(image, identity_lut(2), parts, Frame.of(image))


def main() -> None:
    photo = sample_image("astronaut")
    noise = np.random.default_rng(3).normal(0, 14, photo.shape)
    noisy = np.clip(photo + noise, 0, 255).astype(np.uint8)
    above = [("Before", photo), ("Two masks, clarity, sharpening, vignette", with_parts(photo, FINISH))]
    details = [
        ("Texture -60", with_parts(photo, (ClarityPart(-60.0),))),
        ("Sharpening 120", with_parts(photo, (SharpeningPart(120.0),))),
        ("Noise", noisy),
        ("Noise reduction 60, 70", with_parts(noisy, (NoiseReductionPart(60.0, 70.0),))),
        ("Grain 60", with_parts(photo, (GrainPart(60.0),))),
    ]
    width = 2 * photo.shape[1] + 3 * GAP
    side = (width - GAP) // len(details) - GAP
    sheet = Image.new("RGB", (width, photo.shape[0] + side + 2 * LINE + 3 * GAP), SURROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=14)
    for number, (name, image) in enumerate(above):
        left = GAP + number * (photo.shape[1] + GAP)
        sheet.paste(Image.fromarray(image), (left, GAP))
        draw.text((left, GAP + photo.shape[0] + 3), name, "white", font)
    top = 2 * GAP + photo.shape[0] + LINE
    for number, (name, image) in enumerate(details):
        left = GAP + number * (side + GAP)
        enlarged = cv2.resize(image[FACE], (side, side), interpolation=cv2.INTER_CUBIC)
        sheet.paste(Image.fromarray(enlarged), (left, top))
        draw.text((left, top + side + 3), name, "white", font)
    sheet.save(TARGET, quality=88, subsampling=0, optimize=True)
    print(f"{TARGET.name}  {sheet.width} x {sheet.height}, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
