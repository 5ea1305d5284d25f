"""How the results are written: the options of `export`, `enhance` and `presets save`, and presets that set them all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pie_desktop.commands.arguments import expanded
from pie_desktop.commands.console import say_problem
from pie_desktop.errors import PieError
from pie_desktop.imaging.formats.registry import written_formats

if TYPE_CHECKING:
    from pie_desktop.export.presets import ExportPreset

if TYPE_CHECKING:
    FormatName = str
else:
    FormatName = Literal[tuple(written_formats())]  # for typer, which offers these names
# Spelled out here, since the module of `EncodeOptions` is only imported when a command runs; a test compares them.
SubsamplingName = Literal["auto", "4:4:4", "4:2:2", "4:2:0"]
CompressionName = Literal["deflate", "lzw", "none"]
ColorName = Literal["srgb", "display-p3", "adobe-rgb", "rec2020", "source"]
SharpeningName = Literal["off", "low", "standard", "high"]
PolicyName = Literal["all", "no-location", "copyright", "none"]

Presets = Annotated[
    list[str] | None,
    typer.Option("--preset", help="A preset, which other options modify; each of several has its own folder."),
]
Changes = Mapping[str, Any]
"""Values of fields of `EncodeOptions`, by name: those that a command was given."""
UNCHANGED: Changes = MappingProxyType({})

# By the fields of `EncodeOptions`, in the order of the help; a test compares the names.
OPTIONS: dict[str, Any] = {
    "format": Annotated[
        FormatName | None,
        typer.Option(
            "--format", help="jpeg by default; png keeps the photo's bit depth, a number in the name sets it."
        ),
    ],
    "quality": Annotated[
        int | None, typer.Option(min=1, max=100, help="Quality of JPEG, WebP, HEIC and AVIF; 92 by default.")
    ],
    "long_side": Annotated[int | None, typer.Option(min=16, help="Longest side in pixels.")],
    "short_side": Annotated[int | None, typer.Option(min=16, help="Shortest side in pixels.")],
    "megapixels": Annotated[float | None, typer.Option(min=0.01, max=300, help="Size in megapixels.")],
    "percent": Annotated[float | None, typer.Option(min=1, max=1000, help="Size in percent of the photo's.")],
    "enlarge": Annotated[
        bool | None, typer.Option("--enlarge", help="Also enlarge photos that are smaller than the size asked for.")
    ],
    "subsampling": Annotated[
        SubsamplingName | None,
        typer.Option("--subsampling", help="Chroma subsampling; auto: 4:4:4 from quality 90 on, 4:2:0 below."),
    ],
    "lossless": Annotated[bool | None, typer.Option("--lossless", help="Write lossless WebP.")],
    "compression": Annotated[
        CompressionName | None, typer.Option("--compression", help="Compression of TIFF; deflate by default.")
    ],
    "color": Annotated[
        ColorName | None,
        typer.Option("--color", help="Colour space; srgb by default, source is the photo's own."),
    ],
    "sharpen": Annotated[SharpeningName | None, typer.Option("--sharpen", help="For screens; applied after resizing.")],
    "metadata": Annotated[
        PolicyName | None, typer.Option("--metadata", help="Which EXIF, IPTC and XMP data are kept; all by default.")
    ],
}


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command with all of `OPTIONS` in the place of its parameter `changes`, which gets those that were given."""
    return expanded(command, "changes", OPTIONS, dict)


def chosen_presets(names: Sequence[str] | None, changes: Changes) -> "list[ExportPreset]":
    """The presets that are named, with the changes; one without a name for none.

    Raises:
        PieError: there is no such preset, or the options contradict each other.
    """
    from pie_desktop.export.presets import ExportPreset, PresetLibrary
    from pie_desktop.imaging.encode_options import SIZE_RULES, EncodeOptions

    library = PresetLibrary()
    presets = [library.find(name) for name in dict.fromkeys(names or ())] or [ExportPreset("", EncodeOptions())]
    for problem in library.take_problems():
        say_problem(problem)
    sizes = [f"--{rule.replace('_', '-')}" for rule in SIZE_RULES if rule in changes]
    if len(sizes) > 1:
        raise PieError(f"{' and '.join(sizes)} contradict each other; give one of them.")
    if sizes:
        changes = dict.fromkeys(SIZE_RULES) | dict(changes)
    try:
        return [replace(preset, encode=replace(preset.encode, **changes)) for preset in presets]
    except ValueError as error:
        raise PieError(f"The options contradict each other: {error}.") from error
