"""Tables as applied, in both ways, against tetrahedral interpolation written out, measured in CIEDE2000."""

import numpy as np
import pytest

from pie_desktop.imaging import compiled
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.warm_up import warm_up


def tetrahedral(values: np.ndarray, lut: np.ndarray) -> np.ndarray:
    """Sakamoto's interpolation: from the darkest node of a cell along the axes in the order of their fractions."""
    last = lut.shape[0] - 1
    scaled = values * last
    base = np.minimum(scaled.astype(int), last - 1)
    fraction = scaled - base
    order = np.argsort(-fraction, axis=1, kind="stable")
    node = base.copy()
    result = lut[tuple(node.T)].astype(np.float64)
    for step in range(3):
        axis = order[:, step]
        before = lut[tuple(node.T)]
        node[np.arange(len(node)), axis] += 1
        after = lut[tuple(node.T)]
        result += fraction[np.arange(len(node)), axis][:, None] * (after.astype(np.float64) - before)
    return np.clip(result, 0, 1)


def strong_look(size: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    grid = identity_lut(size)
    curved = grid ** np.array([0.7, 1.1, 1.5], dtype=np.float32)
    twisted = curved @ np.array([[0.8, 0.1, 0.1], [0.15, 0.9, -0.05], [-0.1, 0.2, 0.9]], dtype=np.float32)
    return (1.1 * twisted - 0.04 + rng.normal(0, 0.01, grid.shape)).astype(np.float32)


@pytest.fixture(params=["OpenColorIO", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "compiled":
        assert warm_up()
    else:
        monkeypatch.setattr(compiled, "kernels_for", lambda dtype: None)
    return request.param


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("size", [9, 17, 33])
@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket"])
def test_against_tetrahedral(sample_images: dict[str, np.ndarray], name: str, size: int) -> None:
    image, lut = sample_images[name][::3, ::3], strong_look(size)
    exact = tetrahedral(image.reshape(-1, 3) / 255, lut).reshape(image.shape)
    result = apply_lut(image, lut)
    assert np.abs(result - exact * 255).max() <= 0.51
    assert delta_e_2000(result, exact.astype(np.float32)).mean() < 0.35
    wide = apply_lut(image.astype(np.uint16) * 257, lut)
    assert np.abs(wide - exact * 65535).max() <= 2
    assert delta_e_2000(wide, exact.astype(np.float32)).max() < 0.02
