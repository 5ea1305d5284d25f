"""Which thumbnails are made next: what is in sight first, then what is near to it, then the rest."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.ui.filmstrip.index import PhotoIndex
from pie_desktop.ui.filmstrip.photo_model import PhotoModel
from pie_desktop.ui.filmstrip.view import ThumbnailView
from pie_desktop.ui.thumbnails import ThumbnailLoader, side_for
from pie_desktop.ui.thumbnails.edited import EditedThumbnails

NEARBY_SCREENS = 1


class ThumbnailRequests:
    """Asks for the facts and thumbnails of the photos in sight.

    Args:
        view: shows the model.
        model: the photos and their virtual copies.
        index: their facts.
        loader: their plain thumbnails.
        edited: their thumbnails as edited.
    """

    def __init__(
        self,
        view: ThumbnailView,
        model: PhotoModel,
        index: PhotoIndex,
        loader: ThumbnailLoader,
        edited: EditedThumbnails,
    ) -> None:
        self._view = view
        self._model = model
        self._index = index
        self._loader = loader
        self._edited = edited

    def make(self, reviewed: Iterable[Path]) -> None:
        """Ask anew.

        Args:
            reviewed: photos about which the model has to be asked although they are not in sight.
        """
        rows, versions = self._view.visible_rows(), self._model.versions
        self._loader.side = side_for(self._view.image_side())
        visible = [versions[row] for row in rows]
        # Some are only asked for later, when there may be more rows than now.
        around = (versions[row] for row in self._view.rows_around(rows) if row < len(versions))
        nearby = list(islice(around, 2 * NEARBY_SCREENS * len(rows)))
        photos = list(dict.fromkeys(version.path for version in visible))
        self._index.bring_forward(photos)
        self._loader.want(photos, [version.path for version in nearby], (version.path for version in around))
        self._edited.want(dict.fromkeys([*visible, *nearby, *map(PhotoVersion, reviewed)]))
