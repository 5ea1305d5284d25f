"""Files of a style: `style.json`, checked whenever it is read, and the preferences computed for its references."""

import contextlib
import hashlib
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from pie_desktop import json_files
from pie_desktop.errors import StyleError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.styles.style import OnlyModel, Style, StyleReference

if TYPE_CHECKING:
    from pie_desktop.model.preference import Preference

FILE_NAME = "style.json"
REFERENCES_FOLDER = "refs"
FORMAT = 3
"""1 was without `only_model` and `by_hand`, 2 without `muted`; both are still written for styles without these, as
older versions of the program read them."""
MAX_NAME = 80
MAX_REFERENCES = 10_000


def _text(value: Any) -> Any:
    """Half a character, which JSON can hold and nothing can write, becomes a question mark."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def with_zone(value: datetime) -> datetime:
    """Times of files without a time zone are taken to be of UTC."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


Text = Annotated[str, BeforeValidator(_text)]
# A bare file name: a style from elsewhere must not point outside its own folder.
CopyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}\.(jpg|png)$")]
ReferenceId = Annotated[str, StringConstraints(pattern=r"^[0-9]{3,9}$")]


class DamagedStyle(StyleError):
    """style.json can be read but not understood."""


class NewerStyle(StyleError):
    """style.json was written by a later version of the program."""


class ReferenceDocument(BaseModel):
    """One reference: names of the copies in `refs/`, where they came from, digests of those files' bytes.

    `doubt` says why the edit and its original look swapped, until the user swaps them or says that they are right.
    `by_hand` edits were made in this program: their original is the photo, and so is what they came from. `muted` ones
    are kept, and nothing is learned from them.
    """

    model_config = ConfigDict(extra="forbid")

    id: ReferenceId
    after: CopyName
    before: CopyName | None = None
    source: Text
    before_source: Text | None = None
    after_digest: Text
    before_digest: Text | None = None
    doubt: Text | None = None
    by_hand: bool = False
    muted: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len({one is None for one in (self.before, self.before_source, self.before_digest)}) > 1:
            raise ValueError("an original has a copy, a source and a digest")
        return self


class ModelDocument(BaseModel):
    """The one model that can use a style, as that came without the pixels that others would learn it from."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), BeforeValidator(_text)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), BeforeValidator(_text)]


class StyleDocument(BaseModel):
    """The whole of style.json. `next_id` is the number of the next reference, so that none is used twice."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1, 2, 3] = 1
    name: Annotated[
        str, StringConstraints(min_length=1, max_length=MAX_NAME, strip_whitespace=True), BeforeValidator(_text)
    ]
    created: Annotated[datetime, AfterValidator(with_zone)]
    next_id: int = Field(default=1, ge=1)
    references: Annotated[list[ReferenceDocument], Field(max_length=MAX_REFERENCES)] = []
    only_model: ModelDocument | None = None

    def reference(self, reference_id: str) -> ReferenceDocument:
        """Raises StyleError for an unknown one."""
        for reference in self.references:
            if reference.id == reference_id:
                return reference
        raise StyleError(f"The style “{self.name}” no longer has a reference {reference_id}.")


def read_document(folder: Path) -> StyleDocument:
    """Read `folder/style.json`.

    Raises:
        DamagedStyle: the file makes no sense.
        NewerStyle: of a later version.
        OSError: it cannot be read at all.
    """
    with (folder / FILE_NAME).open("rb") as file:
        return parse_document(file.read(json_files.MAX_BYTES + 1), f"The style in {folder}")


def parse_document(content: bytes, what: str) -> StyleDocument:
    """The description of a style; `what` begins the sentence about one that cannot be used.

    Raises:
        DamagedStyle, NewerStyle: as `read_document`.
    """
    try:
        data = json_files.parse_object(content)
        version = data.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise NewerStyle(f"{what} was made by a newer version of PIE Desktop; update the program.")
        return StyleDocument.model_validate(data)
    except json_files.DamagedJsonError as error:
        raise DamagedStyle(f"{what} is damaged: {FILE_NAME} cannot be used, as {error}.") from error
    except ValidationError as error:
        raise DamagedStyle(f"{what} is damaged: {FILE_NAME} does not describe a style.") from error


