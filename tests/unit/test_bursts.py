"""Bursts: which photos belong together, and that sharing a transform stops their flicker."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.edit.transform import Transform
from pie_desktop.export.bursts import MAX_GAP, MAX_LENGTH, Frame, find_bursts
from pie_desktop.export.facts import FactsReader
from pie_desktop.export.job import ExportSettings, plan_export, run_export
from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.encode import EncodeOptions
from pie_desktop.imaging.lut.apply import identity_lut

START = datetime(2024, 6, 1, 12, 0, 0)


def save(path: Path, image: np.ndarray, taken: datetime | None, camera: str = "Canon EOS R6") -> Path:
    exif = Image.Exif()
    exif[0x0110] = camera
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
        exif.get_ifd(0x8769)[0x9291] = f"{taken.microsecond // 1000:03d}"
    Image.fromarray(image).save(path, exif=exif, quality=95, subsampling=0)
    return path


@pytest.fixture
def sequence(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> list[Path]:
    """Five frames of a slow pan over a photograph, 0.3 s apart, a little brighter and darker in turn."""
    folder = tmp_path / "burst"
    folder.mkdir()
    paths = []
    for number, gain in enumerate((1.0, 1.06, 0.95, 1.04, 0.97)):
        frame = sample_images["coffee"][4 * number : 4 * number + 360, 6 * number : 6 * number + 520]
        pixels = np.clip(frame * gain, 0, 255).astype(np.uint8)
        paths.append(save(folder / f"{number}.jpg", pixels, START + timedelta(seconds=0.3 * number)))
    return paths


def frames(photos: list[Path]) -> list[Frame]:
    reader = FactsReader()
    facts = [reader.read(photo) for photo in photos]
    return [
        Frame(photo, one.summary.taken, one.summary.camera, (one.width, one.height))
        for photo, one in zip(photos, facts, strict=True)
    ]


def test_fractions_of_a_second_are_read(sequence: list[Path]) -> None:
    seconds = [(frame.taken - START).total_seconds() for frame in frames(sequence) if frame.taken]
    assert seconds == pytest.approx([0, 0.3, 0.6, 0.9, 1.2], abs=2e-3)


def test_one_sequence_is_one_burst(sequence: list[Path]) -> None:
    shuffled = [sequence[index] for index in (3, 0, 4, 2, 1)]
    assert find_bursts(frames(shuffled)) == dict.fromkeys(range(5), 1)


def test_another_scene_time_camera_or_size_ends_a_burst(
    sequence: list[Path], sample_images: dict[str, np.ndarray], tmp_path: Path
) -> None:
    image = sample_images["coffee"][:360, :520]
    others = [
        save(tmp_path / "scene.jpg", sample_images["astronaut"][:360, :512].repeat(2, 1)[:, :520], START),
        save(tmp_path / "late.jpg", image, START + timedelta(seconds=1.2 + MAX_GAP + 0.1)),
        save(tmp_path / "camera.jpg", image, START + timedelta(seconds=0.2), "Nikon Z8"),
        save(tmp_path / "size.jpg", image[:300], START + timedelta(seconds=-0.1)),
        save(tmp_path / "timeless.jpg", image, None),
    ]
    bursts = find_bursts(frames([*sequence, *others]))
    assert [bursts.get(index) for index in range(5, 10)] == [None] * 5
    assert {bursts[index] for index in range(1, 5)} == {1}  # the other scene came right behind the first frame


def test_two_bursts_have_two_numbers(sequence: list[Path], tmp_path: Path) -> None:
    later = [
        save(tmp_path / f"later{number}.jpg", load_photo(photo), START + timedelta(seconds=60 + number))
        for number, photo in enumerate(sequence[:2])
    ]
    assert find_bursts(frames([*later, *sequence])) == {0: 2, 1: 2} | dict.fromkeys(range(2, 7), 1)


def test_a_time_lapse_is_cut_into_pieces(sequence: list[Path]) -> None:
    long = [Frame(sequence[0], START + timedelta(seconds=1.5 * n), "c", (520, 360)) for n in range(60)]
    bursts = find_bursts(long)
    assert set(bursts.values()) == {1, 2}
    assert sum(number == 1 for number in bursts.values()) == int(MAX_LENGTH / 1.5) + 1


def test_the_mean_of_transforms() -> None:
    a, b = identity_lut(), identity_lut() ** np.float32(0.5)
    mean = Transform.mean([Transform(a, b), Transform(b, b)])
    np.testing.assert_allclose(mean.neutral, (a + b) / 2, atol=1e-6)
    np.testing.assert_allclose(mean.preferred, b, atol=1e-6)
    assert mean.neutral.dtype == np.float32


def nervous(proxy: np.ndarray) -> Transform:
    """A model that reacts to the brightness of the frame, and more than it should."""
    lut = identity_lut() ** np.float32(np.clip(0.3 + proxy.mean() / 160.0, 0.4, 2.5))
    return Transform(lut, lut * np.array([1, 1, 0.9], np.float32))


def mean_colors(photos: list[Path]) -> np.ndarray:
    return np.array([to_lab(load_photo(photo)).mean((0, 1)) for photo in photos])


def test_locked_bursts_flicker_less(sequence: list[Path], tmp_path: Path) -> None:
    def flicker(lock: bool) -> float:
        """Change of the mean colour from frame to frame beyond that of the sources, mean CIE76."""
        settings = ExportSettings(tmp_path / f"out-{lock}", EncodeOptions("png"), burst_lock=lock)
        plan = plan_export(sequence, settings)
        assert {photo.burst for photo in plan} == {1 if lock else None}
        report = run_export(plan, settings, nervous, workers=0)
        assert report.summary == "5 written" and all(item.general is not None for item in report.items)
        results = mean_colors([item.target for item in report.items])
        change = np.diff(results, axis=0) - np.diff(mean_colors(sequence), axis=0)
        return float(np.linalg.norm(change, axis=1).mean())

    loose, locked = flicker(False), flicker(True)
    assert locked < 0.35 * loose, (loose, locked)


def test_frames_written_earlier_keep_the_rest_in_step(sequence: list[Path], tmp_path: Path) -> None:
    settings = ExportSettings(tmp_path / "out", EncodeOptions("png"), burst_lock=True)
    run_export(plan_export(sequence, settings), settings, nervous, workers=0)
    whole = [load_photo(photo) for photo in sorted((tmp_path / "out").iterdir())]
    (tmp_path / "out" / "3.png").unlink()
    assert run_export(plan_export(sequence, settings), settings, nervous, workers=0).count("written") == 1
    np.testing.assert_array_equal(load_photo(tmp_path / "out" / "3.png"), whole[3])


def test_a_frame_that_the_model_fails_on_costs_nobody_anything(sequence: list[Path], tmp_path: Path) -> None:
    asked: list[int] = []

    def failing(proxy: np.ndarray) -> Transform:
        asked.append(1)
        if len(asked) == 2:
            raise RuntimeError("out of memory")
        return Transform(identity_lut(), identity_lut())

    settings = ExportSettings(tmp_path / "out", EncodeOptions("png"), burst_lock=True)
    report = run_export(plan_export(sequence, settings), settings, failing, workers=0)
    assert report.summary == "5 written"
    assert all(item.general is not None for item in report.items)
