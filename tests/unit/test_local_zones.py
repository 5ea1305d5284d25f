"""Whatever is set and wherever one looks: a zone with its surroundings is that of the whole picture."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pie_desktop.edit.finishing import finished, reach_of
from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.mask import ADJUSTMENTS, KINDS, PLACES, Mask
from pie_desktop.edit.part import Parameter, part_types
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import identity_lut
from tests.unit.test_local_parts import photo_like

HEIGHT, WIDTH = 260, 300
IMAGE = np.round(photo_like(HEIGHT, WIDTH) * 65535).astype(np.uint16)


def numbers(parameter: Parameter) -> st.SearchStrategy[float]:
    return st.just(parameter.default) | st.floats(parameter.low, parameter.high)


def parts_of(kind: type[LocalPart]) -> st.SearchStrategy[LocalPart]:
    return st.builds(kind, **{one.name: numbers(one) for one in kind.parameters()})


PLACED = {name: st.floats(*bounds) for name, bounds in PLACES.items()}
MASKS = st.builds(
    Mask,
    kind=st.sampled_from(list(KINDS)),
    invert=st.booleans(),
    **PLACED | {one.name: numbers(one) for one in Mask.parameters() if one.name in (*ADJUSTMENTS, "feather")},
)
KINDS_OF_PARTS = [kind for kind in part_types() if issubclass(kind, LocalPart) and kind is not MasksPart]
PARTS = st.one_of(*map(parts_of, KINDS_OF_PARTS), st.builds(MasksPart, st.lists(MASKS, max_size=2).map(tuple)))


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(PARTS, min_size=1, max_size=2, unique_by=type),
    scale=st.sampled_from([1.0, 0.5, 0.21, 0.06]),
    left=st.integers(0, WIDTH - 30),
    top=st.integers(0, HEIGHT - 30),
)
def test_a_zone_is_that_of_the_whole(parts: list[LocalPart], scale: float, left: int, top: int) -> None:
    photo = (round(WIDTH / scale), round(HEIGHT / scale))
    frame = Frame(photo, (WIDTH, HEIGHT), (0, 0, WIDTH, HEIGHT), scale)
    ordered = sorted((part for part in parts if part.active), key=lambda part: part.ORDER)
    whole = finished(IMAGE, identity_lut(2), ordered, frame)
    reach = reach_of(ordered, frame)
    x, y, right, bottom = max(0, left - reach), max(0, top - reach), left + 30 + reach, top + 30 + reach
    grown = IMAGE[y:bottom, x:right]
    zone = finished(grown, identity_lut(2), ordered, frame.part(x, y, grown.shape[1], grown.shape[0]))
    inner = zone[top - y : top - y + 30, left - x : left - x + 30]
    # Sums in another order: at most a tenth of a level of 8 bits.
    assert np.abs(inner.astype(int) - whole[top : top + 30, left : left + 30]).max() <= 26