def write_document(folder: Path, document: StyleDocument) -> None:
    """Replace `folder/style.json` atomically."""
    with atomic_write(folder / FILE_NAME) as temporary:
        temporary.write_text(document_text(document), encoding="utf-8")


def document_text(document: StyleDocument) -> str:
    """What `parse_document` reads."""
    version: int = FORMAT
    unknown: dict[str, Any] = {}
    if not any(reference.muted for reference in document.references):
        version, unknown = 2, {"references": {"__all__": {"muted"}}}
        if document.only_model is None and not any(reference.by_hand for reference in document.references):
            version, unknown = 1, {"only_model": True, "references": {"__all__": {"by_hand", "muted"}}}
    return document.model_copy(update={"format": version}).model_dump_json(indent=2, exclude=unknown) + "\n"


def style_from(folder: Path, document: StyleDocument, *, builtin: bool) -> Style:
    """The public value; a reference whose copy has gone is *lost*, without its original's copy it is after-only."""
    references, lost = [], []
    for reference in document.references:
        after = folder / REFERENCES_FOLDER / reference.after
        before = folder / REFERENCES_FOLDER / reference.before if reference.before else None
        if after.is_file():
            references.append(reference_from(reference, after, before))
        else:
            lost.append(reference.source)
    only = document.only_model
    return Style(
        id=folder.name,
        name=document.name,
        created=document.created,
        builtin=builtin,
        folder=folder,
        references=tuple(references),
        only_model=OnlyModel(only.id, only.name) if only is not None else None,
        lost=tuple(lost),
    )


def reference_from(reference: ReferenceDocument, after: Path, before: Path | None) -> StyleReference:
    """The public value of a reference whose copies lie there; without that of its original it is after-only."""
    if before is not None and not before.is_file():
        before = None
    digest = f"{reference.after_digest}-{reference.before_digest if before else ''}"
    return StyleReference(
        id=reference.id,
        after=after,
        before=before,
        source=reference.source,
        before_source=reference.before_source,
        digest=f"{digest}-hand" if reference.by_hand else digest,
        doubt=reference.doubt if before else None,
        by_hand=reference.by_hand,
        original_digest=reference.before_digest if before else None,
        muted=reference.muted,
    )


logger = logging.getLogger(__name__)

PREFERENCES = "preference.*.safetensors"  # pattern of the files' names, see `preference_name`


class PreferenceFiles:
    """A cache: whatever is missing or damaged is simply computed again.

    The file's name holds the style's fingerprint, so that a preference can never be taken for that of other references.
    """

    def __init__(self, builtin_folder: Path) -> None:
        """`builtin_folder` takes those of the built-in styles, whose own folders are read-only."""
        self._builtin_folder = builtin_folder

    def load(self, style: Style, bundle_id: str) -> "Preference | None":
        from pie_desktop.model.preference import Preference

        path = self._path(style, bundle_id)
        if not path.is_file():
            return None
        try:
            preference = Preference.load(path)
        except (StyleError, OSError) as error:
            logger.warning("%s", error)
            return None
        return preference if preference.bundle_id == bundle_id else None

    def save(self, style: Style, preference: "Preference") -> None:
        path = self._path(style, preference.bundle_id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            preference.save(path)
        except OSError as error:
            logger.warning("The preference of “%s” could not be kept: %s", style.name, error)
            return
        for other in path.parent.glob(PREFERENCES):
            if not other.name.startswith(f"preference.{style.fingerprint}."):
                with contextlib.suppress(OSError):
                    other.unlink()

    def _path(self, style: Style, bundle_id: str) -> Path:
        folder = self._builtin_folder / style.id if style.builtin else style.folder
        return folder / preference_name(style, bundle_id)


def preference_name(style: Style, bundle_id: str) -> str:
    """Name of the file that keeps what a model learned from a style."""
    model = hashlib.blake2b(bundle_id.encode(), digest_size=6).hexdigest()
    return f"preference.{style.fingerprint}.{model}.safetensors"
