"""What every test shares: a home folder of its own, an offscreen Qt, and sample photographs."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from pie_desktop.imaging import isolation

# Before anything imports Qt or torch: no test needs a display, and none may take all cores.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "2")

REPOSITORY = Path(__file__).resolve().parents[1]
# Loops are compiled once for all tests and their processes, not once per home folder.
os.environ.setdefault("NUMBA_CACHE_DIR", str(REPOSITORY / ".pytest_cache" / "compiled"))
SAMPLES = ("astronaut", "coffee", "chelsea", "rocket")


def _shared_data_folder() -> Path:
    """`../shared/data` beside the checkout; `PIE_DESKTOP_TEST_DATA` names it where the checkout lies elsewhere."""
    return Path(os.environ.get("PIE_DESKTOP_TEST_DATA") or REPOSITORY.parent / "shared" / "data")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come last; what asks for `shared_data` carries the marker `data`, so that it can be selected by it."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that outlive one test must not reach the user's own folders either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIE_DESKTOP_HOME", str(tmp_path_factory.mktemp("session_home")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("session_config")))
        yield


@pytest.fixture(scope="module", autouse=True)
def _decoding_is_not_isolated_any_more() -> Iterator[None]:
    """A command that runs in this process leaves its decoding processes behind, with the environment of its test."""
    yield
    isolation.stop()


@pytest.fixture(autouse=True)
def pie_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folder for this test alone: empty, and inherited by child processes."""
    home = tmp_path_factory.mktemp("pie_home")
    monkeypatch.setenv("PIE_DESKTOP_HOME", str(home))
    return home


@pytest.fixture
def one_thread() -> Iterator[None]:
    """For tiny networks, whose threads would only wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with `photos`, `looks` and `assets` to test with; skips the test where it is absent."""
    folder = _shared_data_folder()
    if not (folder / "photos").is_dir():
        pytest.skip("the photographs of ../shared/data are not here")
    return folder


@pytest.fixture(scope="session")
def sample_images() -> dict[str, np.ndarray]:
    """Four real photographs by name, uint8 RGB `(H, W, 3)`, sRGB; 300 to 512 px high."""
    return {name: np.ascontiguousarray(getattr(skimage.data, name)()[..., :3]) for name in SAMPLES}


@pytest.fixture(scope="session")
def sample_photos(tmp_path_factory: pytest.TempPathFactory, sample_images: dict[str, np.ndarray]) -> dict[str, Path]:
    """The sample photographs as JPEG files by name; shared by all tests, so only to be read."""
    folder = tmp_path_factory.mktemp("sample_photos")
    photos = {}
    for name, image in sample_images.items():
        photos[name] = folder / f"{name}.jpg"
        Image.fromarray(image).save(photos[name], quality=95, subsampling=0)
    return photos


@pytest.fixture
def photo_folder(tmp_path: Path, sample_photos: dict[str, Path]) -> Path:
    """A folder with the four sample photographs that the test may change."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for photo in sample_photos.values():
        shutil.copy(photo, folder)
    return folder


def warm_look(image: np.ndarray) -> np.ndarray:
    """A fixed, clearly visible edit of a uint8 image: warmer, lifted blacks, more contrast in the middle."""
    x = image.astype(np.float32) / 255.0
    curve = 0.06 + 0.9 * (x + 0.35 * x * (1.0 - x) * (2.0 * x - 1.0))
    edited = curve * np.array([1.10, 1.0, 0.82], np.float32)
    return np.rint(np.clip(edited, 0.0, 1.0) * 255.0).astype(np.uint8)


@pytest.fixture
def sample_pairs(tmp_path: Path, photo_folder: Path, sample_images: dict[str, np.ndarray]) -> list[tuple[Path, Path]]:
    """(after, before) of the four photographs in one fixed look; the edits lie in `edits/<name>_edit.jpg`."""
    folder = tmp_path / "edits"
    folder.mkdir()
    pairs = []
    for name, image in sample_images.items():
        after = folder / f"{name}_edit.jpg"
        Image.fromarray(warm_look(image)).save(after, quality=95, subsampling=0)
        pairs.append((after, photo_folder / f"{name}.jpg"))
    return pairs


@pytest.fixture(scope="session")
def photo_folder_of_crops(tmp_path_factory: pytest.TempPathFactory, sample_images: dict[str, np.ndarray]) -> Path:
    """24 different crops of real photographs: enough for one held-out photo."""
    folder = tmp_path_factory.mktemp("crops")
    number = 0
    for image in sample_images.values():
        for y in (0, 60, 120):
            for x in (0, 120):
                Image.fromarray(image[y : y + 180, x : x + 240]).save(folder / f"{number:02d}.jpg", quality=92)
                number += 1
    return folder
