"""What fine-tuning on one's own edits is worth to photographers whom nothing was trained on, by the command line.

The tuned model and the one that it started from get the same edits as references and are compared on other
photographs. The edits are of photographs that the shipped model was trained with, unedited; those that are compared
are not. Both are in `../shared/data/photos`, or are scikit-image's where they are not there.

`python tests/benchmarks/bench_fine_tuning.py PAIRS MINUTES [PHOTOGRAPHER]` prints one, from 5 and 20 references.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from measurement import Measurement
from photographers import Retouch, adaptive, film, learned, shoot
from photographs import small_images
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PIE_DESKTOP_TEST_DATA") or ROOT.parent / "shared" / "data")
UNTAUGHT = ROOT / "training" / "bundles" / "looks.piemodel"  # has learned from no learned retoucher
PAIRS, MINUTES, TESTED = 200, 5.0, 50
SIDE = 384
REFERENCES = (5, 20)
BUDGET = 1.0  # dB over the model that it started from, with the same 20 references


def measure() -> list[Measurement]:
    return [_row(name) for name in photographers()]


def photographers() -> dict[str, Retouch]:
    """All for whom there is what they need."""
    found: dict[str, Retouch] = {"adaptive": adaptive, "film": film}
    return found | ({"learned": learned(DATA / "experts")} if (DATA / "experts").is_dir() else {})


def _row(photographer: str) -> Measurement:
    found = gains(PAIRS, MINUTES, photographer)
    start, tuned = found["start"][20], found["tuned"][20]
    return Measurement(
        name=f"fine-tuning on {PAIRS} edits of the photographer “{photographer}”, gain in PSNR on other photos",
        budget=f">= {BUDGET} dB",
        measured=tuned - start,
        unit="dB",
        note=f"{MINUTES:g} minutes; 20 references: {tuned:.2f} dB against {start:.2f} dB before",
        met=tuned - start >= BUDGET,
    )


def gains(pairs: int, minutes: float, photographer: str) -> dict[str, dict[int, float]]:
    """Mean PSNR in dB on photos that nothing has seen, by model and number of references.

    Where nothing was gained there is no tuned model, and the one that it started from stands in its place.
    """
    retouch = photographers()[photographer]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        edited, others = _photos(pairs)
        shoot(edited, place / "edits", retouch)
        shoot(others, place / "others", retouch)
        start = ["--init", UNTAUGHT] if photographer == "learned" else []
        run = ("--out", place / "run", "--minutes", minutes, "--name", "tuned")
        _training("fit", "--pairs", place / "edits", *run, *start)
        before = [] if not start else ["--model", UNTAUGHT]
        tuned = place / "run" / "tuned.piemodel"
        models = {"start": before, "tuned": ["--model", tuned] if tuned.is_dir() else before}
        return {name: _judge(place, options) for name, options in models.items()}


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


def _photos(pairs: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Photographs to edit and others to compare, uint8 (H, W, 3), long sides at most `SIDE` px."""
    if not (DATA / "photos").is_dir():
        images = small_images(pairs + TESTED, SIDE)
        return images[:pairs], images[pairs:]
    return _of_folder("train", pairs), _of_folder("val", TESTED)


def _of_folder(name: str, count: int) -> list[np.ndarray]:
    paths = sorted((DATA / "photos" / name).glob("*.jpg"))
    chosen = np.random.default_rng(5).permutation(len(paths))[:count]
    photos = []
    for number in chosen:
        with Image.open(paths[number]) as image:
            image.thumbnail((SIDE, SIDE))
            photos.append(np.asarray(image.convert("RGB")))
    return photos


if __name__ == "__main__":
    of = sys.argv[3] if len(sys.argv) > 3 else "adaptive"
    for model, by_count in gains(int(sys.argv[1]), float(sys.argv[2]), of).items():
        print(f"{model}: " + ", ".join(f"{psnr:.2f} dB from {count} references" for count, psnr in by_count.items()))
