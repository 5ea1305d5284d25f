"""Presets: named ways to write photos. Some come with the program, the others are the user's, one JSON file each."""

import logging
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pie_desktop import json_files, paths
from pie_desktop.edit.versions import Source
from pie_desktop.errors import PieError
from pie_desktop.export.names import collision_key, portable_name
from pie_desktop.export.photo_edits import EditOf
from pie_desktop.export.plan import plan_export
from pie_desktop.export.settings import ExportSettings, PlannedPhoto
from pie_desktop.export.targets import TargetNames
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.leftovers import TEMPORARY_PREFIX, remove_abandoned

_log = logging.getLogger(__name__)

SUFFIX = ".piepreset"
MAX_NAME = 60
_KIND = "pie-desktop export preset"
_VERSION = 1
_MAX_FILE = 64 * 1024


class PresetError(PieError):
    """A preset that is missing, cannot be read or cannot be kept: one sentence."""


class DamagedPresetError(PresetError):
    """A file that is no preset, or none any more."""


@dataclass(frozen=True)
class ExportPreset:
    """A named way to write photos.

    Attributes:
        name: unique without regard to case.
        encode: format, size, sharpening, colour space, metadata.
        builtin: comes with the program and cannot be changed.
    """

    name: str
    encode: EncodeOptions
    builtin: bool = False


BUILTIN = (
    ExportPreset("Full JPEG", EncodeOptions("jpeg", 95), builtin=True),
    ExportPreset(
        "Web 2048 px",
        EncodeOptions("jpeg", 85, long_side=2048, sharpen="standard", metadata="no-location"),
        builtin=True,
    ),
    ExportPreset("Print TIFF 16", EncodeOptions("tiff16", color="adobe-rgb"), builtin=True),
    ExportPreset("HEIC 10 bit, Display P3", EncodeOptions("heic10", 85, color="display-p3"), builtin=True),
)


