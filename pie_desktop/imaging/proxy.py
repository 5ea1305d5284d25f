"""The small picture that the model looks at, made from one that is decoded already."""

import cv2
import numpy as np

from pie_desktop.imaging import compiled
from pie_desktop.imaging.decode import PROXY_SIDE
from pie_desktop.imaging.resize import fitted_size, resize


def proxy_of(picture: np.ndarray, from_jpeg: bool) -> np.ndarray:
    """What `decode.load_proxy` gives for the same photo, but for rounding: means of the same pixels in the same steps.

    Args:
        picture: (H, W, 3) uint8 or uint16, of full size.
        from_jpeg: the file is a JPEG; the decoder reduces it to blocks of 8, 4 or 2 pixels first.

    Returns:
        A picture with a long side of at most `PROXY_SIDE`, the same type.
    """
    height, width = picture.shape[:2]
    size = fitted_size(width, height, PROXY_SIDE)
    factor = next((factor for factor in (8, 4, 2) if max(width, height) >= factor * PROXY_SIDE), 1)
    if from_jpeg and factor > 1:
        kernels = compiled.kernels_for(picture.dtype)
        if kernels is not None and factor == 8 and min(width, height) >= 8:
            picture = kernels.eighth(np.ascontiguousarray(picture))  # a tenth of OpenCV's time
        else:
            # Filled up to whole blocks, as JPEG does: the blocks would drift otherwise.
            picture = cv2.copyMakeBorder(picture, 0, -height % factor, 0, -width % factor, cv2.BORDER_REPLICATE)
            picture = resize(picture, (picture.shape[1] // factor, picture.shape[0] // factor))
    return resize(picture, size)
