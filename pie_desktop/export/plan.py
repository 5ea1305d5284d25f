"""What an export will write, worked out before anything is written."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pie_desktop import paths
from pie_desktop.edit.versions import PhotoVersion, Source
from pie_desktop.errors import Cancelled
from pie_desktop.export.bursts import Frame, find_bursts
from pie_desktop.export.facts import PhotoFacts, estimate_bytes
from pie_desktop.export.history import ExportHistory, told_apart
from pie_desktop.export.name_values import read_facts, values_of
from pie_desktop.export.names import SUMMARY_FIELDS, NameTemplate, NameValues
from pie_desktop.export.photo_edits import EditOf
from pie_desktop.export.settings import Conflict, ExportSettings, PlannedPhoto
from pie_desktop.export.sources import alike_versions, edits_of, expand_sources
from pie_desktop.export.targets import Originals, Target, TargetNames, destination_problem, space_problem
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.formats.registry import all_formats


def plan_export(
    sources: Iterable[Source],
    settings: ExportSettings,
    progress: Callable[[float], None] | None = None,
    should_cancel: Callable[[], bool] | None = None,
    names: TargetNames | None = None,
    edit_of: EditOf | None = None,
) -> list[PlannedPhoto]:
    """Decide for each photo where it goes; looks at names and headers only, writes nothing.

    No two photos of a plan get the same target, and no target is an original, whatever `on_conflict` says. With `skip`,
    what is done is known from the journals of earlier exports and the notes in files, by content and settings: the
    names of photos may shift when others come or go, and a photo gets another name where a file has its own that is not
    known to be of it. Otherwise the names do not depend on what the destination holds.

    Args:
        sources: photos, folders and versions of photos; of a folder its photos are taken, RAW + JPEG as one, and
            without their virtual copies. Doubles are dropped.
        settings: the export.
        progress: called with fractions.
        should_cancel: asked between two photos.
        names: those of other plans of the same run, which are then avoided, too.
        edit_of: the edit of each photo, where it is not that of the settings for all: for names, for what was exported
            before, and for photos whose edit cannot be used.

    Raises:
        DecodeError: a folder among the sources cannot be read.
        Cancelled: `should_cancel` answered True.
    """
    photos = expand_sources(sources)
    names = names or TargetNames(settings.destination.absolute())
    blocked = destination_problem(names.destination)
    template = NameTemplate(settings.name)
    originals = Originals(photo.path for photo in photos)
    edits = edits_of(photos, edit_of, should_cancel)
    alike = alike_versions(photos, edits)
    history = None
    if settings.on_conflict == "skip":
        history = ExportHistory(paths.exports_dir(), settings, should_cancel, edits)
    done = _already_exported(photos, names.destination, history, should_cancel)
    for photo, skipped in done.items():
        names.keep(skipped.target, photo.path)
    prepared: list[tuple[PhotoVersion, PhotoFacts | str, NameValues, Target]] = []
    for number, photo in enumerate(photos, 1):
        if should_cancel is not None and should_cancel():
            raise Cancelled
        facts = read_facts(photo.path, settings.burst_lock or bool(template.fields & SUMMARY_FIELDS))
        own = edits.get(photo)
        values = values_of(photo, number, facts, settings, own.edit if own is not None else settings.edit)
        if own is not None:
            values = replace(values, style=own.style)
        if photo in done:
            target = Target(done[photo].target, taken=False, mended=False)
        else:
            target = names.give(template.render(values), settings.encode.suffix, photo=photo.path)
        prepared.append((photo, facts, values, target))
        if progress is not None:
            progress(number / len(photos))
    plan = []
    for photo, facts, values, target in prepared:
        problem = facts if isinstance(facts, str) else facts.problem
        own_edit = edits.get(photo)
        problem = problem or (own_edit.problem if own_edit is not None else None)
        problem = problem or blocked or names.problem(target.path)
        if problem is not None or isinstance(facts, str):
            plan.append(PlannedPhoto(photo.path, target.path, "fail", problem, copy=photo.copy))
            continue
        if photo in done:
            plan.append(done[photo])
            continue
        if (other := alike.get(photo)) is not None:
            problem = f"With one edit for all, {photo.name} would be the same as {other.name}, and was skipped."
            plan.append(PlannedPhoto(photo.path, target.path, "skip", problem, copy=photo.copy))
            continue
        planned = _resolve(photo, target, settings.on_conflict, names, originals)
        if planned is None:
            free = names.give(template.render(values), settings.encode.suffix, avoid_existing=True, photo=photo.path)
            reason = _reason(photo, target, settings.on_conflict, originals, history)
            problem = f"{reason} {photo.name} is written as {free.path.name}." if reason else None
            planned = PlannedPhoto(photo.path, free.path, "write", problem, renamed=True, copy=photo.copy)
        plan.append(_with_size(planned, facts, values, settings.encode) if planned.writes else planned)
    if settings.burst_lock:
        plan = _with_bursts(plan, [facts for _, facts, _, _ in prepared], should_cancel)
    return _refuse_what_cannot_fit(plan, names.destination)


def _already_exported(
    photos: list[PhotoVersion],
    destination: Path,
    history: ExportHistory | None,
    should_cancel: Callable[[], bool] | None,
) -> dict[PhotoVersion, PlannedPhoto]:
    """The photos of which earlier exports made files with the same settings, and those that are such files."""
    found: dict[PhotoVersion, PlannedPhoto] = {}
    if history is not None and destination.is_dir():
        for photo in photos:
            if should_cancel is not None and should_cancel():
                raise Cancelled
            file = history.of_photo(photo)
            if file is not None:
                problem = f"{photo.name} has been exported before, as {file.name}, and was skipped."
                found[photo] = PlannedPhoto(photo.path, file, "skip", problem, copy=photo.copy)
            elif photo.path.is_relative_to(destination) and (origin := history.is_made_of(photo.path)) is not None:
                problem = f"{photo.name} is itself an export of {origin} with these settings, and was skipped."
                found[photo] = PlannedPhoto(photo.path, photo.path, "skip", problem, copy=photo.copy)
    return found


def _resolve(
    photo: PhotoVersion,
    target: Target,
    conflict: Conflict,
    names: TargetNames,
    originals: Originals,
) -> PlannedPhoto | None:
    """The plan of a photo; None when it needs a name that no file has."""
    path = target.path
    warning = _name_warning(photo, target)
    planned = PlannedPhoto(photo.path, path, "write", warning, renamed=target.taken, copy=photo.copy)
    if not os.path.lexists(path):
        return planned
    if conflict == "overwrite" and path.is_dir():
        return replace(
            planned, action="fail", problem=f"{path} is a folder; choose another destination.", renamed=False
        )
    if conflict == "overwrite" and path not in originals:
        if (problem := names.replace(path)) is not None:
            return replace(planned, action="fail", problem=problem, renamed=False)
        return replace(planned, action="overwrite")
    return None


def _reason(
    photo: PhotoVersion, wanted: Target, conflict: Conflict, originals: Originals, history: ExportHistory | None
) -> str | None:
    """Why a photo gets another name, for the start of a sentence; None where that is what was asked for."""
    if conflict == "unique":
        return None
    if wanted.path in originals:
        return f"{wanted.path.name} is an original and is never replaced;"
    return f"{wanted.path.name} {history.told(wanted.path, photo)}, so" if history is not None else None


def _name_warning(photo: PhotoVersion, target: Target) -> str | None:
    if target.taken_by is not None:
        other = told_apart(target.taken_by, photo.path)
        return f"{other} has that name in this export, so {photo.name} is written as {target.path.name}."
    if target.taken:
        return f"Another photo in this export has that name, so {photo.name} is written as {target.path.name}."
    if target.mended:
        return f"Not every system accepts that name, so {photo.name} is written as {target.path.name}."
    return None


def _with_size(planned: PlannedPhoto, facts: PhotoFacts, values: NameValues, encode: EncodeOptions) -> PlannedPhoto:
    pixels = facts.width * facts.height
    is_jpeg = planned.source.suffix.lower() in all_formats()["jpeg"].suffixes and pixels > 0
    density = facts.file_size / pixels if is_jpeg else None
    file_size = estimate_bytes(encode, values.width * values.height, facts.bit_depth, density)
    return replace(planned, size=(values.width, values.height), file_size=file_size)


def _with_bursts(
    plan: list[PlannedPhoto], facts: Sequence[PhotoFacts | str], should_cancel: Callable[[], bool] | None
) -> list[PlannedPhoto]:
    """Also photos that are skipped count: an export that is repeated finds the same bursts.

    A virtual copy is no other frame: it has an edit of its own.
    """
    frames = [
        Frame(photo.source, None, None, (0, 0))
        if isinstance(known, str) or photo.action == "fail" or photo.copy
        else Frame(photo.source, known.summary.taken, known.summary.camera, (known.width, known.height))
        for photo, known in zip(plan, facts, strict=True)
    ]
    numbers = find_bursts(frames, should_cancel)
    return [replace(photo, burst=numbers.get(index)) for index, photo in enumerate(plan)]


def _refuse_what_cannot_fit(plan: list[PlannedPhoto], destination: Path) -> list[PlannedPhoto]:
    problem = space_problem(destination, sum(photo.file_size or 0 for photo in plan))
    if problem is None:
        return plan
    failed = {"action": "fail", "problem": problem, "size": None, "file_size": None}
    return [replace(photo, **failed) if photo.writes else photo for photo in plan]  # type: ignore[arg-type]
