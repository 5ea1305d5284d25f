"""How a photo is written: format, colour space, size, sharpening, metadata."""

from dataclasses import dataclass
from typing import Literal, get_args

from pie_desktop.imaging.color.spaces import ColorSpace
from pie_desktop.imaging.formats.format import Coding, Depth, FileFormat, Writing
from pie_desktop.imaging.formats.registry import written_formats

Format = str
"""Name of a format that can be written, with its bit depth: a key of `formats.registry.written_formats`."""
Subsampling = Literal["auto", "4:4:4", "4:2:2", "4:2:0"]
Compression = Literal["deflate", "lzw", "none"]
Sharpening = Literal["off", "low", "standard", "high"]
MetadataPolicy = Literal["all", "no-location", "copyright", "none"]

SIZE_RULES = ("long_side", "short_side", "megapixels", "percent")
COLOR_NAMES = {
    "srgb": "sRGB",
    "display-p3": "Display P3",
    "adobe-rgb": "Adobe RGB",
    "rec2020": "Rec. 2020",
    "source": "the photo's colour space",
}
_METADATA_NAMES = {"no-location": "no location", "copyright": "copyright only", "none": "no metadata"}
_CHOICES = {
    "subsampling": Subsampling,
    "compression": Compression,
    "color": ColorSpace,
    "sharpen": Sharpening,
    "metadata": MetadataPolicy,
}


@dataclass(frozen=True)
class EncodeOptions:
    """How photos are written. What a format does not offer is ignored.

    Attributes:
        format: `png` has the bit depth of the image; the others have 8 bits unless their name says 10 or 16.
        quality: of a lossy format, 1 to 100.
        long_side: pixels at most, or None.
        subsampling: resolution of the colour in JPEG, HEIC and AVIF; `auto` is full (4:4:4) from quality 90 on, else
            4:2:0. WebP has only 4:2:0.
        lossless: WebP without loss.
        compression: of a TIFF; always without loss.
        color: colour space of the file; `source` is that of the photo's own profile.
        short_side: pixels at most, or None.
        megapixels: millions of pixels at most, or None.
        percent: of both sides, or None; at most one of the four sizes is given.
        enlarge: whether a size above that of the photo makes it larger; otherwise it stays as large as it is.
        sharpen: output sharpening for screens, after the resizing; see `sharpen.sharpen`.
        metadata: what of the photo's EXIF, IPTC and XMP is kept; see `metadata.policy`.

    Raises:
        ValueError: a value outside its range, or more than one size.
    """

    format: Format = "jpeg"
    quality: int = 92
    long_side: int | None = None
    subsampling: Subsampling = "auto"
    lossless: bool = False
    compression: Compression = "deflate"
    color: ColorSpace = "srgb"
    short_side: int | None = None
    megapixels: float | None = None
    percent: float | None = None
    enlarge: bool = False
    sharpen: Sharpening = "off"
    metadata: MetadataPolicy = "all"

    def __post_init__(self) -> None:
        known = {"format": tuple(written_formats())} | {name: get_args(values) for name, values in _CHOICES.items()}
        for name, choices in known.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, got {getattr(self, name)}")
        if not 1 <= self.quality <= 100:
            raise ValueError(f"the quality must be from 1 to 100, got {self.quality}")
        for side in (self.long_side, self.short_side):
            if side is not None and side < 1:
                raise ValueError(f"a side must be at least 1 pixel, got {side}")
        for number in (self.megapixels, self.percent):
            if number is not None and not 0 < number <= 10_000:
                raise ValueError(f"megapixels and percent must be above 0 and at most 10000, got {number}")
        if sum(getattr(self, rule) is not None for rule in SIZE_RULES) > 1:
            raise ValueError(f"at most one must be given of {', '.join(SIZE_RULES)}")

    @property
    def file_format(self) -> FileFormat:
        """The format without its bit depth."""
        return written_formats()[self.format]

    @property
    def writing(self) -> Writing:
        """How the format is written."""
        writing = self.file_format.writing
        assert writing is not None
        return writing

    @property
    def suffix(self) -> str:
        """Suffix of the files, such as `.jpg`."""
        return self.writing.suffix

    @property
    def _depth(self) -> Depth:
        return next(depth for depth in self.writing.depths if depth.name == self.format)

    def coding(self, source_bits: int) -> Coding:
        """How the samples of an image of 8 or 16 bits are stored."""
        bits = self._depth.bits or source_bits
        return Coding(bits, self.quality, self.chroma, self.lossless, self.compression)

    @property
    def chroma(self) -> str:
        """The subsampling that is written, `auto` decided."""
        if self.subsampling != "auto":
            return self.subsampling
        return "4:4:4" if self.quality >= 90 else "4:2:0"

    @property
    def summary(self) -> str:
        """In a few words, such as `JPEG 92, sRGB, long side 2048 px`."""
        parts = [self.file_format.title]
        if self.format != self.file_format.name:
            parts[0] += f" {self._depth.title}"
        if self.writing.lossy:
            parts[0] += " lossless" if self.writing.choice == "lossless" and self.lossless else f" {self.quality}"
        parts.append(COLOR_NAMES[self.color])
        sizes = {
            "long_side": f"long side {self.long_side} px",
            "short_side": f"short side {self.short_side} px",
            "megapixels": f"{self.megapixels or 0:g} megapixels",
            "percent": f"{self.percent or 0:g} %",
        }
        parts += [text for rule, text in sizes.items() if getattr(self, rule) is not None]
        if self.sharpen != "off":
            parts.append("sharpened" if self.sharpen == "standard" else f"sharpening {self.sharpen}")
        if self.metadata != "all":
            parts.append(_METADATA_NAMES[self.metadata])
        return ", ".join(parts)

    @property
    def resizes(self) -> bool:
        """Whether a size is asked for."""
        return any(getattr(self, rule) is not None for rule in SIZE_RULES)

    @property
    def changes_pixels(self) -> bool:
        """Whether the samples of the edited image are computed anew before they are encoded."""
        return self.resizes or self.sharpen != "off" or self.color != "srgb"

    def output_size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the file for a photo of this size, both at least 1."""
        scale = self._scale(width, height)
        if not self.enlarge:
            scale = min(scale, 1.0)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _scale(self, width: int, height: int) -> float:
        if self.long_side is not None:
            return self.long_side / max(width, height)
        if self.short_side is not None:
            return self.short_side / min(width, height)
        if self.megapixels is not None:
            return float((self.megapixels * 1e6 / (width * height)) ** 0.5)
        return 1.0 if self.percent is None else self.percent / 100
