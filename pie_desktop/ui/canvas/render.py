"""Rendering of the visible part of a photo, run in jobs: sample the source, apply the LUTs and the local parts."""

from dataclasses import replace
from functools import lru_cache
from math import ceil, floor

import cv2
import numpy as np

from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished, reach_of
from pie_desktop.imaging.lut.apply import AnyLut, apply_any, apply_lut
from pie_desktop.ui.canvas.layer import Layer, Luts, RenderRequest, shown, to_uint8
from pie_desktop.ui.canvas.mixer import known_image
from pie_desktop.ui.canvas.viewport import Zone
from pie_desktop.workers.job import JobContext

# From here on single pixels are meant to be seen, not smoothed over.
NEAREST_FROM_ZOOM = 3.0

Exact = tuple[np.ndarray, np.ndarray]
"""A zone as export computes it, uint8: in the colours of the monitor, and in sRGB."""


def render_all(
    context: JobContext, requests: list[RenderRequest], stale: list[Layer], edit: Edit
) -> tuple[list[Layer], list[tuple[Layer, Exact]], Edit]:
    """Job of the preview lane: requests to render, and layers that lack only the exact result for `edit`."""
    layers = [render_layer(context, request, edit) for request in requests]
    exact = [(layer, render_exact(context, layer, edit)) for layer in stale]
    return layers, exact, edit


def render_layer(context: JobContext, request: RenderRequest, edit: Edit) -> Layer:
    """Render a request with its exact result; raises `Cancelled` between the steps."""
    context.check()
    sampled = sample(request)
    original = shown(sampled, request)
    if request.luts is None:
        return Layer(request, sampled, original, original, original, original, edit, to_uint8(sampled))
    context.check()
    neutral = shown(apply_lut(sampled, request.luts.neutral), request)
    context.check()
    preferred = shown(apply_lut(sampled, request.luts.preferred), request)
    layer = Layer(request, sampled, original, neutral, preferred, preferred, Edit(), preferred)
    layer.take_exact(render_exact(context, layer, edit), edit)
    return layer


def render_exact(context: JobContext, layer: Layer, edit: Edit) -> Exact:
    """The layer's zone as export computes it."""
    context.check()
    request = layer.request
    if request.luts is None:
        return layer.original, to_uint8(layer.sampled)
    plain = request.display is None and not edit.adjusted
    known = known_image(edit.style, layer.original, layer.neutral, layer.preferred) if plain else None
    if known is not None:
        return known, known
    lut = _fine(request.luts, edit.colors)
    image = _with_local_parts(context, request, lut, edit) if edit.local_parts else apply_any(layer.sampled, lut)
    return shown(image, request), to_uint8(image)


def _with_local_parts(context: JobContext, request: RenderRequest, lut: AnyLut, edit: Edit) -> np.ndarray:
    """The zone with all of an edit, in the depth of the source."""
    if request.zoom > 1 and request.source.scale >= 1:  # enlarged pixels are those of 1:1, as the file has them
        return _enlarged(context, request, lut, edit)
    zone = request.zone
    reach = reach_of(edit.local_parts, request.frame)
    grown = zone.grown(reach, reach, request.whole)
    request = replace(request, zone=grown)
    image = finished(sample(request), lut, edit.local_parts, request.frame, check=context.check)
    inner = image[zone.top - grown.top : zone.bottom - grown.top, zone.left - grown.left : zone.right - grown.left]
    return np.ascontiguousarray(inner)


def _enlarged(context: JobContext, request: RenderRequest, lut: AnyLut, edit: Edit) -> np.ndarray:
    """Rendered at 1:1, as far as the zone needs it, and then enlarged."""
    zone, zoom = request.zone, request.zoom
    width, height = round(request.whole.width / zoom), round(request.whole.height / zoom)
    around = Zone(floor(zone.left / zoom), floor(zone.top / zoom), ceil(zone.right / zoom), ceil(zone.bottom / zoom))
    whole = Zone(0, 0, width, height)
    needed = around.grown(2, 2, whole)
    image = _with_local_parts(context, replace(request, zoom=1.0, whole=whole, zone=needed), lut, edit)
    return _stretched(
        image, (needed.left, needed.top), (width / request.whole.width, height / request.whole.height), request
    )


@lru_cache(maxsize=2)  # the whole photo and the part in detail have the same
def _fine(luts: Luts, edit: Edit) -> AnyLut:
    return compiled(luts.exact(edit))


def sample(request: RenderRequest) -> np.ndarray:
    """The zone of the source at the request's zoom, `(zone.height, zone.width, 3)`, contiguous."""
    image, zone, whole = request.source.image, request.zone, request.whole
    height, width = image.shape[:2]
    if (width, height) == (whole.width, whole.height):
        return np.ascontiguousarray(image[zone.top : zone.bottom, zone.left : zone.right])
    step_x, step_y = width / whole.width, height / whole.height
    # Some pixels around, for the interpolation at the zone's borders.
    left, top = max(0, int(zone.left * step_x) - 2), max(0, int(zone.top * step_y) - 2)
    right, bottom = min(width, int(zone.right * step_x) + 3), min(height, int(zone.bottom * step_y) + 3)
    if step_x > 1 and step_y > 1:
        if zone == whole:
            return cv2.resize(image, (zone.width, zone.height), interpolation=cv2.INTER_AREA)
        left, top = round(zone.left * step_x), round(zone.top * step_y)
        right = max(left + 1, min(width, round(zone.right * step_x)))
        bottom = max(top + 1, min(height, round(zone.bottom * step_y)))
        crop = np.ascontiguousarray(image[top:bottom, left:right])
        return cv2.resize(crop, (zone.width, zone.height), interpolation=cv2.INTER_AREA)
    return _stretched(image[top:bottom, left:right], (left, top), (step_x, step_y), request)


def _stretched(
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
