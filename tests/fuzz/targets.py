"""What is tried: by name, how an input is made and what it goes through."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.corpus import Corpus

Make = Callable[[Corpus, random.Random, Path], Path]
"""Makes an input in an empty folder, and gives the file that was changed; what belongs to it lies beside it."""

Try = Callable[[Path], None]
"""Takes the file of `Make` through the program. A PieError is the answer that a damaged file should get."""


class Fault(Exception):
    """What the program may never do, although it raised nothing: the message says what it did."""


def targets() -> dict[str, tuple[Make, Try]]:
    from tests.fuzz import export_targets, file_targets, model_targets, page_target, photo_targets, style_targets

    return {
        "photo": (photo_targets.make_photo, photo_targets.try_photo),
        "export": (export_targets.make_export, export_targets.try_export),
        "sidecar": (export_targets.make_sidecar, export_targets.try_export),
        "resume": (export_targets.make_journal, export_targets.try_resume),
        "reference": (style_targets.make_references, style_targets.try_references),
        "style": (style_targets.make_style, style_targets.try_style),
        "preference": (style_targets.make_preference, style_targets.try_preference),
        "history": (style_targets.make_history, style_targets.try_history),
        "shared": (style_targets.make_shared, style_targets.try_shared),
        "blend": (style_targets.make_blend, style_targets.try_blend),
        "bundle": (model_targets.make_bundle, model_targets.try_bundle),
        "model": (model_targets.make_model, model_targets.try_model),
        "lut": (file_targets.make_lut, file_targets.try_lut),
        "edit": (file_targets.make_edit, file_targets.try_edit),
        "settings": (file_targets.make_settings, file_targets.try_settings),
        "preset": (file_targets.make_preset, file_targets.try_preset),
        "picks": (file_targets.make_picks, file_targets.try_picks),
        "catalog": (file_targets.make_catalog, file_targets.try_catalog),
        "pages": (page_target.make_home, page_target.try_pages),
    }


def taken_again(kept: Path, place: Path, was: str) -> None:
    """Put a kept input into a folder, with its new place wherever its files name the old one."""
    shutil.copytree(kept, place, dirs_exist_ok=True)
    for path in place.rglob("*"):
        if path.is_file() and was.encode() in (content := path.read_bytes()):
            path.write_bytes(content.replace(was.encode(), str(place).encode()))
