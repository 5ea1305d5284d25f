"""How the results are written: the options of `export` and `enhance`, and presets that set them all at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pie_desktop.commands.output import say_problem
from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from pie_desktop.engine.presets import ExportPreset

# Spelled out here, since the engine's own are only imported when a command runs; a test compares them.
FormatName = Literal["jpeg", "png", "png8", "png16", "tiff8", "tiff16", "webp", "heic", "heic10", "avif", "avif10"]
SubsamplingName = Literal["auto", "4:4:4", "4:2:2", "4:2:0"]
CompressionName = Literal["deflate", "lzw", "none"]
ColorName = Literal["srgb", "display-p3", "adobe-rgb", "rec2020", "source"]
SharpeningName = Literal["off", "low", "standard", "high"]
PolicyName = Literal["all", "no-location", "copyright", "none"]

Presets = Annotated[
    list[str] | None,
    typer.Option("--preset", help="A preset, which the options here change; several write into a folder each."),
]
Format = Annotated[
    FormatName | None,
    typer.Option("--format", help="jpeg unless given; png has the photo's bits, a number says how many."),
]
Quality = Annotated[int | None, typer.Option(min=1, max=100, help="Of JPEG, WebP, HEIC and AVIF; 92 unless given.")]
LongSide = Annotated[int | None, typer.Option(min=16, help="Longest side in pixels.")]
ShortSide = Annotated[int | None, typer.Option(min=16, help="Shortest side in pixels.")]
Megapixels = Annotated[float | None, typer.Option(min=0.01, max=300, help="Millions of pixels.")]
Percent = Annotated[float | None, typer.Option(min=1, max=1000, help="Of both sides.")]
Enlarge = Annotated[bool | None, typer.Option("--enlarge", help="Also make small photos larger to the size asked for.")]
Subsampling = Annotated[
    SubsamplingName | None,
    typer.Option("--subsampling", help="Resolution of colour; auto: full from quality 90 on, half below."),
]
Lossless = Annotated[bool | None, typer.Option("--lossless", help="WebP without loss.")]
Compression = Annotated[CompressionName | None, typer.Option("--compression", help="Of TIFF; deflate unless given.")]
Color = Annotated[
    ColorName | None,
    typer.Option("--color", help="Colour space, always embedded; srgb unless given, source is the photo's own."),
]
Sharpen = Annotated[SharpeningName | None, typer.Option("--sharpen", help="For screens, after the resizing.")]
Metadata = Annotated[
    PolicyName | None, typer.Option("--metadata", help="EXIF, IPTC and XMP that are kept; all unless given.")
]


def chosen_presets(names: Sequence[str] | None, **given: Any) -> "list[ExportPreset]":
    """The presets that are named, changed by the options that are given (not None); one without a name for none.

    Raises:
        PieError: there is no such preset, or the options contradict each other.
    """
    from pie_desktop.engine.presets import ExportPreset, PresetLibrary
    from pie_desktop.imaging.encode_options import SIZE_RULES, EncodeOptions

    library = PresetLibrary()
    presets = [library.find(name) for name in dict.fromkeys(names or ())] or [ExportPreset("", EncodeOptions())]
    for problem in library.take_problems():
        say_problem(problem)
    changes = {name: value for name, value in given.items() if value is not None}
    sizes = [f"--{rule.replace('_', '-')}" for rule in SIZE_RULES if rule in changes]
    if len(sizes) > 1:
        raise PieError(f"{' and '.join(sizes)} contradict each other; give one of them.")
    if sizes:
        changes = dict.fromkeys(SIZE_RULES) | changes
    try:
        return [replace(preset, encode=replace(preset.encode, **changes)) for preset in presets]
    except ValueError as error:
        raise PieError(f"The options contradict each other: {error}.") from error
