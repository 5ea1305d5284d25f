"""A reduced photo with its edit, for thumbnails and sheets: what the whole photo looks like, in the pixels at hand."""

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import apply_lut


def reduced_picture(image: np.ndarray, photo: tuple[int, int], edit: Edit, transform: Transform | None) -> np.ndarray:
    """The picture that an edit makes of a photo.

    Args:
        image: the photo reduced, developed as the edit says, (H, W, 3) uint8 or uint16, sRGB.
        photo: its (width, height) in full size; only local parts, whose radii are in pixels of it, need it.
        edit: the edit.
        transform: what the model says of the photo; None for the picture without any colours of the edit.

    Returns:
        The same dtype, of the size that the edit's crop has at this scale.
    """
    placement = edit.placement((image.shape[1], image.shape[0]))
    picture = placement.apply(image)
    if transform is None:
        return picture
    if not edit.local_parts:
        return apply_lut(picture, transform.lut(edit))
    size = (picture.shape[1], picture.shape[0])
    frame = Frame(photo, size, (0, 0, *size), image.shape[1] / photo[0], placement.in_parts)
    return finished(picture, transform.lut(edit), edit.local_parts, frame)
