"""What a person decides about the development of a RAW photo: light and white balance before everything else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Development:
    """How the data of a sensor become a photo; other photos are developed already and stay as they are.

    Attributes:
        exposure: in EV, on top of what the tone curve of the photo does.
        temperature: mired by which the light is taken to be bluer than the camera took it, so that the photo gets
            warmer.
        tint: distance in CIE 1960 u, v by which it is taken to be greener, so that the photo gets more magenta.
    """

    exposure: float = 0.0
    temperature: float = 0.0
    tint: float = 0.0


AS_SHOT = Development()
"""Exposed as it was, with the white balance that the camera chose."""
