"""Arguments that several commands share, and what is made of them."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from pie_desktop import json_files, paths
from pie_desktop.commands.console import say_problem
from pie_desktop.edit.edit import MAX_TEXT, MIX, Edit
from pie_desktop.edit.part import Parameter, Part, all_parameters, part_type
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.unapplied import unapplied_sentence
from pie_desktop.errors import EditError, PieError

if TYPE_CHECKING:
    from pie_desktop.engine.engine import Engine
    from pie_desktop.imaging.pairs.find import EditPair
    from pie_desktop.styles.store import StyleLibrary
    from pie_desktop.styles.style import Style as StyleOnDisk

Style = Annotated[str | None, typer.Option("--style", help="Name or id of a style; neutral enhancement without it.")]
Blend = Annotated[str | None, typer.Option("--blend", help="Name or id of a second style to blend the first one with.")]
Mix = Annotated[
    float | None,
    typer.Option("--mix", min=MIX.low, max=MIX.high, help=f"{MIX.help} {MIX.default:g} by default, with --blend."),
]
Model = Annotated[str | None, typer.Option("--model", help="Name or folder of a model; by default that of the editor.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:N or mps.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]

Originals = Annotated[
    list[Path] | None,
    typer.Option("--before", metavar="ORIGINAL...", help="Their originals, if they are not found automatically."),
]

AS_IT_IS = Edit()
"""The default of the parameter that `with_edit` fills; that very object where no option was given."""

SPREAD_OPTIONS = ("--refs", "--before")


def spread_values(arguments: Sequence[str]) -> list[str]:
    """`--refs a b c` as `--refs a --refs b --refs c`: that is what a shell makes of `--refs edits/*.jpg`."""
    spread: list[str] = []
    option: str | None = None
    for position, argument in enumerate(arguments):
        if argument == "--":
            return spread + list(arguments[position:])
        if argument in SPREAD_OPTIONS:
            option = argument
        elif argument.startswith("-"):
            option = None
            spread.append(argument)
        elif option is not None:
            spread += [option, argument]
        else:
            spread.append(argument)
    return spread


def photos_in(sources: Sequence[Path], recursive: bool = False, except_in: Path | None = None) -> list[Path]:
    """The photos that are named, each file once, folders replaced by the photos in them.

    Of a folder around the folder `except_in`, the photos in the latter are left out.

    In a folder, RAW + JPEG of one name are one photo: the RAW.

    A file is taken at the user's word, whatever its suffix and even when it is missing: reading it will tell, and the
    rest goes on. Raises PieError for a folder without photos.
    """
    from pie_desktop.imaging.listing import distinct_files, list_photos, one_per_photo

    photos: list[Path] = []
    for source in sources:
        if source.is_dir():
            found = one_per_photo(list_photos(source, recursive=recursive))
            if except_in is not None and source.resolve() in except_in.resolve().parents:
                found = [photo for photo in found if not photo.resolve().is_relative_to(except_in.resolve())]
            if not found:
                raise PieError(f"There are no photos in the folder “{source}”.")
            photos += found
        else:
            photos.append(source)
    return distinct_files(photos)


def edit_pairs(edits: Sequence[Path], originals: Sequence[Path]) -> "list[EditPair]":
    """Each edit with its original: one of `originals`, or looked for where such files are usually kept.

    Originals that belong to no edit by their names are taken in the order given when there are as many such edits.
    """
    from pie_desktop.imaging.pairs.find import EditPair, find_pairs

    given = photos_in(originals)
    pairs = {guess.after: guess.before for guess in find_pairs(photos_in(edits), given)}
    left = [original for original in given if original not in pairs.values()]
    waiting = [edit for edit, before in pairs.items() if before not in given]
    if len(left) == len(waiting):
        pairs.update(zip(waiting, left, strict=True))
    else:
        for original in left:
            say_problem(f"“{original.name}” does not match the name of any edit and is not used.")
    return [EditPair(after, before) for after, before in pairs.items()]


def open_library() -> "StyleLibrary":
    """The user's styles; damaged ones are reported when they are listed."""
    from pie_desktop.styles.store import StyleLibrary

    return StyleLibrary()


def chosen_styles(
    library: "StyleLibrary", style: str | None, blend: str | None = None, mix: float | None = None
) -> "list[StyleOnDisk]":
    """The styles that options name: none, one, or the two of a blend.

    Raises:
        StyleError: there is no such style.
        PieError: the options make no sense together.
    """
    if blend is None and mix is not None:
        raise PieError("--mix says how two styles are blended; give the second one with --blend.")
    if blend is not None and style is None:
        raise PieError("--blend needs a first style to blend with; give it with --style.")
    found = [library.find(name) for name in (style, blend) if name is not None]
    if len({one.id for one in found}) < len(found):
        raise PieError(f"“{found[0].name}” blended with itself is “{found[0].name}”; leave --blend out.")
    return found


def isolate_decoding() -> None:
    """From here on a photo that crashes its decoder costs a sentence, not the command."""
    from pie_desktop.imaging import isolation

    isolation.start(warm=0)


