"""Geometry of the canvas: fit, zoom at the cursor, pan, what is visible."""

import pytest

from pie_desktop.ui.canvas.viewport import MAX_ZOOM, Viewport, Zone


def viewport(photo: tuple[int, int] = (6000, 4000), pane: tuple[int, int] = (1200, 900)) -> Viewport:
    view = Viewport()
    view.set_pane(*pane)
    view.set_photo(*photo)
    return view


def test_fit_shows_everything_centred() -> None:
    view = viewport()
    assert view.zoom == pytest.approx(0.2)
    assert view.zoomed() == view.visible() == Zone(0, 0, 1200, 800)
    assert view.offset() == (0, 50)


def test_fit_follows_the_pane_until_the_user_zooms() -> None:
    view = viewport()
    view.set_pane(600, 900)
    assert view.zoom == pytest.approx(0.1)
    view.zoom_to(1.0)
    view.set_pane(1200, 900)
    assert view.zoom == 1.0


@pytest.mark.parametrize("zoom", [0.35, 1.0, 2.5])
def test_zoom_keeps_the_point_under_the_cursor(zoom: float) -> None:
    view = viewport()
    anchor = (700.0, 500.0)
    before = view.to_photo(*anchor)
    view.zoom_to(zoom, anchor)
    after = view.to_photo(*anchor)
    # Offsets are whole device pixels.
    assert after == pytest.approx(before, abs=1.0 / zoom)


def test_one_to_one_is_pixel_for_pixel() -> None:
    view = viewport()
    view.zoom_to(1.0)
    assert view.zoomed() == Zone(0, 0, 6000, 4000)
    assert (view.visible().width, view.visible().height) == (1200, 900)


def test_pan_stops_at_the_border() -> None:
    view = viewport()
    view.zoom_to(1.0)
    view.pan(1e6, 1e6)
    assert view.offset() == (0, 0)
    view.pan(-1e6, -1e6)
    assert view.visible() == Zone(4800, 3100, 6000, 4000)


def test_zooming_out_ends_at_fit() -> None:
    view = viewport()
    view.zoom_to(1.0)
    view.pan(500, 0)
    view.zoom_to(0.01)
    assert view.fitted and view.visible() == Zone(0, 0, 1200, 800)


def test_zoom_is_limited() -> None:
    view = viewport()
    view.zoom_to(1e9)
    assert view.zoom == MAX_ZOOM


def test_small_photo_can_be_seen_pixel_for_pixel() -> None:
    view = viewport(photo=(300, 200))
    assert view.zoom == 2.0
    view.zoom_to(1.0)
    assert view.zoom == 1.0 and view.offset() == (450, 350)


def test_zone_grows_within_its_limit() -> None:
    assert Zone(10, 10, 20, 20).grown(15, 5, Zone(0, 0, 30, 30)) == Zone(0, 5, 30, 25)


def test_zoom_and_place_stay_from_photo_to_photo() -> None:
    view = viewport()
    view.zoom_to(1.0)
    view.pan(-900, 300)
    before = view.visible()
    view.set_photo(6000, 4000)
    assert view.visible() == before and view.zoom == 1.0 and not view.fitted


def test_the_place_is_in_parts_of_the_photo() -> None:
    view = viewport()
    view.zoom_to(1.0)
    view.set_photo(3000, 4000)
    assert view.to_photo(600, 450) == pytest.approx((1500, 2000), abs=1)


def test_a_smaller_photo_is_shown_within_its_bounds() -> None:
    view = viewport()
    view.zoom_to(1.0, (0, 0))
    view.set_photo(1500, 1000)
    assert view.visible().width == 1200 and view.zoom == 1.0
    view.fit()
    view.set_photo(6000, 4000)
    assert view.fitted
