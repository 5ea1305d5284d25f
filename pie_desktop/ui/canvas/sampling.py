"""Sampling the visible part of a picture from a decode of its photo: at any zoom, cropped, turned or straightened."""

from math import ceil, floor

import cv2
import numpy as np

from pie_desktop.ui.canvas.layer import RenderRequest
from pie_desktop.ui.canvas.viewport import Zone

# From here on single pixels are meant to be seen, not smoothed over.
NEAREST_FROM_ZOOM = 3.0
_LONGEST = 32_000  # pixels on a side that OpenCV warps


def sample(request: RenderRequest) -> np.ndarray:
    """The zone of the source at the request's zoom, `(zone.height, zone.width, 3)`, contiguous."""
    if request.placement.changes_nothing:
        return _resized(request.source.image, request)
    if request.placement.whole_pixels:
        return _resized(request.placement.cut(request.source.image), request)
    return _warped(request)


def _resized(image: np.ndarray, request: RenderRequest) -> np.ndarray:
    """The zone of a picture that is there at some scale."""
    zone, whole = request.zone, request.whole
    height, width = image.shape[:2]
    if (width, height) == (whole.width, whole.height):
        return np.ascontiguousarray(image[zone.top : zone.bottom, zone.left : zone.right])
    step_x, step_y = width / whole.width, height / whole.height
    # Some pixels around, for the interpolation at the zone's borders.
    left, top = max(0, int(zone.left * step_x) - 2), max(0, int(zone.top * step_y) - 2)
    right, bottom = min(width, int(zone.right * step_x) + 3), min(height, int(zone.bottom * step_y) + 3)
    if step_x > 1 and step_y > 1:
        if zone == whole:
            return cv2.resize(np.ascontiguousarray(image), (zone.width, zone.height), interpolation=cv2.INTER_AREA)
        left, top = round(zone.left * step_x), round(zone.top * step_y)
        right = max(left + 1, min(width, round(zone.right * step_x)))
        bottom = max(top + 1, min(height, round(zone.bottom * step_y)))
        crop = np.ascontiguousarray(image[top:bottom, left:right])
        return cv2.resize(crop, (zone.width, zone.height), interpolation=cv2.INTER_AREA)
    return stretched(image[top:bottom, left:right], (left, top), (step_x, step_y), request)


def _warped(request: RenderRequest) -> np.ndarray:
    """The zone of a picture that is resampled.

    At 1:1 it is what a file has, to the bit, and above that its pixels enlarged. Below, the photo is reduced to the
    zoom first, by averages over areas, and resampled from there.
    """
    placement, source, zone, whole = request.placement, request.source, request.zone, request.whole
    zoom = whole.width / placement.size[0]
    if request.quick and max(source.image.shape) < _LONGEST:
        return _quickly_warped(request)
    if source.image.shape[1::-1] == placement.photo and zoom >= 1:
        picture, needed = actual_size(request)
        if picture == whole:
            return placement.part(zone.left, zone.top, zone.width, zone.height).apply(source.image)
        part = placement.part(needed.left, needed.top, needed.width, needed.height).apply(source.image)
        step = (picture.width / whole.width, picture.height / whole.height)
        return stretched(part, (needed.left, needed.top), step, request)
    image = source.image
    if zoom < source.scale:
        width, height = placement.photo
        image = source.reduced((max(1, round(width * zoom)), max(1, round(height * zoom))))
    reduced = placement.resized((image.shape[1], image.shape[0]), (whole.width, whole.height))
    return reduced.part(zone.left, zone.top, zone.width, zone.height).apply(image)


def _quickly_warped(request: RenderRequest) -> np.ndarray:
    """The zone of a picture while its placement moves: linear, of encoded values, in a quarter of the time."""
    source, zone, whole = request.source, request.zone, request.whole
    width, height = request.placement.photo
    zoom, image = whole.width / request.placement.size[0], source.image
    if zoom < source.scale:
        image = source.reduced((max(1, round(width * zoom)), max(1, round(height * zoom))))
    placement = request.placement.resized((image.shape[1], image.shape[0]), (whole.width, whole.height))
    matrix = np.reshape(placement.part(zone.left, zone.top, zone.width, zone.height).matrix, (3, 3))
    to_middles = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    middles = to_middles @ matrix @ np.linalg.inv(to_middles)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(image, middles, (zone.width, zone.height), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def actual_size(request: RenderRequest) -> tuple[Zone, Zone]:
    """The whole picture at 1:1, and what of it the zone of a request above 1:1 is made of."""
    zone, picture = request.zone, Zone(0, 0, *request.placement.size)
    across, down = request.whole.width / picture.width, request.whole.height / picture.height
    around = Zone(
        floor(zone.left / across), floor(zone.top / down), ceil(zone.right / across), ceil(zone.bottom / down)
    )
    return picture, around.grown(2, 2, picture)


def stretched(
    crop: np.ndarray, place: tuple[int, int], step: tuple[float, float], request: RenderRequest
) -> np.ndarray:
    """The zone of a request from a crop of its source at `place`, of which a zoomed pixel takes `step` pixels."""
    (left, top), (step_x, step_y), zone = place, step, request.zone
    # Pixel centres: zoomed pixel x lies at (x + 0.5) * step - 0.5 in the source.
    to_source = np.array(
        [
            [step_x, 0, (zone.left + 0.5) * step_x - 0.5 - left],
            [0, step_y, (zone.top + 0.5) * step_y - 0.5 - top],
        ]
    )
    flags = cv2.INTER_NEAREST if request.zoom >= NEAREST_FROM_ZOOM and request.source.scale >= 1 else cv2.INTER_LINEAR
    return cv2.warpAffine(
        np.ascontiguousarray(crop),
        to_source,
        (zone.width, zone.height),
        flags=flags | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
