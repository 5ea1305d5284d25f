"""What a person is told about the edit of a photo that is opened."""

from pathlib import Path

from pie_desktop.edit.unapplied import Unapplied, unapplied_sentence
from pie_desktop.ui.editor.reading import Enhancement, OpenedPhoto
from pie_desktop.ui.notifications import Notifier


class EditNotices:
    """Says why a photo is not shown as it was left; what its edit has that cannot be applied, once for each photo."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._blends: set[Path] = set()
        self._told: dict[Path, tuple[Unapplied, ...]] = {}

    def tell(self, photo: OpenedPhoto) -> None:
        """Tell about a photo that was just opened."""
        name = photo.info.path.name
        if photo.style_gone:
            self._notifier.info(f"The style of {name} was deleted; the photo is shown without one.")
        if photo.edit_is_newer:
            self._notifier.warning(
                f"The edit of {name} was made with a newer version of PIE Desktop, so the photo opens without it. "
                "The edit is kept; if you edit the photo here, a copy of it stays."
            )
        unapplied = photo.edit.unapplied if photo.edit is not None else ()
        if unapplied and self._told.get(photo.info.path) != unapplied:
            self._told[photo.info.path] = unapplied
            self._notifier.warning(unapplied_sentence(unapplied, f"The edit of {name}"))

    def tell_blend(self, path: Path | None, enhancement: Enhancement) -> None:
        """Say, once as long as it is so, that of the styles that the open photo blends only one is left."""
        if path is None:
            return
        if not enhancement.incomplete:
            self._blends.discard(path)
        elif path not in self._blends:
            self._blends.add(path)
            self._notifier.info(
                f"Of the two styles that {path.name} blends, one was deleted; the photo is shown in "
                f"“{enhancement.names[0]}”. Should the other one come back, so does the blend."
            )
