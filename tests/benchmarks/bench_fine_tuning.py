"""What fine-tuning on one's own edits is worth: a photographer whom nothing was trained on, by the command line.

The photographer brings each photo towards a brightness of his own, night and shade less bright and warmer than day,
with more contrast in bright scenes: no single look, and no part of the simulator. The tuned model and the one that it
started from get the same edits as references and are compared on other photographs. The photographs are those of
`../shared/data/photos/val`, or scikit-image's where they are not there.
`python tests/benchmarks/bench_fine_tuning.py PAIRS MINUTES` prints both, from 5 and 20 references.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from measurement import Measurement
from photographs import small_images
from PIL import Image

DATA = Path(os.environ.get("PIE_DESKTOP_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
PAIRS, MINUTES, TESTED = 60, 5.0, 22
SIDE = 384
REFERENCES = (5, 20)
BUDGET = 1.0  # dB over the model that it started from, with the same 20 references
_LUMA = np.array([0.2126, 0.7152, 0.0722])


def measure() -> list[Measurement]:
    found = gains(PAIRS, MINUTES)
    shipped, tuned = found["shipped"][20], found["tuned"][20]
    return [
        Measurement(
            name=f"fine-tuning on {PAIRS} edits, gain in PSNR on other photos",
            budget=f">= {BUDGET} dB",
            measured=tuned - shipped,
            unit="dB",
            note=f"{MINUTES:g} minutes; 20 references: {tuned:.2f} dB against {shipped:.2f} dB of the shipped model",
            met=tuned - shipped >= BUDGET,
        )
    ]


def gains(pairs: int, minutes: float) -> dict[str, dict[int, float]]:
    """Mean PSNR in dB on photos that nothing has seen, by model (one, where nothing was gained) and references."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        photos = _photos()
        tested = min(TESTED, len(photos) // 3)
        shoot(photos[:-tested][:pairs], place / "edits")
        shoot(photos[-tested:], place / "others")
        _training("fit", "--pairs", place / "edits", "--out", place / "run", "--minutes", minutes, "--name", "tuned")
        tuned = place / "run" / "tuned.piemodel"
        models = {"shipped": [], "tuned": ["--model", tuned] if tuned.is_dir() else []}
        return {name: _judge(place, options) for name, options in models.items()}


def shoot(photos: list[np.ndarray], folder: Path) -> None:
    """Write captures of finished photos, and what the photographer makes of them."""
    (folder / "originals").mkdir(parents=True)
    for number, photo in enumerate(photos):
        random = np.random.default_rng([len(photos), number])
        exposure, cast = 2 ** random.uniform(-1.6, 0.8), np.exp(random.normal(0, 0.06, 3))
        capture = np.round(_encode(_linear(photo / 255) * exposure * cast) * 255).astype(np.uint8)
        Image.fromarray(capture).save(folder / "originals" / f"{number:04d}.jpg", quality=95)
        edit = np.round(retouch(capture / 255) * 255).astype(np.uint8)
        Image.fromarray(edit).save(folder / f"{number:04d}.jpg", quality=95)


def retouch(photo: np.ndarray) -> np.ndarray:
    """What the photographer makes of a capture; float (H, W, 3), sRGB-encoded, [0, 1]."""
    linear = _linear(photo)
    luma = linear @ _LUMA
    dark = 1 / (1 + np.exp(8 * (luma.mean() - 0.15)))
    gain = np.clip((0.16 / np.exp(np.log(luma + 1e-3).mean())) ** 0.75, 0.4, 5)
    result = _encode(linear * gain * np.array([1 + 0.1 * dark, 1, 1 - 0.14 * dark]))
    result = result + 0.48 * (2.2 - 1.2 * dark) * (result - 0.5) * result * (1 - result)
    mean = result.mean(axis=-1, keepdims=True)
    result = mean + (result - mean) * (1.25 - 0.15 * dark)
    return np.asarray(np.clip(0.04 * dark + result * (1 - 0.05 * dark), 0, 1))


def _judge(place: Path, options: list[object]) -> dict[int, float]:
    rows = place / "rows.json"
    folders = ("--references", place / "edits", "--queries", place / "others")
    counts = ",".join(map(str, REFERENCES))
    _training("evaluate", *folders, "--refs", counts, "--photos", TESTED, "--draws", 1, "--json", rows, *options)
    found = json.loads(rows.read_text(encoding="utf-8"))["rows"]
    ours = [row for row in found if row["method"] == "model" and row["mode"] == "pairs"]
    return {row["refs"]: row["psnr"] for row in ours}


def _training(*arguments: object) -> None:
    command = [sys.executable, "-P", "-m", "training", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _photos() -> list[np.ndarray]:
    """Finished photos, uint8 (H, W, 3), long sides at most `SIDE` px."""
    folder = DATA / "photos" / "val"
    if not folder.is_dir():
        return small_images(PAIRS + TESTED, SIDE)
    photos = []
    for path in sorted(folder.glob("*.jpg")):
        with Image.open(path) as image:
            image.thumbnail((SIDE, SIDE))
            photos.append(np.asarray(image.convert("RGB")))
    return photos


def _linear(encoded: np.ndarray) -> np.ndarray:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _encode(linear: np.ndarray) -> np.ndarray:
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


if __name__ == "__main__":
    chosen = gains(int(sys.argv[1]), float(sys.argv[2]))
    for name, by_count in chosen.items():
        print(f"{name}: " + ", ".join(f"{psnr:.2f} dB from {count} references" for count, psnr in by_count.items()))
