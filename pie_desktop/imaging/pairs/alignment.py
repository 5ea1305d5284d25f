"""Bringing an original into the frame of its edit: edits are cropped, straightened, rotated and mirrored.

A pair whose two images do not lie on each other would teach the model colours that nobody chose, so what cannot be
brought into one frame reliably is refused.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from pie_desktop.imaging.pairs.content import FrameMatch, compare_frames, explained
from pie_desktop.imaging.pairs.overlay import Overlay

MAX_ASPECT_DIFFERENCE = 0.02
SIDE = 512  # long side of what features are looked for in, px
FEATURES = 1200
RATIO = 0.8  # of the distances to the best and the second best match
REACH = 3.0  # px that a match may be off
LEAST_MATCHES = 8
MIN_INLIERS = 12
MIN_AREA = 0.25  # of the edit that must be seen in the original too
MIN_SIDE = 64  # px
IDENTICAL = "are identical"
LEAST_EXPLAINED = 0.6  # of the variance of soft images without edges; edits 0.98 and more, other photos below 0.53
MARGIN = 2  # px at the border of the common area, where warping mixes in what is not there

Features = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class AlignedPair:
    """An edit and its original in one frame, uint8 (H, W, 3) both.

    Attributes:
        moved: the frame had to be found, so that these are not the whole images.
        area: top, bottom, left and right of `edited` in the whole edit, px; None for all of it.
        overlay: what was drawn over the edit; it lies outside of these images where it can be cut off.
    """

    edited: np.ndarray
    original: np.ndarray
    moved: bool
    area: tuple[int, int, int, int] | None = None
    overlay: Overlay | None = None


def align(edited: np.ndarray, original: np.ndarray) -> AlignedPair | str:
    """Bring two uint8 images (H, W, 3) into one frame, which is that of the edit or a part of it.

    Returns:
        The pair, or why the two are none, as the end of a sentence that begins with both names.
    """
    if edited.shape == original.shape and np.array_equal(edited, original):
        return IDENTICAL
    same_shape = aspect_difference(edited, original) <= MAX_ASPECT_DIFFERENCE
    as_it_is = None
    if same_shape:
        fitted = resized(original, edited)
        frame = compare_frames(edited, fitted)
        # A soft gradient has no edges to compare, and none that could be wrong: its colours must do.
        soft = not frame.conclusive and edited.shape == original.shape
        soft = soft and explained(edited, original) >= LEAST_EXPLAINED
        if frame.same or soft:
            as_it_is = AlignedPair(edited, fitted, moved=False)
            if frame.exact or soft:
                return as_it_is
    features = find_features(edited)
    for candidate in (original, np.ascontiguousarray(original[:, ::-1])):
        found = _register(edited, features, candidate)
        if found is not None:
            return found
    if as_it_is is not None:  # half a pixel off, and nothing better found
        return as_it_is
    return "do not show the same image in the same frame" if same_shape else "differ in shape and cannot be aligned"


def aspect_difference(a: np.ndarray, b: np.ndarray) -> float:
    """Relative difference of the aspect ratios, less what rounding to whole pixels can explain."""
    ratio_a, ratio_b = a.shape[1] / a.shape[0], b.shape[1] / b.shape[0]
    rounding = 1 / min(*a.shape[:2], *b.shape[:2])
    return abs(ratio_a - ratio_b) / max(ratio_a, ratio_b) - rounding


def _register(edited: np.ndarray, features: Features | None, original: np.ndarray) -> AlignedPair | None:
    """The original as it lies in the edit, whose features are given; None unless that is beyond doubt."""
    matches = matching_points(features, find_features(original)) if features is not None else None
    if matches is None:
        return None
    here, there = matches
    # Most edits turn and scale only. Four numbers instead of eight are found more often, but not for perspective.
    similarity, _ = cv2.estimateAffinePartial2D(there, here, method=cv2.RANSAC, ransacReprojThreshold=REACH)
    homography, _ = cv2.findHomography(there, here, cv2.USAC_MAGSAC, REACH)
    best: tuple[float, AlignedPair] | None = None
    for matrix in (similarity, homography):
        if matrix is None:
            continue
        full = np.vstack([matrix, [0, 0, 1]]) if len(matrix) == 2 else matrix
        pair, frame = _in_frame(edited, original, full, here, there)
        if pair is not None and frame is not None and (best is None or frame.shift < best[0]):
            best = frame.shift, pair
            if frame.exact:
                break
    return best[1] if best is not None else None


def find_features(image: np.ndarray, side: int = SIDE, most: int = FEATURES) -> Features | None:
    """Points (N, 2) in pixels of the image and their descriptors (N, 128); None where there are too few.

    Args:
        image: uint8 (H, W, 3).
        side: long side of what they are looked for in, px.
        most: so many of the strongest are kept.
    """
    # Without precise upscaling all features lie a quarter of a pixel off, which shows as soon as the edit is turned.
    sift = cv2.SIFT_create(most, contrastThreshold=0.02, enable_precise_upscale=True)  # type: ignore[attr-defined]
    scale = min(1.0, side / max(image.shape[:2]))
    found, described = sift.detectAndCompute(_normalised(image, scale), None)
    if described is None or len(found) < LEAST_MATCHES:
        return None
    points = (np.array([point.pt for point in found], np.float32) + 0.5) / scale - 0.5
    root = np.sqrt(described / np.maximum(described.sum(1, keepdims=True), 1))  # Hellinger distance
    return points, root.astype(np.float32)


def matching_points(a: Features, b: Features | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Corresponding points (N, 2) of two images, wrong ones among them; None where there are too few."""
    if b is None:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(a[1], b[1], k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
    if len(good) < LEAST_MATCHES:
        return None
    return a[0][[m.queryIdx for m in good]], b[0][[m.trainIdx for m in good]]


def _normalised(image: np.ndarray, scale: float) -> np.ndarray:
    """Grey uint8 with the contrast evened out over the neighbourhood: an edit changes that, not the structure."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    mean = cv2.GaussianBlur(grey, (0, 0), 12)
    spread = np.sqrt(cv2.GaussianBlur((grey - mean) ** 2, (0, 0), 12))
    return np.clip(128 + 48 * (grey - mean) / (spread + 4), 0, 255).astype(np.uint8)


def _in_frame(
    edited: np.ndarray, original: np.ndarray, matrix: np.ndarray, here: np.ndarray, there: np.ndarray
) -> tuple[AlignedPair | None, FrameMatch | None]:
    """Warp, cut to what both show, and look whether they really lie on each other then."""
    nothing = None, None
    landed = cv2.perspectiveTransform(there[:, None], matrix)[:, 0]
    if (np.hypot(*(landed - here).T) <= REACH).sum() < MIN_INLIERS:
        return nothing
    height, width = edited.shape[:2]
    # Where the original is larger, averaging first keeps the warp from picking single pixels.
    stretch = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    if not 0.05 < stretch < 20:
        return nothing
    small = original
    if stretch < 1:
        rows, columns = original.shape[:2]
        size = max(1, round(columns * stretch)), max(1, round(rows * stretch))
        small = cv2.resize(original, size, interpolation=cv2.INTER_AREA)
        x, y = columns / size[0], rows / size[1]
        matrix = matrix @ np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])
    warped = cv2.warpPerspective(small, matrix, (width, height), flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(np.full(small.shape[:2], 255, np.uint8), matrix, (width, height)) == 255
    top, bottom, left, right = common_area(inside)
    if (bottom - top) * (right - left) < MIN_AREA * height * width or min(bottom - top, right - left) < MIN_SIDE:
        return nothing
    area = np.s_[top:bottom, left:right]
    both = np.ascontiguousarray(edited[area]), np.ascontiguousarray(warped[area])
    pair = AlignedPair(*both, moved=True, area=(top, bottom, left, right))
    frame = compare_frames(pair.edited, pair.original)
    return (pair, frame) if frame.same else nothing


def common_area(inside: np.ndarray) -> tuple[int, int, int, int]:
    """The largest upright rectangle (top, bottom, left, right) in a mask (H, W), a margin within its borders."""
    height, width = inside.shape
    # The side that costs least is moved in until nothing outside of the mask is left.
    top, bottom, left, right = 0, height, 0, width
    while bottom - top > 1 and right - left > 1:
        part = inside[top:bottom, left:right]
        gaps = [1 - line.mean() for line in (part[0], part[-1], part[:, 0], part[:, -1])]
        worst = int(np.argmax(gaps))
        if gaps[worst] == 0:
            break
        top, bottom, left, right = (
            top + (worst == 0),
            bottom - (worst == 1),
            left + (worst == 2),
            right - (worst == 3),
        )
    return (
        top + MARGIN * (top > 0),
        bottom - MARGIN * (bottom < height),
        left + MARGIN * (left > 0),
        right - MARGIN * (right < width),
    )


def resized(original: np.ndarray, edited: np.ndarray) -> np.ndarray:
    """The original at the size of the edit, both uint8 (H, W, 3)."""
    if edited.shape == original.shape:
        return original
    return cv2.resize(original, edited.shape[1::-1], interpolation=cv2.INTER_AREA)
