"""Edits of photos, and things drawn over them, for tests and benchmarks of what is drawn over an edit.

All take and give uint8 images (H, W, 3); everything random comes from the generator.
"""

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Edit = Callable[[np.ndarray, np.random.Generator], np.ndarray]
WORDS = ("© 2024 Ann Example", "www.example.org", "Anna & Ben", "PROOF", "Studio Example · 0123", "Happy Birthday!")
COLORS = ((255, 255, 255), (0, 0, 0), (250, 220, 40), (220, 30, 40), (30, 60, 160), (235, 235, 230))


def toned(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A global edit: exposure, contrast, warmth and saturation."""
    values = image.astype(np.float32) / 255
    values = values ** generator.uniform(0.7, 1.35) * generator.uniform((0.9, 0.95, 0.85), (1.12, 1.05, 1.1))
    values = (values - 0.45) * generator.uniform(0.85, 1.4) + 0.45
    grey = values @ np.array([0.3, 0.6, 0.1], np.float32)
    values = grey[..., None] + (values - grey[..., None]) * generator.uniform(0.5, 1.4)
    return _image(values)


def monochrome(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Black and white with contrast."""
    weights = generator.dirichlet((4, 6, 2)).astype(np.float32)
    grey = (image.astype(np.float32) / 255 @ weights - 0.45) * generator.uniform(1, 1.5) + 0.45
    return _image(np.repeat(grey[..., None], 3, 2))


def vignetted(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Toned, with darker corners and a graduated filter."""
    y, x = _axes(image)
    shade = 1 - generator.uniform(0.1, 0.45) * (x * x + y * y) + generator.uniform(-0.3, 0.3) * y
    return _image(toned(image, generator) / 255 * shade[..., None])


def dodged(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Toned, a round part of it brightened."""
    y, x = _axes(image)
    away = np.hypot(x - generator.uniform(-0.6, 0.6), y - generator.uniform(-0.6, 0.6))
    part = np.clip((generator.uniform(0.2, 0.6) - away) / 0.15, 0, 1)
    return _image(toned(image, generator) / 255 * (1 + generator.uniform(0.2, 0.7) * part)[..., None])


def grainy(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Toned, with film grain."""
    noise = generator.normal(0, generator.uniform(4, 14), image.shape[:2])[..., None]
    return (toned(image, generator) + noise).clip(0, 255).astype(np.uint8)


def sharpened(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Toned and sharpened, up to halos."""
    edit = toned(image, generator).astype(np.float32)
    soft = cv2.GaussianBlur(edit, (0, 0), float(generator.uniform(0.8, 3)))
    return (edit + generator.uniform(0.4, 1.6) * (edit - soft)).clip(0, 255).astype(np.uint8)


def clarified(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Local contrast over tens of pixels, as clarity and HDR effects have it."""
    edit = toned(image, generator).astype(np.float32)
    soft = cv2.GaussianBlur(edit, (0, 0), float(generator.uniform(8, 30)))
    return (edit + generator.uniform(0.3, 0.9) * (edit - soft)).clip(0, 255).astype(np.uint8)


def harsh(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """So much contrast that shadows and highlights are lost."""
    return ((image.astype(np.float32) - 110) * generator.uniform(1.8, 2.8) + 128).clip(0, 255).astype(np.uint8)


def softened(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Toned and blurred, as a glow or a strong noise reduction leaves it."""
    edit = toned(image, generator)
    return cv2.bilateralFilter(edit, 9, float(generator.uniform(30, 80)), 7)


def negative(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Upside down in tone."""
    return 255 - toned(image, generator)


def posterised(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """In few tones."""
    step = int(generator.integers(28, 64))
    return (toned(image, generator) // step * step).astype(np.uint8)


ORDINARY: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        toned,
        monochrome,
        vignetted,
        dodged,
        grainy,
        sharpened,
        clarified,
        harsh,
        softened,
        negative,
        posterised,
    )
}


def with_text(image: np.ndarray, generator: np.random.Generator, opacity: float = 1.0) -> np.ndarray:
    """One line of text somewhere, 4 to 9 % of the height and at least 14 px: what somebody reads at first glance."""
    height = image.shape[0]
    size = max(14, round(height * generator.uniform(0.04, 0.09)))
    word = WORDS[int(generator.integers(len(WORDS)))]
    font = ImageFont.load_default(size)
    box = font.getbbox(word)
    x = int(generator.integers(4, max(5, image.shape[1] - int(box[2]) - 4)))
    y = int(generator.integers(4, max(5, height - int(box[3]) - 4)))
    color = _standing_out(image[y : y + int(box[3]), x : x + int(box[2])], generator)
    return _drawn(image, lambda draw: draw.text((x, y), word, fill=255, font=font), color, opacity)


def with_tiles(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A translucent mark, repeated all over, as agencies sell by."""
    size = max(14, round(image.shape[0] * generator.uniform(0.06, 0.1)))
    font = ImageFont.load_default(size)
    word = ("SAMPLE", "example.org", "PREVIEW")[int(generator.integers(3))]
    across = round(font.getlength(word) * generator.uniform(1.4, 1.9))
    down = round(size * generator.uniform(2.2, 3.5))

    def draw(on: ImageDraw.ImageDraw) -> None:
        for row, y in enumerate(range(-down // 3, image.shape[0], down)):
            for x in range(-across // 2 * (row % 2), image.shape[1], across):
                on.text((x, y), word, fill=255, font=font)

    return _drawn(image, draw, (255, 255, 255), float(generator.uniform(0.35, 0.6)))


def with_logo(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A filled shape in a corner."""
    height, width = image.shape[:2]
    side = round(min(height, width) * generator.uniform(0.1, 0.2))
    x = (8, width - side - 8)[int(generator.integers(2))]
    y = (8, height - side - 8)[int(generator.integers(2))]
    color = _standing_out(image[y : y + side, x : x + side], generator)
    shape = "ellipse" if generator.random() < 0.5 else "rectangle"
    return _drawn(image, lambda draw: getattr(draw, shape)((x, y, x + side, y + side), fill=255), color, 1.0)


def with_frame(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A border of one colour."""
    width = max(4, round(min(image.shape[:2]) * generator.uniform(0.015, 0.07)))
    result = image.copy()
    color = COLORS[int(generator.integers(2))]
    result[:width] = result[-width:] = color
    result[:, :width] = result[:, -width:] = color
    return result


def with_bars(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Black bars above and below."""
    width = round(image.shape[0] * generator.uniform(0.05, 0.14))
    result = image.copy()
    result[:width] = result[-width:] = 0
    return result


DRAWINGS: dict[str, Edit] = {
    "opaque text": with_text,
    "text at 60 % opacity": lambda image, generator: with_text(image, generator, 0.6),
    "tiled marks": with_tiles,
    "logos": with_logo,
    "frames": with_frame,
    "bars": with_bars,
}


def saved(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """As a JPEG of good quality gives it back."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=int(generator.integers(82, 96)))
    return np.asarray(Image.open(buffer))


def _standing_out(beneath: np.ndarray, generator: np.random.Generator) -> tuple[int, int, int]:
    """A colour that can be read on this part of a photo."""
    mean = beneath.reshape(-1, 3).mean(0)
    visible = [color for color in COLORS if abs(np.mean(color) - mean.mean()) > 70]
    return (visible or [COLORS[0] if mean.mean() < 128 else COLORS[1]])[int(generator.integers(len(visible) or 1))]


def _drawn(
    image: np.ndarray, draw: Callable[[ImageDraw.ImageDraw], object], color: tuple[int, int, int], opacity: float
) -> np.ndarray:
    mask = Image.new("L", image.shape[1::-1])
    draw(ImageDraw.Draw(mask))
    share = np.asarray(mask, np.float32)[..., None] / 255 * opacity
    return np.rint(image * (1 - share) + np.array(color, np.float32) * share).astype(np.uint8)


def _axes(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[-1 : 1 : image.shape[0] * 1j, -1 : 1 : image.shape[1] * 1j]
    return y, x


def _image(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