def open_engine(library: "StyleLibrary", model: str | None, device: str) -> "Engine":
    """What enhances photos, and reads them in processes of their own; says when the chosen model is not known."""
    isolate_decoding()
    if model is None:
        _, problem = json_files.read_settings(paths.settings_path())
        if problem is not None:
            say_problem(problem)
    from pie_desktop.engine.bundles import find_bundle
    from pie_desktop.engine.engine import Engine

    return Engine(library, find_bundle(model) if model is not None else None, device)


def expanded(
    command: Callable[..., None], place: str, options: Mapping[str, Any], value: Callable[[dict[str, Any]], Any]
) -> Callable[..., None]:
    """A command with many options in the place of one of its parameters.

    Args:
        command: a function that typer reads.
        place: the parameter.
        options: annotations of the options by name; each is None unless given.
        value: makes the parameter's value of the options that were given.
    """

    @functools.wraps(command)
    def with_them(**arguments: Any) -> None:
        given = {name: arguments.pop(name) for name in options}
        command(**arguments, **{place: value({name: one for name, one in given.items() if one is not None})})

    signature = inspect.signature(command)
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.name != place:
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        for name, annotation in options.items():
            parameters.append(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            )
    # typer reads both.
    with_them.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_them.__annotations__ = {**get_type_hints(command, include_extras=True), **options}
    del with_them.__annotations__[place]
    return with_them


def with_edit(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the options that make an edit in the place of its parameter `edit`.

    An option for every number of the style, `--adjust` for those of all other parts, and `--edit` for a file.
    """
    by_name = {one.option.replace("-", "_"): one for one in StylePart.parameters() if one != MIX}
    options: dict[str, Any] = {
        name: Annotated[
            float | None,
            typer.Option(f"--{one.option}", min=one.low, max=one.high, help=f"{one.help} {one.default:g} by default."),
        ]
        for name, one in by_name.items()
    }
    options["adjust"] = Annotated[
        list[str] | None,
        typer.Option(
            "--adjust",
            metavar="NAME=VALUE,...",
            help="Adjustments on top of the enhancement, such as exposure=1,contrast=20; with --amount 0 alone.",
        ),
    ]
    options["edit_file"] = Annotated[
        Path | None,
        typer.Option(
            "--edit",
            metavar="FILE",
            help="A .json file with an edit, whose amounts and adjustments are the start; its style does not count.",
        ),
    ]

    def edit_of(given: dict[str, Any]) -> Edit:
        file, changes = given.pop("edit_file", None), given.pop("adjust", None) or []
        edit = read_edit(file) if file is not None else AS_IT_IS
        for name, value in given.items():
            edit = edit.with_value(by_name[name], value)
        return adjusted_edit(edit, changes)

    return expanded(command, "edit", options, edit_of)


def adjusted_edit(edit: Edit, changes: Sequence[str]) -> Edit:
    """An edit with adjustments by name.

    Args:
        edit: what they are made to.
        changes: each such as `exposure=1,contrast=20`; of one name the last counts.

    Raises:
        PieError: there is no such adjustment, or its value is no number within its bounds.
    """
    known = {one.option: one for one in all_parameters() if one.part != StylePart.KEY}
    given: dict[type[Part], dict[str, float]] = {}
    for change in (one.strip() for changed in changes for one in changed.split(",")):
        name, _, text = change.partition("=")
        parameter = known.get(name.strip().replace("_", "-"))
        if parameter is None:
            raise PieError(f"There is no adjustment “{name}”. {_list_of(known.values())}")
        try:
            value = float(text)
        except ValueError:
            raise PieError(f"“{change}” gives no number; write {parameter.option}=VALUE.") from None
        kind = part_type(parameter.part)
        if not parameter.low <= value <= parameter.high:
            raise PieError(f"“{change}” is out of range. {_list_of(known.values())}")
        if (problem := kind.outside(parameter.name, value)) is not None:
            raise PieError(f"“{change}” cannot be used: {problem}.")
        given.setdefault(kind, {})[parameter.name] = value
    for kind, values in given.items():  # all of a part at once: some numbers, such as both flips, change others
        edit = edit.with_part(replace(edit.part(kind), **values))
    return edit


def _list_of(parameters: Iterable[Parameter]) -> str:
    return "The adjustments are " + ", ".join(f"{one.option} ({one.low:g} to {one.high:g})" for one in parameters) + "."


def read_edit(file: Path) -> Edit:
    """The edit in a file, without its style. Raises PieError for a file that cannot be read or is damaged."""
    try:
        stored = json_files.read_object(file, max_bytes=MAX_TEXT)
        edit = Edit.from_json(stored).with_style(None)
    except OSError as error:
        raise PieError(f"The edit “{file}” cannot be read ({error.strerror or error}).") from error
    except json_files.DamagedJsonError as error:
        raise PieError(f"The edit “{file}” is damaged: {error}.") from error
    except EditError as error:
        raise PieError(f"“{file}”: {error}") from error
    if edit.unapplied:
        say_problem(unapplied_sentence(edit.unapplied, f"“{file.name}”"))
    return edit
