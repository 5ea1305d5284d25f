"""Which thumbnails are asked for: in sight, near, and the rest one by one, while photos come and go."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.ui.filmstrip.requests import ThumbnailRequests


def test_photos_that_come_later_are_not_among_the_rest() -> None:
    """The rest is asked for photo by photo; a folder that has more photos by then must not end the program."""
    rows = [0, 1, 2, 3]

    def rows_around(visible: list[int]) -> Iterator[int]:
        yield from (row for row in iter(rows) if row not in visible)

    versions = [PhotoVersion(Path(f"{number}.jpg")) for number in rows]
    view = SimpleNamespace(visible_rows=lambda: [0], rows_around=rows_around, image_side=lambda: 96)
    loader = Mock()
    requests = ThumbnailRequests(view, SimpleNamespace(versions=versions), Mock(), loader, Mock())  # type: ignore[arg-type]
    requests.make([])
    visible, nearby, rest = loader.want.call_args.args
    assert visible == [Path("0.jpg")] and nearby == [Path("1.jpg"), Path("2.jpg")]
    rows += [4, 5]
    assert list(rest) == [Path("3.jpg")]
