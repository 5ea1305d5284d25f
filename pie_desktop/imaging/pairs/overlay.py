"""Frames, bars, text and logos drawn over an edit: found, so that nothing learns their colours from a pair.

What is drawn over a photo differs from an edit of it in two ways. A bar at the border is of one colour, though the
original beneath it is not, and ends in a straight line. Text and logos have edges where the original has none; an edit
of tone and colour, even of a part of the photo, has none there. What share of drawings is found, and how often ordinary
edits are mistaken for them, is in docs/decisions/030-one-check-of-pairs.md.
"""

from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 384  # long side at which edges are compared, px
BAR_RANGE = 10  # of 255, from the colour of a bar
BAR_COVER = 0.7  # of a line of pixels that has the bar's colour; the rest may be text
BEYOND = 0.5  # of a line just within the bar that may have its colour by chance
LEAST_SPREAD = 24  # of 255, 10th to 90th percentile of the original beneath a bar
MOST_BAR = 0.35  # of a side
LEAST_STEP = 40  # of 255, of an edge that was drawn
STEP_RATIO = (0.3, 2.0)  # by how much it exceeds what the original's own edges become: by a smooth edit, by a rough one
BUSY_STEP = 16  # of 255, of an edge of the original that shows what the edit does to edges
LEAST_BUSY = 200  # px
USUAL = 95  # percentile of what it does to them; the rest may be drawn over
BEYOND_USUAL = 1.5
LEAST_EDGE = 24  # px of drawn edges that belong together
LEAST_KEPT = 0.6  # of the edit that is left when what was drawn over is cut off
REACH = 9  # px between edges that belong to one drawing
TERMS = 6000  # px that the colours of the edit are fitted to

Area = tuple[int, int, int, int]


@dataclass(frozen=True)
class Overlay:
    """What was drawn over an edit.

    Attributes:
        area: top, bottom, left and right of the part without it, px; None where too little would be left.
        bars: it is bars or a frame along the borders only.
    """

    area: Area | None
    bars: bool

    def sentence(self, name: str) -> str:
        """What was done about it, in one sentence about the edit of this name."""
        what = "bars or a frame" if self.bars else "something, such as text, a logo or a part of another photo,"
        if self.area is None:
            return (
                f"“{name}” has {what} drawn over much of it; its colours are learned as if they were part of the edit."
            )
        return f"“{name}” has {what} drawn over it; that part is left out."


def find_overlay(edited: np.ndarray, original: np.ndarray) -> Overlay | None:
    """What was drawn over an edit, both uint8 (H, W, 3) in one frame; None for an ordinary edit."""
    height, width = edited.shape[:2]
    top, bottom, left, right = inner = _within_bars(edited, original)
    inside = np.s_[top:bottom, left:right]
    drawn = _drawn(edited[inside], original[inside])
    if inner == (0, height, 0, width) and not drawn.any():
        return None
    if not drawn.any():
        return Overlay(inner, bars=True)
    scale_y, scale_x = (bottom - top) / drawn.shape[0], (right - left) / drawn.shape[1]
    y0, y1, x0, x1 = _free_area(~drawn)
    area = (
        top + int(np.ceil(y0 * scale_y)),
        top + int(y1 * scale_y),
        left + int(np.ceil(x0 * scale_x)),
        left + int(x1 * scale_x),
    )
    if _size(area) < LEAST_KEPT * height * width:
        return Overlay(None, bars=False)
    return Overlay(area, bars=False)


def _within_bars(edited: np.ndarray, original: np.ndarray) -> Area:
    """The part of an edit that is left without bars along its borders."""
    height, width = edited.shape[:2]
    area = [0, height, 0, width]
    for _ in range(5):  # a frame may be of several lines
        before = tuple(area)
        for side in range(4):
            part = np.s_[area[0] : area[1], area[2] : area[3]]
            depth = _bar(_from_side(edited[part], side), _from_side(original[part], side))
            area[side] += depth if side % 2 == 0 else -depth
        if tuple(area) == before:
            break
    return (area[0], area[1], area[2], area[3])


def _from_side(image: np.ndarray, side: int) -> np.ndarray:
    """Turned so that the top (0), bottom (1), left (2) or right (3) side is the first row."""
    if side >= 2:
        image = image.transpose(1, 0, 2)
    return image[::-1] if side % 2 else image


def _bar(edited: np.ndarray, original: np.ndarray) -> int:
    """How many rows of an edit, from the first, are a bar of one colour."""
    most = int(MOST_BAR * len(edited))
    color = np.median(edited[0], axis=0)
    covered = (np.abs(edited[: most + 4].astype(np.int16) - color.astype(np.int16)).max(-1) <= BAR_RANGE).mean(1)
    depth = 0
    while depth < most and covered[depth] >= BAR_COVER:
        depth += 1
    if depth == 0 or depth >= most or covered[: max(1, depth - 1)].mean() < 0.9:
        return 0
    # A clear sky or a black night of one colour ends raggedly, not within two rows.
    if covered[depth : depth + 3].min() > BEYOND:
        return 0
    low, high = np.percentile(original[: max(1, depth - 1)].reshape(-1, 3), (10, 90), axis=0)
    if (high - low).max() < LEAST_SPREAD:
        return 0
    return depth + 2


