"""Sample photographs retouched by every system, next to what the user made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage.data
import torch

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.model.features import square, to_bytes
from pie_desktop.model.systems.build import style_of
from pie_desktop.model.systems.enhancers.diffusion import DiffusionEnhancer
from training.benchmark.cases import Case
from training.benchmark.methods import MethodSet, shown, with_original
from training.benchmark.metrics import quality
from training.data.source import seeded
from training.data.users import UserSimulator

SIDE = 300  # px, of an image on a sheet
SAMPLES = ("coffee", "chelsea", "rocket", "astronaut")  # photographs of scikit-image, in the public domain
SHEETS = 3
VARIATIONS = 5
VISIBLE = 7.0  # mean CIEDE2000
_STREAM = 41  # of users who are nowhere else
_MOST_DRAWN = 50


@dataclass(frozen=True)
class Image:
    """A sheet for the page: its file, a heading, and what it shows."""

    file: str
    title: str
    text: str


def sample_photographs(side: int = SIDE) -> np.ndarray:
    """The middle squares of `SAMPLES`, `(P, side, side, 3)` uint8, sRGB."""
    found = []
    for name in SAMPLES:
        image = getattr(skimage.data, name)()
        edge = min(image.shape[:2])
        top, left = ((size - edge) // 2 for size in image.shape[:2])
        found.append(square(image[top : top + edge, left : left + edge], side))
    return np.stack(found)


def sample_case(number: int, seed: int, side: int = SIDE) -> Case:
    """A simulated user: sample photograph `number` is to be retouched, their edits of the others are references.

    Of the users drawn it is the first who changes this photograph by `VISIBLE`, so that there is something to see;
    they correct their photos as little or as much as test users do.
    """
    bank = sample_photographs(side)
    z = torch.from_numpy(bank).permute(0, 3, 1, 2).float() / 255
    simulator = UserSimulator(bank, side)
    for user in range(_MOST_DRAWN):
        x, y = simulator.retouch(z, 1, seeded(seed, _STREAM, number, user))
        before, after = (to_bytes(t.permute(0, 2, 3, 1)) for t in (x, y))
        if mean_delta_e(before[number], after[number]) >= VISIBLE:
            break
    pairs = list(zip(before, after, strict=True))
    return Case(SAMPLES[number], pairs[:number] + pairs[number + 1 :], [pairs[number]])


def tiles(case: Case, methods: MethodSet, titles: Mapping[str, str]) -> Iterator[tuple[str, np.ndarray]]:
    """Captions and images: the photo, the user's own version, the edits, then every method's result with its PSNR.

    Args:
        titles: of the systems to show, by name.
    """
    count = len(case.references)
    ((photo, answer),) = case.queries
    yield "the photo", photo
    yield "the user's own version", answer
    for number, (_, after) in enumerate(case.references, 1):
        yield f"the user's edit {number}", after
    asked = [("lut_fit", "LUT fit, pairs", "pairs")]
    asked += [("model", "shipped model, edits", "after"), ("model", "shipped model, pairs", "pairs")]
    for name, title in titles.items():
        asked.append((name, title, "pairs" if methods.system(name).needs_pairs else "after"))
    for name, title, mode in asked:
        retouch = methods.learn(name, shown(case.references, with_original(mode, count)))
        assert retouch is not None  # every method has the references that it needs
        result = retouch(photo, answer)
        yield f"{title}: {quality(result, answer).psnr:.1f} dB", result


def variation_tiles(case: Case, methods: MethodSet, name: str, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """The photo, the user's own version, the answer of a diffusion system, and `VARIATIONS` random draws."""
    system = methods.system(name)
    assert isinstance(system.enhancer, DiffusionEnhancer)
    ((photo, answer),) = case.queries
    references = shown(case.references, with_original("pairs" if system.needs_pairs else "after", len(case.references)))
    style = style_of(system, references)
    assert style is not None
    device = next(system.parameters()).device
    pixels = torch.from_numpy(photo).to(device).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        expected = system.enhancer(pixels, style)
        drawn = system.enhancer.variations(pixels, style, VARIATIONS, seeded(seed, _STREAM))[0]
    yield "the photo", photo
    yield "the user's own version", answer
    captions = ["answer", *(f"variation {number + 1}" for number in range(VARIATIONS))]
    for caption, image in zip(captions, torch.cat([expected, drawn]), strict=True):
        result = to_bytes(image.permute(1, 2, 0))
        yield f"{caption}: {quality(result, answer).psnr:.1f} dB", result


def write_images(
    folder: Path, methods: MethodSet, titles: Mapping[str, str], diffusion: Sequence[str], seed: int
) -> list[Image]:
    """Write the sheets as JPEG files, replacing those of an earlier run.

    Args:
        titles: of the systems to show, by name.
        diffusion: names of the systems that draw variations.
    """
    from training.benchmark.variations import labelled_sheet

    folder.mkdir(parents=True, exist_ok=True)

    def save(file: str, found: Iterator[tuple[str, np.ndarray]]) -> None:
        options = EncodeOptions("jpeg", quality=80)
        save_photo(labelled_sheet(list(found)), folder / file, options, overwrite=True)

    images = []
    for number, name in enumerate(SAMPLES[:SHEETS]):
        case = sample_case(number, seed)
        save(f"{name}.jpg", tiles(case, methods, titles))
        text = f"A simulated user who never trained; {len(case.references)} edits as references."
        images.append(Image(f"{name}.jpg", f"The photograph “{name}”", text))
    for system in diffusion:
        case = sample_case(1, seed)
        save(f"variations-{system}.jpg", variation_tiles(case, methods, system, seed))
        text = "Its answer is the expectation; the variations are what else the same user might have done."
        images.append(Image(f"variations-{system}.jpg", f"Variations drawn by “{titles[system]}”", text))
    return images