class PresetLibrary:
    """The presets of the program and of the user."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder is not None else paths.presets_dir()
        self._problems: dict[str, str] = {}

    def presets(self) -> list[ExportPreset]:
        """Those of the program first, then the user's by name; damaged files are set aside, see `take_problems`."""
        own = []
        for file in sorted(self._files()):
            try:
                own.append(read_preset(file))
            except DamagedPresetError as error:
                place = json_files.set_aside(file)
                done = f"It was set aside as {place}." if place is not None else "It could not be set aside."
                self._problems.setdefault(file.name, f"{error} {done}")
            except PresetError as error:
                self._problems.setdefault(file.name, str(error))
        return [*BUILTIN, *sorted(own, key=lambda preset: collision_key(preset.name))]

    def take_problems(self) -> list[str]:
        """A sentence for each preset file that could not be read, each once."""
        told = [problem for problem in self._problems.values() if problem]
        self._problems = dict.fromkeys(self._problems, "")
        return told

    def find(self, name: str) -> ExportPreset:
        """A preset by name, without regard to case. Raises PresetError."""
        presets = self.presets()
        for preset in presets:
            if collision_key(preset.name) == collision_key(name.strip()):
                return preset
        names = ", ".join(f"“{preset.name}”" for preset in presets)
        raise PresetError(f"There is no preset “{name}”; the presets are {names}.")

    def save(self, name: str, encode: EncodeOptions, *, overwrite: bool = False) -> ExportPreset:
        """Keep options under a name.

        Raises:
            PresetError: the name is empty, too long, one of the program's or (without `overwrite`) taken; or the file
                cannot be written.
        """
        preset = ExportPreset(_checked_name(name), encode)
        taken = next((one for one in self.presets() if collision_key(one.name) == collision_key(preset.name)), None)
        if taken is not None and taken.builtin:
            raise PresetError(f"“{taken.name}” comes with the program and cannot be changed; choose another name.")
        if taken is not None and not overwrite:
            raise PresetError(f"There is already a preset “{taken.name}”; choose another name.")
        file = self._file_of(taken) if taken is not None else self._free_file(preset.name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PresetError(f"The folder {self._folder} could not be made ({error.strerror or error}).") from error
        remove_abandoned(self._folder)
        write_preset(preset, file, overwrite=taken is not None)
        return preset

    def delete(self, name: str) -> ExportPreset:
        """Delete one of the user's presets. Returns it, so that it can be saved again. Raises PresetError."""
        preset = self.find(name)
        if preset.builtin:
            raise PresetError(f"“{preset.name}” comes with the program and cannot be deleted.")
        try:
            self._file_of(preset).unlink(missing_ok=True)
        except OSError as error:
            raise PresetError(f"“{preset.name}” could not be deleted ({error.strerror or error}).") from error
        return preset

    def import_file(self, path: Path) -> ExportPreset:
        """Take over a preset file; under a free name such as `Web (2)` where its own is taken. Raises PresetError."""
        preset = read_preset(path)
        names = {collision_key(one.name) for one in self.presets()}
        name, number = preset.name, 1
        while collision_key(name) in names:
            number += 1
            name = f"{preset.name[: MAX_NAME - 6]} ({number})"
        return self.save(name, preset.encode)

    def _file_of(self, preset: ExportPreset) -> Path:
        for file in self._files():
            try:
                if read_preset(file).name == preset.name:
                    return file
            except PresetError:
                continue
        return self._free_file(preset.name)

    def _files(self) -> list[Path]:
        """Without temporary ones, also those of earlier versions."""
        return [file for file in self._folder.glob(f"*{SUFFIX}") if not file.name.startswith(TEMPORARY_PREFIX)]

    def _free_file(self, name: str) -> Path:
        stem, number = portable_name(name), 1
        while (file := self._folder / f"{stem}{f'-{number}' if number > 1 else ''}{SUFFIX}").exists():
            number += 1
        return file


def read_preset(path: Path) -> ExportPreset:
    """A preset from its file, which is not trusted: every value is checked, what is unknown is left out.

    Raises:
        DamagedPresetError: it is no preset.
        PresetError: it cannot be read, or a newer version wrote it.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_FILE + 1)
    except OSError as error:
        raise PresetError(f"{path} could not be read ({error.strerror or error}).") from error
    try:
        document: Any = json_files.parse(text, max_bytes=_MAX_FILE)
        if not isinstance(document, dict) or document.get("kind") != _KIND:
            raise DamagedPresetError(f"{path.name} is not an export preset.")
        if not isinstance(document.get("version"), int) or document["version"] > _VERSION:
            raise PresetError(f"{path.name} was written by a newer version of this program.")
        return ExportPreset(_checked_name(document["name"]), json_files.as_type(EncodeOptions, document["encode"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        _log.info("The preset %s: %s", path, error)
        detail = str(error) if isinstance(error, json_files.DamagedJsonError) else "it is damaged"
        raise DamagedPresetError(f"{path.name} cannot be used as an export preset: {detail}.") from error


def write_preset(preset: ExportPreset, path: Path, *, overwrite: bool = False) -> None:
    """Write a preset as a file that `import_file` takes, on this computer or another. Raises PresetError."""
    options = {name: value for name, value in asdict(preset.encode).items() if value is not None}
    document = {"kind": _KIND, "version": _VERSION, "name": preset.name, "encode": options}
    try:
        with atomic_write(path, overwrite=overwrite) as temporary:
            temporary.write_text(json_files.to_text(document), encoding="utf-8")
    except FileExistsError as error:
        raise PresetError(f"{path} already exists and was not replaced; choose another name.") from error
    except OSError as error:
        raise PresetError(f"{path} could not be written ({error.strerror or error}).") from error


def settings_for(settings: ExportSettings, presets: Sequence[ExportPreset]) -> list[ExportSettings]:
    """One export for each preset. With several, each writes into a folder of its own name unless the name template
    tells them apart by `{preset}` itself."""
    several = len(presets) > 1 and "{preset}" not in settings.name
    name = "{preset}/" + settings.name if several else settings.name
    return [replace(settings, encode=preset.encode, preset=preset.name or None, name=name) for preset in presets]


def plan_all(
    sources: Iterable[Source],
    exports: Sequence[ExportSettings],
    progress: Callable[[float], None] | None = None,
    should_cancel: Callable[[], bool] | None = None,
    edit_of: EditOf | None = None,
) -> list[list[PlannedPhoto]]:
    """A plan for each of several exports into one destination, no two of which write the same file.

    Raises:
        DecodeError, Cancelled: as `plan_export`.
    """
    photos = list(sources)
    names = TargetNames(exports[0].destination.absolute())
    plans: list[list[PlannedPhoto]] = []

    def tell(fraction: float) -> None:
        if progress is not None:
            progress((len(plans) + fraction) / len(exports))

    for settings in exports:
        plans.append(plan_export(photos, settings, tell, should_cancel, names, edit_of))
    return plans


def options_from_json(values: object) -> EncodeOptions | None:
    """Options as `dataclasses.asdict` gives them, with every value checked; None where they cannot be used."""
    try:
        return json_files.as_type(EncodeOptions, values)
    except json_files.DamagedJsonError:
        return None


def _checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > MAX_NAME or any(unicodedata.category(letter)[0] == "C" for letter in cleaned):
        raise PresetError(f"A preset's name can have 1 to {MAX_NAME} characters; choose another name.")
    return cleaned
