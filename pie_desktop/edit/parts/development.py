"""RAW development: exposure and white balance on the data of the sensor, before the model looks at the photo."""

from dataclasses import dataclass
from typing import ClassVar

from pie_desktop.edit.part import Part, adjustment, parameter, register
from pie_desktop.imaging.development import Development

_MIRED = 200.0  # at the end of the slider: from a candle to the shade, whatever the camera took for white
_DUV = 0.04


@register
@dataclass(frozen=True)
class DevelopmentPart(Part):
    """How a RAW photo is decoded; photos of other kinds stay as they are.

    It has no `apply`: it acts on linear light before the tone curve of the photo, with highlights that the sensor
    holds above white, see `imaging.formats.parts.raw_development`, and the model looks at what comes of it.

    Attributes:
        raw_exposure: in EV, -5 to 5.
        raw_temperature: -100 (bluer) to 100 (warmer), 2 mired per unit from what the camera took for white.
        raw_tint: -100 (greener) to 100 (more magenta), 0.0004 per unit in CIE 1960 u, v.
    """

    KEY: ClassVar[str] = "development"
    LABEL: ClassVar[str] = "RAW development"
    GROUP: ClassVar[str] = "RAW development"
    ABOUT: ClassVar[str] = (
        "On the data of the sensor, before everything else: highlights come back, and the enhancement is made anew. "
        "The groups below act on its result."
    )
    RAW_ONLY: ClassVar[bool] = True
    ORDER: ClassVar[int] = 1

    raw_exposure: float = parameter(
        "RAW exposure",
        0.0,
        -5.0,
        5.0,
        "Lighter or darker from the data of the sensor, before the enhancement, in EV (stops).",
        unit="EV",
        short="Exposure",
        end="bright",
    )
    raw_temperature: float = adjustment(
        "RAW temperature", "Bluer or warmer than the camera took it, before the enhancement.", short="Temperature"
    )
    raw_tint: float = adjustment(
        "RAW tint", "Greener or more magenta than the camera took it, before the enhancement.", short="Tint"
    )

    @property
    def development(self) -> Development:
        """As decoders take it."""
        return Development(self.raw_exposure, _MIRED * self.raw_temperature / 100, _DUV * self.raw_tint / 100)
