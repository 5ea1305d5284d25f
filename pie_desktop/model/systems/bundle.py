"""Bundles of systems: a trained system of the study as a model that the editor lists and uses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pie_desktop.errors import BundleError
from pie_desktop.model.bundle import (
    SYSTEM,
    BundleInfo,
    bundle_info,
    damaged_weights,
    read_description,
    read_state,
    write_bundle,
)
from pie_desktop.model.systems.build import build_system
from pie_desktop.model.systems.system import System, SystemConfig


def save_system_bundle(path: Path, system: System, name: str, created: str, card: Mapping[str, Any]) -> BundleInfo:
    """Write a bundle of a system, whole or not at all; its weights are stored as they were trained.

    Args:
        path: folder `<name>.piemodel`; it must not exist.
        created: ISO 8601 UTC.
        card: what is told of the training.

    Raises:
        OSError: it exists or cannot be written; nothing is left behind.
    """
    return write_bundle(path, {SYSTEM: system.config.model_dump()}, system.state_dict(), name, created, card)


def load_system_bundle(path: Path) -> tuple[System, BundleInfo]:
    """Load a bundle of a system on the CPU, in evaluation mode.

    Raises:
        BundleError: it is missing, damaged, or its weights are not those of the system that it describes.
    """
    description = read_description(path)
    info = bundle_info(path, description)
    config = system_config(path, description)
    state = read_state(info)
    try:
        system = build_system(config)
        system.load_state_dict(state)
    except Exception as error:
        raise damaged_weights(path) from error
    return system.eval(), info


def system_config(path: Path, description: Mapping[str, Any]) -> SystemConfig:
    """The configuration in a description. Raises BundleError where it is none that a system has."""
    try:
        return SystemConfig.model_validate(description[SYSTEM])
    except (KeyError, ValidationError) as error:
        raise BundleError(f"The model bundle {path} is damaged: its system cannot be used.") from error
