"""LUT files: round trips, other domains, damage."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import PyOpenColorIO as ocio
import pytest

from pie_desktop.errors import DecodeError, EncodeError
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut, load_lut, read_cube, read_haldclut, write_cube


@pytest.fixture
def look() -> np.ndarray:
    """Different in each channel, partly outside [0, 1]."""
    return identity_lut(9) ** np.array([0.8, 1.0, 1.3], np.float32) * np.array([1.1, 1.0, 0.9], np.float32) - 0.02


def test_cube_round_trip(tmp_path: Path, look: np.ndarray) -> None:
    write_cube(tmp_path / "a.cube", look, 'Warm "evening"\nlook')
    text = (tmp_path / "a.cube").read_text(encoding="utf-8")
    assert text.startswith("TITLE \"Warm 'evening' look\"\nLUT_3D_SIZE 9\n")
    np.testing.assert_allclose(read_cube(tmp_path / "a.cube"), look, atol=1e-7)
    np.testing.assert_array_equal(load_lut(tmp_path / "a.cube"), read_cube(tmp_path / "a.cube"))


def test_other_programs_read_the_cube_alike(
    tmp_path: Path, look: np.ndarray, sample_images: dict[str, np.ndarray]
) -> None:
    """OpenColorIO's own reader of the file gives the image that our table gives."""
    write_cube(tmp_path / "a.cube", look, "look")
    image = sample_images["coffee"]
    transform = ocio.FileTransform(str(tmp_path / "a.cube"), interpolation=ocio.INTERP_TETRAHEDRAL)
    processor = ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor()
    values = np.ascontiguousarray(image, dtype=np.float32) / 255
    processor.applyRGB(values)
    np.testing.assert_allclose(apply_lut(image, look), np.clip(values, 0, 1) * 255, atol=0.51)


def test_red_varies_fastest(tmp_path: Path) -> None:
    rows = "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 0.5))
    (tmp_path / "a.cube").write_text(f"# comment\n\nLUT_3D_SIZE 2\n{rows}\n")
    lut = read_cube(tmp_path / "a.cube")
    assert lut[1, 0, 0].tolist() == [0.5, 0, 0]
    assert lut[0, 0, 1].tolist() == [0, 0, 1]


def test_domain_is_honoured(tmp_path: Path) -> None:
    """Over [-1, 1] the table of the line y = x has the nodes -1, -0.5, 0, 0.5, 1; over [0, 1] it is the identity."""
    axis = np.linspace(-1, 1, 5)
    rows = "\n".join(f"{r} {g} {b}" for b in axis for g in axis for r in axis)
    for domain in ("DOMAIN_MIN -1 -1 -1\nDOMAIN_MAX 1 1 1", "LUT_3D_INPUT_RANGE -1.0 1.0"):
        (tmp_path / "a.cube").write_text(f"LUT_3D_SIZE 5\n{domain}\n{rows}\n")
        np.testing.assert_allclose(read_cube(tmp_path / "a.cube"), identity_lut(5), atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "LUT_3D_SIZE"),
        ("LUT_3D_SIZE 2\n0 0 0\n", "1 entries where 8"),
        ("LUT_3D_SIZE 500\n", "LUT_3D_SIZE"),
        ("LUT_3D_SIZE two\n", "two"),
        ("LUT_1D_SIZE 4\n0 0 0\n", "1D"),
        ("LUT_3D_SIZE 2\n" + "0 0 nan\n" * 8, "values|entries"),
        ("LUT_3D_SIZE 2\n" + "0 0 1x\n" * 8, "1x"),
        ("LUT_3D_SIZE 2\nDOMAIN_MIN 1 1 1\nDOMAIN_MAX 0 0 0\n" + "0 0 0\n" * 8, "sense"),
    ],
)
def test_bad_cubes_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.cube").write_text(text)
    with pytest.raises(DecodeError, match=message) as caught:
        read_cube(tmp_path / "bad.cube")
    assert "bad.cube" in str(caught.value)


def hald(lut: np.ndarray, dtype: type) -> np.ndarray:
    size = lut.shape[0]
    side = round(size**1.5)
    values = np.round(np.clip(lut, 0, 1) * np.iinfo(dtype).max).astype(dtype)
    return values.transpose(2, 1, 0, 3).reshape(side, side, 3)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.uint8, 0.002), (np.uint16, 1e-5)])
@pytest.mark.parametrize("size", [4, 9, 16])
def test_haldclut(tmp_path: Path, dtype: type, tolerance: float, size: int) -> None:
    lut = identity_lut(size) ** np.array([0.8, 1.0, 1.3], np.float32)
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", hald(lut, dtype)[..., ::-1])[1].tobytes())
    np.testing.assert_allclose(read_haldclut(tmp_path / "a.png"), lut, atol=tolerance)
    np.testing.assert_array_equal(load_lut(tmp_path / "a.png"), read_haldclut(tmp_path / "a.png"))


def test_large_haldclut_is_resampled(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    (tmp_path / "a.png").write_bytes(cv2.imencode(".png", hald(identity_lut(144), np.uint16)[..., ::-1])[1].tobytes())
    lut = load_lut(tmp_path / "a.png")
    np.testing.assert_array_equal(apply_lut(sample_images["rocket"], lut), sample_images["rocket"])


def test_bad_haldcluts_are_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(cv2.imencode(".png", np.zeros((100, 100, 3), np.uint8))[1].tobytes())
    (tmp_path / "gray.png").write_bytes(cv2.imencode(".png", np.zeros((64, 64), np.uint8))[1].tobytes())
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no image")
    for name in ("photo.png", "gray.png", "empty.png", "text.png", "missing.png", "look.3dl"):
        with pytest.raises(DecodeError, match=name):
            load_lut(tmp_path / name)


def test_of_a_haldclut_nothing_is_decoded_that_is_longer_than_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = bytearray(cv2.imencode(".png", hald(identity_lut(9), np.uint8))[1].tobytes())
    at = look.index(b"IDAT") - 4
    look[at : at + 4] = b"\xff\0\0\x87"
    (tmp_path / "a.png").write_bytes(look)
    given: list[bytes] = []
    monkeypatch.setattr(cv2, "imdecode", lambda data, flags: given.append(data.tobytes()))
    with pytest.raises(DecodeError, match=r"a\.png is not a HaldCLUT"):
        load_lut(tmp_path / "a.png")
    assert len(given) == 1 and b"IDAT" not in given[0]


@pytest.mark.parametrize("side", [17**3, 27**3, 20_000])
def test_a_haldclut_is_refused_by_its_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    (tmp_path / "small.png").write_bytes(png)
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("the pixels were read"))
    with pytest.raises(DecodeError, match=r"small\.png"):
        load_lut(tmp_path / "small.png")


def test_unwritable_cube(tmp_path: Path, look: np.ndarray) -> None:
    with pytest.raises(EncodeError, match=r"look\.cube"):
        write_cube(tmp_path / "missing" / "look.cube", look, "")
