"""A contact sheet of simulated users, so that one can see what the model learns from."""

import numpy as np

from training.data.batch import Group
from training.data.color import to_bytes

GAP = 2


def contact_sheet(group: Group) -> np.ndarray:
    """One row per user; of every photo the capture and, right of it, what the user made of it.

    Returns:
        uint8 image `(H, W, 3)`, sRGB.
    """
    users, shots, _, side, _ = group.capture.shape
    pair, step = 2 * side + GAP, side + GAP
    sheet = np.full((users * step - GAP, shots * (pair + GAP) - GAP, 3), 40, np.uint8)
    for user in range(users):
        for shot in range(shots):
            top, left = user * step, shot * (pair + GAP)
            for offset, images in ((0, group.capture), (side, group.retouched)):
                tile = to_bytes(images[user, shot].permute(1, 2, 0))
                sheet[top : top + side, left + offset : left + offset + side] = tile
    return sheet
