"""`python -m training export-model`: a trained system of the study as a model of the editor."""

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import pie_desktop
from pie_desktop import paths
from pie_desktop.errors import PieError
from pie_desktop.model.bundle import BundleInfo, list_bundles


def export_model(
    system: Annotated[
        Path, typer.Argument(metavar="SYSTEM", help="Folder of a trained system, such as runs/study/starenhancer.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder to put the model in; default: that of the editor's own models.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the model; default: that of the system.")] = None,
) -> None:
    """Make a trained system a model that the editor lists and uses.

    The editor applies colours by LUTs: those of a system that treats equal colours alike, and for the others one that
    is fitted to the system's picture of every photo. How far it is from that picture is shown with each.
    """
    info = write_model(system, out or paths.models_dir(), name)
    console = Console(width=120, highlight=False, markup=False)
    console.print(f"“{info.name}” is in {info.path}; choose it on the Train page, or by --model.", soft_wrap=True)
    known = info.card["validation"]
    if known["psnr"] is not None:
        console.print(
            f"On users and photos that it has not learned from it came to {known['psnr']:.2f} dB; the photos as they "
            f"are have {known['baseline_psnr']:.2f} dB.",
            soft_wrap=True,
        )
    if info.card["failure"]:
        console.print(f"Its training broke off; this is its last checkpoint. {info.card['failure']}", soft_wrap=True)


def write_model(system: Path, models: Path, name: str | None = None) -> BundleInfo:
    """Write the bundle of a trained system.

    Args:
        system: its folder.
        models: folder of bundles, made if missing.
        name: of the model; None for that of the system.

    Raises:
        PieError: the system is missing or damaged, it or a model of that name is there already, or the disk refuses.
    """
    from pie_desktop.model.model_file import free_place
    from pie_desktop.model.systems.build import load_system
    from pie_desktop.model.systems.bundle import save_system_bundle

    loaded, card = load_system(system)
    name = name or _system_name(card, system)
    present = list_bundles(models)
    if any(info.name.casefold() == name.casefold() for info in present):
        raise PieError(f"There is a model “{name}” in {models} already; give this one another name with --name.")
    created = datetime.now(UTC).isoformat(timespec="milliseconds")
    try:
        info = save_system_bundle(free_place(models, name), loaded, name, created, _card(card))
    except OSError as error:
        raise PieError(f"The model could not be written to {models} ({error.strerror or error}).") from error
    return info


def _system_name(card: Mapping[str, Any], folder: Path) -> str:
    settings = card.get("system")
    name = settings.get("name") if isinstance(settings, Mapping) else None
    return str(name or folder.resolve().name)


def _card(trained: Mapping[str, Any]) -> dict[str, Any]:
    """What the editor is told of the training: no name of a photo or of a folder."""
    curve = trained.get("curve") or [{}]
    scale = trained.get("scale") or {}
    return {
        **{key: trained.get(key) for key in ("seed", "steps", "seconds")},
        "validation": {"psnr": curve[-1].get("psnr"), "baseline_psnr": trained.get("identity")},
        "study": {"system": trained.get("system"), "scale": scale.get("name"), "samples": trained.get("samples")},
        "failure": trained.get("failure"),
        "software": {"pie_desktop": pie_desktop.__version__, "python": platform.python_version()},
    }
