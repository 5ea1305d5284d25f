"""Where the photo lies in a pane: zoom, pan and what is visible. Pure geometry, no widgets.

Three spaces: *photo* pixels (full resolution, oriented), *zoomed* pixels (photo times zoom, one per device pixel) and
*pane* pixels (device pixels of the pane, origin at its top left).
"""

from dataclasses import dataclass

MAX_ZOOM = 16.0
# A small photo is shown at most this large by "fit"; beyond it one would judge the interpolation.
MAX_FIT_ZOOM = 2.0


@dataclass(frozen=True)
class Zone:
    """A rectangle of whole pixels, left and top inclusive, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def contains(self, other: "Zone") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def grown(self, dx: int, dy: int, limit: "Zone") -> "Zone":
        """Larger by dx and dy on each side, but not beyond `limit`."""
        return Zone(
            max(limit.left, self.left - dx),
            max(limit.top, self.top - dy),
            min(limit.right, self.right + dx),
            min(limit.bottom, self.bottom + dy),
        )


class Viewport:
    """Zoom and position of one photo in panes of one size.

    `fitted` stays true until the user zooms, so that the photo follows the window's size. Another photo is shown at the
    same zoom and place.
    """

    def __init__(self) -> None:
        self.photo = (1, 1)
        self.pane = (1, 1)
        self.fitted = True
        self._zoom = 1.0
        # Photo point at the pane's centre.
        self._centre = (0.5, 0.5)

    @property
    def zoom(self) -> float:
        """Device pixels per photo pixel."""
        return self.fit_zoom() if self.fitted else self._zoom

    def fit_zoom(self) -> float:
        return min(self.pane[0] / self.photo[0], self.pane[1] / self.photo[1], MAX_FIT_ZOOM)

    def set_photo(self, width: int, height: int) -> None:
        """Take a new photo: fitted if the one before was, else at the same zoom and the same place of the photo."""
        place = self.centre
        self.photo = (max(1, width), max(1, height))
        if self.fitted:
            self.fit()
        else:
            self.look_at(self._zoom, place)

    def set_pane(self, width: int, height: int) -> None:
        self.pane = (max(1, width), max(1, height))

    def fit(self) -> None:
        self.fitted = True
        self._centre = (self.photo[0] / 2, self.photo[1] / 2)

    def zoom_to(self, zoom: float, anchor: tuple[float, float] | None = None) -> None:
        """Zoom so that the photo point under `anchor` (pane pixels; the centre if None) stays where it is."""
        anchor = anchor or (self.pane[0] / 2, self.pane[1] / 2)
        x, y = self.to_photo(*anchor)
        smallest = min(self.fit_zoom(), 1.0)
        self._zoom = min(max(zoom, smallest), MAX_ZOOM)
        self.fitted = False
        self._centre = (
            x - (anchor[0] - self.pane[0] / 2) / self._zoom,
            y - (anchor[1] - self.pane[1] / 2) / self._zoom,
        )
        self._clamp()
        if self._zoom <= smallest and smallest == self.fit_zoom():
            self.fit()

    @property
    def centre(self) -> tuple[float, float]:
        """The photo point in the middle of the pane, in parts of the photo."""
        return self._centre[0] / self.photo[0], self._centre[1] / self.photo[1]

    def look_at(self, zoom: float, centre: tuple[float, float]) -> None:
        """Zoom, with this point of the photo in the middle, in parts of the photo, as far as its edges allow."""
        self.zoom_to(zoom)
        if not self.fitted:
            self._centre = (centre[0] * self.photo[0], centre[1] * self.photo[1])
            self._clamp()

    def pan(self, dx: float, dy: float) -> None:
        """Move the photo by so many pane pixels."""
        if not self.fitted:
            self._centre = (self._centre[0] - dx / self._zoom, self._centre[1] - dy / self._zoom)
            self._clamp()

    def zoomed(self) -> Zone:
        """The whole photo in zoomed pixels."""
        zoom = self.zoom
        return Zone(0, 0, max(1, round(self.photo[0] * zoom)), max(1, round(self.photo[1] * zoom)))

    def offset(self) -> tuple[int, int]:
        """Pane position of the photo's top left corner; whole pixels, so that nothing is resampled when drawn."""
        whole, zoom = self.zoomed(), self.zoom
        place = []
        for size, pane, centre in zip((whole.width, whole.height), self.pane, self._centre, strict=True):
            place.append((pane - size) // 2 if size <= pane else round(pane / 2 - centre * zoom))
        return place[0], place[1]

    def visible(self) -> Zone:
        """The part of the photo that the pane shows, in zoomed pixels."""
        whole = self.zoomed()
        left, top = self.offset()
        return Zone(
            max(0, -left),
            max(0, -top),
            min(whole.width, self.pane[0] - left),
            min(whole.height, self.pane[1] - top),
        )

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """Photo point under a pane point."""
        left, top = self.offset()
        return (x - left) / self.zoom, (y - top) / self.zoom

    def _clamp(self) -> None:
        centre = []
        for photo, pane, value in zip(self.photo, self.pane, self._centre, strict=True):
            half = pane / 2 / self._zoom
            centre.append(photo / 2 if 2 * half >= photo else min(max(value, half), photo - half))
        self._centre = (centre[0], centre[1])
