"""From a photo and a preference to the photo's LUTs, and to how far the result may be from what the user would make."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pie_desktop.model.encoded import Prediction
from pie_desktop.model.encoding import IMAGES_AT_ONCE
from pie_desktop.model.features import image_statistics, picked_colors, shrink, squares
from pie_desktop.model.network import PreferenceNetwork
from pie_desktop.model.preparing import Prepared
from pie_desktop.model.residual import ResidualFit


class PhotoAnswer:
    """What the network says about one photo. Of several things that are asked, the common part is computed once.

    Args:
        network: on the device to be used.
        small: float image `(H, W, 3)` from `features.shrink`.
        prepared: of the preference; None for nobody's.
    """

    def __init__(self, network: PreferenceNetwork, small: np.ndarray, prepared: Prepared | None) -> None:
        self._network, self._small, self._prepared = network, small, prepared
        image = _squares(network, [small])
        statistics = image_statistics(image, network.architecture.exposure)
        self._seen = image, statistics
        self._corrected = network.neutral.of_statistics(statistics)[0]
        self._prediction: Prediction | None = None
        if prepared is not None:
            prediction = network.predict(lambda features: features(image, statistics)[None], prepared.style)
            self._prediction, self._weights = prediction, network.combine(prediction, prepared.said, prepared.style)

    def luts(self, residual: ResidualFit, gray: bool) -> tuple[np.ndarray, np.ndarray]:
        """Neutral and preferred LUT, float32 `(S, S, S, 3)` each; equal without a preference.

        Args:
            residual: that prepared the preference.
            gray: whether the preferred result is to be black and white.
        """
        network, p, prediction = self._network, self._prepared, self._prediction
        if p is None or prediction is None:
            # in twos as below: so it is the same to the last bit
            neutral = network.prior.luts(torch.stack([self._corrected, self._corrected]))[0].cpu().numpy()
            return neutral, neutral
        neutral, preferred = network.prior.luts(torch.stack([self._corrected, self._weights[0, 0]]))
        if p.residual is not None:
            share = prediction.share[0, 0][p.style.paired[0]]
            fitted = _fitted(network, p, prediction, self._weights)
            preferred = preferred + residual.lut(p.residual, share, fitted, prediction.noise[0, 0])
        if gray:  # what the fits of three equal channels disagree in is error, not colour
            preferred = preferred.mean(dim=-1, keepdim=True).expand_as(preferred)
        return neutral.cpu().numpy(), np.ascontiguousarray(preferred.cpu().numpy())

    def expected_error(self, gray: bool) -> float | None:
        """The mean CIEDE2000 to be expected; None without a preference, or where the network does not know.

        Args:
            gray: whether the preferred result is to be black and white.
        """
        network, p, prediction = self._network, self._prepared, self._prediction
        if network.expected_error is None or p is None or prediction is None:
            return None
        signs = network.signs_of_doubt(prediction, p.said, p.style, self._weights, self._colors()[None, None])
        return float(network.expected_error(signs, gray)[0, 0])

    def covariance(self) -> np.ndarray | None:
        """Of the weights of the photo's LUT by what the references say, float64 `(K, K)`; None without a preference."""
        network, p, prediction = self._network, self._prepared, self._prediction
        if p is None or prediction is None:
            return None
        precision = network.precision(prediction, p.said, p.style)[0, 0].cpu().double()
        return np.asarray(torch.linalg.inv(precision).numpy())

    def influence(self) -> np.ndarray:
        """How much each of N references counts for the answer, float32 `(N,)`, 1 in all at most; N is 0 without any.

        A pair counts by what it shows, see `PreferenceNetwork.pair_influence`. What is then left was expected by the
        network, which has read it from the references, with and without originals, and from what all users do.
        """
        network, p, prediction = self._network, self._prepared, self._prediction
        if p is None or prediction is None:
            return np.zeros(0, np.float32)
        colors = self._colors()[None]
        gram = network.prior.evidence(colors, colors).gram[0]
        decided = network.pair_influence(prediction, p.said, p.style, gram)
        read = network.enhancer.attended(network.enhancer.features(*self._seen)[None], p.style)[0, 0]
        return (decided + (1 - decided.sum()).clamp_min(0) * read).float().cpu().numpy()

    def _colors(self) -> Tensor:
        picked = torch.from_numpy(picked_colors(self._small, self._network.architecture.grid))
        return picked.to(self._network.encoder.null.device)


def _fitted(network: PreferenceNetwork, p: Prepared, prediction: Prediction, weights: Tensor) -> Tensor:
    """LUTs of the pairs `(R, S, S, S, 3)`, or the photo's own `(S, S, S, 3)` where all photos are treated alike."""
    adaptation, habits, contents = network.encoder.adaptation, p.style.habits, prediction.contents
    if adaptation is None or habits is None or contents is None:
        return network.prior.luts(weights[0])[0]
    paired = p.style.paired[0]
    own = weights[0].repeat(int(paired.sum()), 1)
    own[:, : adaptation.rank] += adaptation.deviations(p.evidence[None], habits, weights[0], contents)[0, paired]
    return network.prior.luts(own)


def likeness(network: PreferenceNetwork, proxies: Sequence[np.ndarray]) -> np.ndarray:
    """How alike the contents of photos are, float32 `(B, B)`, 0 to 1; each like itself alone where nothing is known.

    Args:
        network: on the device to be used.
        proxies: images `(H, W, 3)`, uint8 or uint16, sRGB.
    """
    return likeness_of(network, [shrink(proxy) for proxy in proxies])


def likeness_of(network: PreferenceNetwork, small: Sequence[np.ndarray]) -> np.ndarray:
    """The same of float images `(H, W, 3)` from `features.shrink`."""
    adaptation = network.encoder.adaptation
    if adaptation is None or not len(small):
        return np.eye(len(small), dtype=np.float32)
    contents = []
    for start in range(0, len(small), IMAGES_AT_ONCE):
        some = small[start : start + IMAGES_AT_ONCE]
        contents.append(adaptation.content(network.encoder.features(_squares(network, some))))
    all_contents = torch.cat(contents)[None]
    return adaptation.likeness(all_contents, all_contents)[0].cpu().numpy()


def _squares(network: PreferenceNetwork, images: Sequence[np.ndarray]) -> Tensor:
    """What the network looks at: `(B, 3, side, side)`."""
    a = network.architecture
    return squares(list(images), a.side, picked=a.exposure).to(network.encoder.null.device)