def _drawn(edited: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Where something was drawn over an edit, bool (h, w) with the long side at most `SIDE`."""
    scale = min(1.0, SIDE / max(edited.shape[:2]))
    size = max(8, round(edited.shape[1] * scale)), max(8, round(edited.shape[0] * scale))
    after, before = (cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in (edited, original))
    expected = _expected(after, before)
    halved = cv2.addWeighted(after, 0.5, expected, -0.5, 128)  # the difference, as far as it fits into bytes
    # An edge was drawn if the edit has it, though neither the original nor what is expected of it has anything there.
    step = np.minimum(2 * _steps(halved, 3, 0.7), _steps(after, 3, 0.7))
    own = np.maximum(_steps(before, 5), _steps(expected, 5))
    edges = (step >= LEAST_STEP + _ratio(step, own) * own).astype(np.uint8)
    joined = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((REACH, REACH), np.uint8))
    drawn = np.zeros(edges.shape, bool)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined)
    pixels = np.bincount(labels.ravel(), edges.ravel(), count)
    for number in range(1, count):
        if pixels[number] >= LEAST_EDGE:
            x, y, w, h = boxes[number, :4]
            drawn[max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2] = True
    return drawn


def _ratio(step: np.ndarray, own: np.ndarray) -> float:
    """How much of its own edges an edit may leave unexplained, as a share of these: little, unless it is sharpened,
    shaded or grainy. So what is drawn over a busy part stands out as well."""
    smooth, rough = STEP_RATIO
    busy = own >= BUSY_STEP
    if np.count_nonzero(busy) < LEAST_BUSY:
        return rough
    return float(np.clip(BEYOND_USUAL * np.percentile(step[busy] / own[busy], USUAL), smooth, rough))


def _steps(image: np.ndarray, size: int, blur: float = 0.0) -> np.ndarray:
    """How much each pixel's neighbourhood of `size` px spans in any channel of a uint8 image: int16 (h, w), of 255."""
    smooth = cv2.GaussianBlur(image, (0, 0), blur) if blur else image
    red, green, blue = cv2.split(cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((size, size), np.uint8)))
    return cv2.max(cv2.max(red, green), blue).astype(np.int16)


def _expected(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """What the original's colours become in the rest of the edit, by a cubic function; uint8 (h, w, 3)."""
    terms = _powers(before.reshape(-1, 3).astype(np.float32) / 255)
    chosen = np.linspace(0, terms.shape[1] - 1, min(TERMS, terms.shape[1])).astype(int)
    inputs, targets = terms[:, chosen].astype(np.float64), after.reshape(-1, 3)[chosen].astype(np.float64)
    kept = np.ones(len(chosen), bool)
    for _ in range(3):
        used = inputs[:, kept]
        weights = np.linalg.solve(used @ used.T + 1e-6 * np.eye(len(used)), used @ targets[kept])
        off = np.abs(inputs.T @ weights - targets).max(1)
        kept = off <= max(np.percentile(off, 90), 4)
    mapped = weights.T.astype(np.float32) @ terms
    return np.ascontiguousarray(np.clip(np.rint(mapped), 0, 255).astype(np.uint8).T).reshape(after.shape)


def _powers(x: np.ndarray) -> np.ndarray:
    """All products of at most three of the channels: (N, 3) to (20, N)."""
    r, g, b = np.ascontiguousarray(x.T)
    rr, gg, bb = r * r, g * g, b * b
    terms = [np.ones_like(r), r, g, b, rr, gg, bb, r * g, r * b, g * b]
    terms += [rr * r, gg * g, bb * b, rr * g, rr * b, gg * r, gg * b, bb * r, bb * g, r * g * b]
    return np.stack(terms)


def _free_area(free: np.ndarray) -> Area:
    """The largest part of a mask (h, w), or nearly so, that is left when what is not free is cut off at the sides."""
    height, width = free.shape
    count, _, boxes, _ = cv2.connectedComponentsWithStats((~free).astype(np.uint8))
    todo = [(0, height, 0, width)]
    for x, y, w, h in boxes[1:count, :4].tolist():  # each is cut off at one of four sides
        cut = []
        for top, bottom, left, right in todo:
            if y + h <= top or y >= bottom or x + w <= left or x >= right:
                cut.append((top, bottom, left, right))
                continue
            cut += [
                (y + h, bottom, left, right),
                (top, y, left, right),
                (top, bottom, x + w, right),
                (top, bottom, left, x),
            ]
        todo = sorted(cut, key=_size, reverse=True)[:16]
    return todo[0]


def _size(area: Area) -> int:
    return max(0, area[1] - area[0]) * max(0, area[3] - area[2])
