"""A photo or one of its virtual copies: what is listed, opened, edited and exported by itself."""

from pathlib import Path
from typing import NamedTuple


class PhotoVersion(NamedTuple):
    """What one edit belongs to.

    Attributes:
        path: the photo.
        copy: name of the virtual copy, unique among those of the photo; empty for the photo itself.
    """

    path: Path
    copy: str = ""

    @property
    def name(self) -> str:
        """As a person reads it, such as `IMG_1.jpg` or `IMG_1.jpg (Copy 1)`."""
        return f"{self.path.name} ({self.copy})" if self.copy else self.path.name

    @property
    def whole(self) -> str:
        """The same with the folder."""
        return f"{self.path} ({self.copy})" if self.copy else str(self.path)


Source = Path | PhotoVersion
"""What a person asks for: a photo, a folder, or a version of a photo."""


def path_of(source: Source) -> Path:
    """The file or folder."""
    return source.path if isinstance(source, PhotoVersion) else source
