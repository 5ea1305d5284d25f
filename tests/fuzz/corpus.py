"""What is changed: small photos in every readable format, the difficult ones where they are present, a tiny model."""

import functools
import os
import shutil
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.formats.registry import readable_suffixes, written_formats
from tests.raw_files import write_dng

ASSETS = Path(os.environ.get("PIE_DESKTOP_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
_CREATED = "2026-01-01T00:00:00Z"
_LARGEST = 300_000  # bytes; larger files are seldom changed where it matters
_XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='5' "
    b"xmp:CreateDate='2024-05-06T07:08:09+02:00'/></rdf:RDF></x:xmpmeta>"
)


SIDECAR = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    b" xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'"
    b" xmlns:my='http://example.org/my/' xmp:Rating='4' xmp:Label='Red' exif:GPSLatitude='52,30.5N'"
    b" exif:DateTimeOriginal='2024-02-03T04:05:06.78+01:00' photoshop:City='Ulm' my:word='a &amp; b'>"
    b"<dc:subject><rdf:Bag><rdf:li>lake</rdf:li><rdf:li>Z\xc3\xbcrich</rdf:li></rdf:Bag></dc:subject>"
    b"<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>(c) Ann</rdf:li></rdf:Alt></dc:rights>"
    b"<dc:creator><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
)


class Corpus:
    """Made once for each process, in a folder of its own.

    Attributes:
        photos: sound ones, and difficult ones.
        raw_photos: sound RAW photos.
        sidecars: contents of XMP sidecars.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        made = make_photos(folder)
        self.photos = [*made, *_difficult_photos()]
        self.sidecars = [SIDECAR, *(path.read_bytes() for path in sorted((ASSETS / "assets").rglob("*.xmp")))]
        self.raw_photos = [path for path in made if path.suffix == ".dng"]

    def plain_jpeg(self, target: Path) -> Path:
        """Write a small sound JPEG; its path."""
        shutil.copy(self._folder / "source.jpg", target)
        return target

    @functools.cached_property
    def bundle(self) -> Path:
        """A model of a few kilobytes, without training."""
        from pie_desktop.model.architecture import Architecture
        from pie_desktop.model.bundle import save_bundle
        from pie_desktop.model.network import PreferenceNetwork

        sizes = Architecture(side=16, grid=4, components=4, lut_size=3, residual_size=2, width=8, heads=2)
        save_bundle(path := self._folder / "tiny.piemodel", PreferenceNetwork(sizes), "Tiny", _CREATED, {"steps": 1})
        return path


def image(width: int = 64, height: int = 48) -> np.ndarray:
    """uint8 (height, width, 3): coloured ramps with some structure, nowhere black."""
    y, x = np.mgrid[:height, :width]
    ramps = np.stack([40 + 200 * x / width, 40 + 200 * y / height, 120 + 80 * np.sin(x / 3 + y / 5)], axis=-1)
    return ramps.astype(np.uint8)


def make_photos(folder: Path) -> list[Path]:
    """Write the generated photos into a folder."""
    pixels = image()
    rgb = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[271], exif[272], exif[274], exif[0x8298], exif[306] = "PIE", "test", 6, "(c) Ann", "2024:05:06 07:08:09"
    exif.get_ifd(0x8769).update({0x9003: "2024:05:06 07:08:09", 0x8827: 200, 0x829D: 2.8, 0x927C: b"note" * 20})
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.0)})
    source = folder / "source.jpg"
    rgb.save(source, quality=90, exif=exif, xmp=_XMP)
    for name in written_formats():
        suffix = EncodeOptions(name).suffix
        save_photo(pixels, folder / f"{name}{suffix}", EncodeOptions(name, color="display-p3"), source)
    rgb.save(folder / "progressive.jpg", progressive=True, exif=exif)
    rgb.convert("CMYK").save(folder / "cmyk.jpg")
    rgb.convert("L").save(folder / "gray.jpg")
    rgb.convert("P").save(folder / "palette.png", transparency=3)
    rgb.convert("RGBA").save(folder / "alpha.webp", lossless=True, exif=exif)
    deep = pixels.astype(np.uint16) * 257
    tifffile.imwrite(folder / "tiled.tif", deep, photometric="rgb", tile=(16, 16), compression="deflate")
    tifffile.imwrite(
        folder / "planar.tif", np.moveaxis(pixels, -1, 0).copy(), photometric="rgb", planarconfig="separate"
    )
    tifffile.imwrite(folder / "float.tif", (pixels / 255).astype(np.float32), photometric="rgb")
    tifffile.imwrite(folder / "jpeg.tif", pixels, photometric="ycbcr", compression="jpeg")
    write_dng(folder / "plain.dng", pixels)
    write_dng(folder / "preview.dng", pixels, preview=pixels[::2, ::2].copy())
    _write_psd(folder / "planes.psd", pixels)
    _write_jxl(folder / "image.jxl", rgb)
    return sorted(folder.iterdir())


def _difficult_photos() -> list[Path]:
    folder = ASSETS / "assets"
    found = (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in readable_suffixes())
    return [path for path in found if path.is_file() and 0 < path.stat().st_size <= _LARGEST]


def _write_psd(path: Path, pixels: np.ndarray) -> None:
    height, width = pixels.shape[:2]
    head = b"8BPS\0\1" + bytes(6) + b"\0\3" + height.to_bytes(4, "big") + width.to_bytes(4, "big") + b"\0\x08\0\3"
    path.write_bytes(head + bytes(12) + bytes(2) + np.moveaxis(pixels, -1, 0).tobytes())


def _write_jxl(path: Path, rgb: Image.Image) -> None:
    import pillow_jxl  # noqa: F401 - makes Pillow write JPEG XL

    rgb.save(path)
