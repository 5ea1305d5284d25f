"""Rendering of the visible part of a photo, run in jobs: sample the source, apply the LUTs and the local parts."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished, reach_of
from pie_desktop.imaging.lut.apply import AnyLut, apply_any, apply_lut
from pie_desktop.ui.canvas.layer import Layer, Luts, RenderRequest, shown, to_uint8
from pie_desktop.ui.canvas.mixer import Known
from pie_desktop.ui.canvas.sampling import actual_size, sample, stretched
from pie_desktop.workers.job import JobContext

Exact = tuple[np.ndarray, np.ndarray]
"""A zone as export computes it, uint8: in the colours of the monitor, and in sRGB."""

Wanted = tuple[RenderRequest, Layer | None]
"""What to render, and the layer of the same picture in another look, if there is one."""


def render_all(
    context: JobContext, requests: list[Wanted], stale: list[Layer], edit: Edit
) -> tuple[list[Layer], list[tuple[Layer, Exact]], Edit]:
    """Job of the preview lane: requests to render, and layers that lack only the exact result for `edit`."""
    layers = [
        render_layer(context, request, edit) if other is None else render_look(context, request, other, edit)
        for request, other in requests
    ]
    exact = [(layer, render_exact(context, layer, edit)) for layer in stale]
    return layers, exact, edit


def render_layer(context: JobContext, request: RenderRequest, edit: Edit) -> Layer:
    """Render a request with its exact result; raises `Cancelled` between the steps."""
    context.check()
    sampled = sample(request)
    original = shown(sampled, request)
    if request.luts is None:
        return Layer(request, sampled, Known(original, original, original), original, edit, to_uint8(sampled))
    context.check()
    neutral = shown(apply_lut(sampled, request.luts.neutral), request)
    context.check()
    preferred = shown(apply_lut(sampled, request.luts.preferred), request)
    context.check()
    second = None if request.luts.second is None else shown(apply_lut(sampled, request.luts.second), request)
    layer = Layer(request, sampled, Known(original, neutral, preferred, second), preferred, Edit(), preferred)
    if request.quick:
        image = layer.pixels(edit, request.zone).copy()
        layer.take_exact((image, image), edit)
        return layer
    layer.take_exact(render_exact(context, layer, edit), edit)
    return layer


def render_look(context: JobContext, request: RenderRequest, other: Layer, edit: Edit) -> Layer:
    """The picture of another layer in the look of a request.

    Where an edit adjusts it, that is as fast as while a slider moves, and the exact result follows.
    """
    context.check()
    sampled, original, luts = other.sampled, other.original, request.luts
    if luts is None:
        return Layer(request, sampled, Known(original, original, original), original, Edit(), to_uint8(sampled))
    known = other.request.luts
    same = known is not None and np.array_equal(known.neutral, luts.neutral)
    neutral = other.known.neutral if same else shown(apply_lut(sampled, luts.neutral), request)
    context.check()
    preferred = apply_lut(sampled, luts.preferred)
    context.check()
    second = None if luts.second is None else shown(apply_lut(sampled, luts.second), request)
    images = Known(original, neutral, shown(preferred, request), second)
    layer = Layer(request, sampled, images, images.preferred, Edit(), to_uint8(preferred))
    if not edit.adjusted:
        layer.take_exact(render_exact(context, layer, edit), edit)
    return layer


def render_exact(context: JobContext, layer: Layer, edit: Edit) -> Exact:
    """The layer's zone as export computes it."""
    context.check()
    request = layer.request
    if request.luts is None:
        return layer.original, to_uint8(layer.sampled)
    plain = request.display is None and not edit.adjusted
    known = layer.known.image(edit.style) if plain else None
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
    whole, needed = actual_size(request)
    image = _with_local_parts(context, replace(request, zoom=1.0, whole=whole, zone=needed), lut, edit)
    step = (whole.width / request.whole.width, whole.height / request.whole.height)
    return stretched(image, (needed.left, needed.top), step, request)


@lru_cache(maxsize=2)  # the whole photo and the part in detail have the same
def _fine(luts: Luts, edit: Edit) -> AnyLut:
    return compiled(luts.exact(edit))
