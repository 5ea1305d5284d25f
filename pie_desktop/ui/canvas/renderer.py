"""Keeps the layers that the canvas draws up to date with photo, zoom, look and sliders."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import ScaleEnd
from pie_desktop.imaging.geometry import Placement
from pie_desktop.ui.canvas.layer import Layer, Luts, RenderRequest, Source
from pie_desktop.ui.canvas.render import Exact, Wanted, render_all
from pie_desktop.ui.canvas.viewport import Viewport, Zone
from pie_desktop.ui.context import AppContext
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane

# How much around the visible part is rendered in advance, in parts of the pane, so that panning shows pixels at once.
MARGIN = 0.25


class PreviewRenderer(QObject):
    """Two layers: `base`, the whole photo at fit, and `detail`, the visible part at the current zoom.

    The base stays under the detail, so that zooming and panning never show a hole. Results for an earlier photo or look
    are superseded in the preview lane and never arrive.

    Signals:
        changed: something to draw anew.
        shown: all that is wanted is there and exact.
        failed: one sentence.
    """

    changed = Signal()
    shown = Signal()
    failed = Signal(str)

    def __init__(self, context: AppContext, viewport: Viewport, leader: "PreviewRenderer | None" = None) -> None:
        """`leader` is the renderer of the same canvas that this one may `follow`."""
        super().__init__()
        self._leader = leader
        self._followers: list[PreviewRenderer] = []
        self._lane = context.add_lane(LatestLane("preview"))
        self._display = context.display
        self._display.changed.connect(self._supersede)
        self._viewport = viewport
        self._reduced: Source | None = None
        self._full: Source | None = None
        self._luts: Luts | None = None
        self._placement = Placement((1, 1), (1, 1))
        self._placing = False
        self._moving = False
        self._broken = False
        self._job: Job | None = None
        self.edit = Edit()
        self.warnings = False  # whether clipped pixels are marked; drawn, not rendered
        self.end: ScaleEnd = ""  # whose clipped pixels are shown alone, for the moment; likewise
        self.base: Layer | None = None
        self.detail: Layer | None = None

    @property
    def enhanced(self) -> bool:
        """Whether what is shown has the look of a transform."""
        return self.base is not None and self.base.request.luts is not None

    @property
    def source(self) -> Source | None:
        """The decode of the photo with the most pixels that there is."""
        return self._full or self._reduced

    @property
    def needs_full(self) -> bool:
        """Whether the zoom asks for more pixels than the reduced decode has, and they are not there."""
        return self._full is None and self._reduced is not None and not self._enough(self._reduced)

    def follow(self, on: bool) -> None:
        """Show the photo of the leader, at the same place and with the same edit, in a look of its own, or nothing."""
        leader = self._leader
        if leader is None or on == (self in leader._followers):
            return
        if on:
            leader._followers.append(self)
            self._reduced, self._full = leader._reduced, leader._full
            self._placement, self._placing = leader._placement, leader._placing
            self.edit = leader.edit.with_style(None)
            self.warnings, self.end = leader.warnings, leader.end
        else:
            leader._followers.remove(self)
            self.clear()

    def clear(self) -> None:
        """Forget the photo."""
        for follower in self._followers:
            follower.clear()
        self._lane.cancel_all()
        self._reduced = self._full = self._luts = self.base = self.detail = None
        self._moving = False
        self.changed.emit()

    def set_reduced(self, source: Source) -> None:
        """Take a photo's first decode: of a new one, after `clear`, or another one of the same photo in place of all
        before; what is shown stays meanwhile."""
        for follower in self._followers:
            follower.set_reduced(source)
        self._reduced = source
        self._full = source if source.scale >= 1 else None
        self._supersede()

    def set_full(self, source: Source) -> None:
        """Take the full decode of the same photo."""
        for follower in self._followers:
            follower.set_full(source)
        self._full = source
        self.update()

    def set_luts(self, luts: Luts | None) -> None:
        """Take another look; what is shown stays until it is rendered."""
        if luts is not self._luts:
            self._luts = luts
            if luts is None and self._leader is not None:
                self.base = self.detail = None
                self.changed.emit()
            self._supersede()

    def set_placement(self, placement: Placement, moving: bool = False) -> None:
        """Show another picture of the photo; the viewport has its size already. What is shown stays meanwhile.

        Args:
            placement: where it lies.
            moving: whether another one is about to follow, so that it is enough to see it roughly.
        """
        for follower in self._followers:
            follower.set_placement(placement, moving)
        changed = placement != self._placement
        if changed or (self._placing and not moving):
            self._placement, self._placing = placement, changed and moving and not placement.whole_pixels
            self._broken = False
            self.update()

    def set_edit(self, edit: Edit, moving: bool = False) -> None:
        """Show another edit of the same style: at once, and exactly once `moving` is over."""
        for follower in self._followers:
            follower.set_edit(edit.with_style(None), moving)  # a follower shows one style, and no blend
        self.edit = edit.with_part(edit.style.unnamed)  # the styles are in the LUTs
        self._moving = moving
        self._broken = False
        self.changed.emit()
        if not moving:
            self.update()

    def update(self) -> None:
        """Render what the viewport shows now, unless it is there.

        A render under way is let finish: it is for the same photo and look, and cancelling it at every step of a pan
        would show nothing until the pan ends.
        """
        for follower in self._followers:
            follower.update()
        if self._broken or (self._job is not None and not self._job.done and not self._job.cancelled):
            return
        requests, stale = self._wanted()
        if requests or stale:
            self._job = self._lane.submit(render_all, requests, stale, self.edit)
            self._job.result.connect(self._on_rendered)
            self._job.failed.connect(self._on_failed)
            self._job.finished.connect(self.update)
        elif self.base is not None and not self._moving:
            self.shown.emit()

    def _supersede(self) -> None:
        self._broken = False
        if self._job is not None:
            self._job.cancel()
        self.update()

    def _wanted(self) -> tuple[list[Wanted], list[Layer]]:
        """Frames to render, and layers that lack only the exact result."""
        requests: list[Wanted] = []
        stale: list[Layer] = []
        for layer, request in ((self.base, self._base_request()), (self.detail, self._detail_request())):
            if request is None:
                continue
            # The base under a detail is only seen for moments: mixing is good enough for it.
            exact = not self._moving and request.base == self._viewport.fitted
            if layer is None or not self._covers(layer, request):
                requests.append((request, None))
            elif layer.request.luts is not request.luts:
                requests.append((replace(layer.request, luts=request.luts), layer))
            elif exact and layer.exact_for != self.edit and request.luts is not None:
                stale.append(layer)
        return requests, stale

    def _base_request(self) -> RenderRequest | None:
        fit = Viewport()
        fit.set_photo(*self._viewport.photo)
        fit.set_pane(*self._viewport.pane)
        return self._request(True, fit.zoom, fit.zoomed(), fit.zoomed())

    def _detail_request(self) -> RenderRequest | None:
        view = self._viewport
        if view.fitted:
            return None
        whole = view.zoomed()
        zone = view.visible().grown(round(view.pane[0] * MARGIN), round(view.pane[1] * MARGIN), whole)
        return self._request(False, view.zoom, whole, zone)

    def _request(self, base: bool, zoom: float, whole: Zone, zone: Zone) -> RenderRequest | None:
        source = self._reduced
        if self._leader is not None and self._luts is None:
            return None  # the leader shows the original, and this one nothing else
        if source is None or zone.width <= 0 or zone.height <= 0:
            return None
        if self._full is not None and not self._enough(source, zoom):
            source = self._full
        return RenderRequest(
            base, zoom, whole, zone, source, self._luts, self._placement, self._display.lut, self._placing
        )

    def _enough(self, source: Source, zoom: float | None = None) -> bool:
        return (self._viewport.zoom if zoom is None else zoom) <= source.scale * 1.01

    def _covers(self, layer: Layer, request: RenderRequest) -> bool:
        """Whether the layer is the picture of the request but for its look: same zoom, enough around the pane."""
        has = layer.request
        if has.source is not request.source or has.display is not request.display:
            return False
        if has.whole != request.whole or has.placement != request.placement or (has.quick and not request.quick):
            return False
        if request.base:
            return True
        spare_x, spare_y = (round(side * MARGIN / 4) for side in self._viewport.pane)
        return has.zone.contains(self._viewport.visible().grown(spare_x, spare_y, request.whole))

    def _on_rendered(self, outcome: tuple[list[Layer], list[tuple[Layer, Exact]], Edit]) -> None:
        layers, exact, edit = outcome
        for layer in layers:
            if layer.request.base:
                self.base = layer
            else:
                self.detail = layer
        for layer, pixels in exact:
            layer.take_exact(pixels, edit)
        if self._viewport.fitted:
            self.detail = None
        self.changed.emit()

    def _on_failed(self, message: str) -> None:
        # Not tried again until something changes: it would fail again at once.
        self._broken = True
        self.failed.emit(message)
