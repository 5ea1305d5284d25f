"""What there is to look at while a run trains: held-out photos as the model makes them, and a map of the references.

The pictures are files in the folder of the run, which its events name.
"""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.pairs.check import read_pair
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.run_folder import SHEET, WATCH
from training.data.batch import Group, Roles
from training.fit.gain import Score
from training.fit.objective import Objective
from training.fit.projection import project
from training.fit.validation import Validation
from training.running.events import Event

SHOWN = 8  # held-out photos
SIDE = 480  # long side of their pictures, px
REFERENCES = 120  # most references on the map
IN_A_ROW, THUMBNAIL = SHEET
MAP_SECONDS = 60.0  # of training between two maps
_CHUNK = 24  # references that are encoded at a time
QUALITY = 90


@dataclass(frozen=True)
class Shown:
    """A held-out photo that is shown.

    Attributes:
        row: among the queries of the validation.
        name: of the edit.
        original, edited: uint8 `(H, W, 3)`, sRGB, in one frame.
    """

    row: int
    name: str
    original: np.ndarray
    edited: np.ndarray


@dataclass(frozen=True)
class References:
    """The references of the map.

    Attributes:
        names: of the edits.
        before, after: `(M, S, S, 3)` uint8, sRGB.
    """

    names: Sequence[str]
    before: np.ndarray
    after: np.ndarray


def shown_photos(held: Sequence[PairGuess]) -> list[Shown]:
    """The first of the held-out pairs, decoded anew; those that are gone meanwhile are passed over."""
    found: list[Shown] = []
    for row, guess in enumerate(held):
        if len(found) == SHOWN:
            break
        assert guess.before is not None
        checked = read_pair(guess.before, guess.after, SIDE)
        if checked.pair is not None:
            pictures = (_reduced(to_uint8(image)) for image in (checked.pair.original, checked.pair.edited))
            found.append(Shown(row, guess.after.name, *pictures))
    return found


def _reduced(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image if scale == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)


class Watching:
    """Makes the pictures of a run and tells where they are. A disk that takes none costs the run nothing.

    Args:
        run: its folder.
        photos: held-out photos that are shown.
        references: of the map; None for none.
    """

    def __init__(self, run: Path, photos: Sequence[Shown], references: References | None) -> None:
        self._folder, self._photos, self._references = run / WATCH, photos, references
        self._points: np.ndarray | None = None
        self._mapped_at = -math.inf
        self._written = False

    def look(
        self,
        objective: Objective,
        validation: Validation,
        scores: Sequence[Score],
        step: int,
        elapsed: float,
        last: bool,
    ) -> Iterator[Event]:
        """The pictures as the network makes them now.

        Args:
            objective: of the network.
            validation: whose only case has the photos among its queries.
            scores: of its queries now.
            step, elapsed: steps, and seconds, of training.
            last: whether the run ends here, so that the map is not to be older.

        Yields:
            Events `pictures` and `map`.
        """
        with contextlib.suppress(OSError):
            self._write_what_stays()
            if self._photos:
                luts = self._luts(objective, validation)
                for number, (photo, lut) in enumerate(zip(self._photos, luts, strict=True), 1):
                    self._write(f"{number}-ours.jpg", apply_lut(photo.original, lut))
                told = [{"name": photo.name, "psnr": scores[photo.row].psnr} for photo in self._photos]
                yield {"event": "pictures", "step": step, "photos": told}
        if self._references is not None and (last or elapsed - self._mapped_at >= MAP_SECONDS):
            self._mapped_at = elapsed
            self._points = project(self._vectors(objective, self._references), start=self._points)
            points = np.round(self._points.astype(np.float64), 3).tolist()
            yield {"event": "map", "step": step, "points": points, "names": list(self._references.names)}

    def _write_what_stays(self) -> None:
        if self._written:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        for number, photo in enumerate(self._photos, 1):
            self._write(f"{number}-before.jpg", photo.original)
            self._write(f"{number}-yours.jpg", photo.edited)
        if self._references is not None:
            self._write("references.jpg", contact_sheet(self._references.after))
        self._written = True

    def _write(self, name: str, image: np.ndarray) -> None:
        with atomic_write(self._folder / name) as temporary:
            Image.fromarray(image).save(temporary, "JPEG", quality=QUALITY)

    @torch.no_grad()
    def _luts(self, objective: Objective, validation: Validation) -> list[np.ndarray]:
        """Of every photo, `float32 (S, S, S, 3)`, with the references of the validation."""
        device = objective.network.prior.table.device
        group, roles = validation.cases[0][0].to(device), validation.cases[0][1].to(device)
        rows = torch.tensor([photo.row for photo in self._photos], device=device)
        some = Roles(roles.reference, roles.query[:, rows], roles.has_before, roles.valid)
        answer = objective.answer(group, objective.prepare(group), some)
        luts: np.ndarray = objective.network.prior.luts(answer.weights)[0].clamp(0, 1).cpu().numpy()
        return list(luts.astype(np.float32))

    @torch.no_grad()
    def _vectors(self, objective: Objective, references: References) -> np.ndarray:
        """The preference vector `(D,)` of each reference alone, with its original."""
        network = objective.network
        device, side = network.prior.table.device, network.architecture.side

        def images(bank: np.ndarray) -> Tensor:
            planes = torch.from_numpy(np.ascontiguousarray(bank)).permute(0, 3, 1, 2).float() / 255
            return torch.nn.functional.interpolate(planes, size=(side, side), mode="area")[:, None].to(device)

        found = []
        for start in range(0, len(references.names), _CHUNK):
            part = slice(start, start + _CHUNK)
            group = Group(images(references.before[part]), images(references.after[part]))
            first = torch.zeros(len(group.input), 1, dtype=torch.long, device=device)
            there = torch.ones_like(first, dtype=torch.bool)
            style, _ = objective.encode(group, objective.prepare(group), Roles(first, first[:, :0], there, there))
            found.append(style.vector.cpu().numpy())
        return np.concatenate(found)


def contact_sheet(images: np.ndarray) -> np.ndarray:
    """Images `(M, S, S, 3)` uint8 as one, `IN_A_ROW` beside each other, `THUMBNAIL` px each."""
    rows = math.ceil(len(images) / IN_A_ROW)
    sheet = np.zeros((rows * THUMBNAIL, IN_A_ROW * THUMBNAIL, 3), np.uint8)
    for number, image in enumerate(images):
        y, x = THUMBNAIL * (number // IN_A_ROW), THUMBNAIL * (number % IN_A_ROW)
        small = cv2.resize(image, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
        sheet[y : y + THUMBNAIL, x : x + THUMBNAIL] = small
    return sheet
