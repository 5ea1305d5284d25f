"""The users of the study: a fixed, finite population, drawn once, on which every system is trained alike.

Losses with a proxy per user need finitely many of them, and a comparison needs the same ones for everybody. Users are
rendered once into two memory-mapped arrays; a training step only picks from them.
"""

import copy
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor

from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.features import to_bytes
from training.data.batch import Group
from training.data.photos import finished_photos, photo_bank, split_bank
from training.data.prepared import PreparedSource, open_prepared
from training.data.source import Source, seeded
from training.data.users import UserMix, UserSimulator
from training.study.config import PopulationConfig, Scale

CURVE_QUERIES = 3  # photos per user that the training curve is measured on
BASIS_PHOTOS = 1000  # of a prepared cache, copied to memory: they show which colours a LUT basis has to know
HOLD_OUT = 12  # every 12th photo is kept apart, for the users that the training curve is measured on
_TRAINING, _VALIDATION, _TEST = 21, 22, 23  # streams of users that never meet


@dataclass
class UserGroup(Group):
    """A group whose users are known by their number in the population, `users` `(U,)` int64."""

    users: Tensor | None = None


class Population(Source):
    """A finite number of users with their photos.

    Args:
        inputs, targets: `(K, S, P, P, 3)` uint8, sRGB; may be memory-mapped.
        users, shots: of a group.
        seed: of the groups.
        device: where groups are made.
    """

    def __init__(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        users: int,
        shots: int,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> None:
        if users > len(inputs) or shots > inputs.shape[1]:
            raise PieError(
                f"The population has {len(inputs)} users with {inputs.shape[1]} photos each; a step of {users} users"
                f" with {shots} photos needs more. Lower the batch of the scale, or raise its population."
            )
        self.inputs, self.targets = inputs, targets
        self.users, self.shots, self.seed, self.device = users, shots, seed, device

    @property
    def size(self) -> int:
        """Number of users."""
        return len(self.inputs)

    def showing(self, shots: int) -> Self:
        """The same users, with so many photos in a step.

        Raises:
            PieError: there are fewer photos.
        """
        if shots > self.inputs.shape[1]:
            raise PieError(
                f"The users of the population have {self.inputs.shape[1]} photos each, and {shots} are to be shown in a"
                " step; raise shots under [population] of the scale."
            )
        other = copy.copy(self)
        other.shots = shots
        return other

    def group(self, number: int) -> UserGroup:
        """Distinct users with distinct photos each, mirrored at random; a pure function of seed and number."""
        generator = seeded(self.seed, 20, number)
        chosen = self._users(generator)
        photos = torch.rand(self.users, self.inputs.shape[1], generator=generator).argsort(1)[:, : self.shots]
        mirrored = (torch.rand(self.users, self.shots, 1, 1, 1, generator=generator) < 0.5).to(self.device)
        rows = chosen.numpy()[:, None], photos.numpy()

        def floats(images: np.ndarray) -> Tensor:
            planes = torch.from_numpy(images[rows]).to(self.device).permute(0, 1, 4, 2, 3).float().div_(255)
            return torch.where(mirrored, planes.flip(-1), planes)

        group = UserGroup(floats(self.inputs), floats(self.targets), None, chosen.to(self.device))
        return group.rows(self.share.rows(self.users))

    def describe(self, number: int) -> str:
        return f"the users {', '.join(map(str, self._users(seeded(self.seed, 20, number)).tolist()))}"

    def _users(self, generator: torch.Generator) -> Tensor:
        return torch.randperm(self.size, generator=generator)[: self.users]


class PreparedPopulation(PreparedSource):
    """The styles of a prepared cache as users, over the same photos. Few styles: a step may show one several times."""

    @property
    def size(self) -> int:
        """Number of users."""
        return len(self.people)

    def showing(self, shots: int) -> Self:
        """The same users, with so many photos in a step."""
        other = copy.copy(self)
        other.shots = shots
        return other

    def group(self, number: int) -> UserGroup:
        """Users with photos, seen at random; a pure function of seed and number."""
        group = super().group(number)
        return UserGroup(group.input, group.target, None, torch.from_numpy(self.styles_of(number)).to(self.device))


def _user(simulator: UserSimulator, shots: int, seed: int, stream: int, user: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of one user, each `(S, P, P, 3)` uint8: a pure function of the numbers."""
    group = simulator.group(1, shots, seeded(seed, stream, user))
    inputs, targets = (to_bytes(t[0].permute(0, 2, 3, 1)) for t in (group.input, group.target))
    return inputs, targets


def _group(
    bank: np.ndarray, side: int, users: int, shots: int, seed: int, stream: int, mix: UserMix | None = None
) -> Group:
    simulator = UserSimulator(bank, side, mix)
    found = [_user(simulator, shots, seed, stream, user) for user in range(users)]
    inputs, targets = (
        torch.from_numpy(np.stack(part)).permute(0, 1, 4, 2, 3).float() / 255 for part in zip(*found, strict=True)
    )
    return Group(inputs, targets)


def split_photos(config: PopulationConfig, cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """The photographs to train on and those kept apart."""
    return split_bank([config.folder], config.bank_side, HOLD_OUT, cache)


def simulated_arrays(config: PopulationConfig, side: int, seed: int, cache: Path) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of all users, each `(K, S, P, P, 3)` uint8, rendered once under `cache`."""
    photos = [f"{p.name}:{p.stat().st_size}" for p in finished_photos(config.folder)]
    settings = [photos, side, seed, config.bank_side, config.users, config.shots, config.schools]
    key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
    paths = [cache / f"users-{key}-{part}.npy" for part in ("capture", "retouched")]  # names of earlier versions
    if not all(path.exists() for path in paths):
        train, _ = split_photos(config, cache)
        shape = (config.users, config.shots, side, side, 3)
        with atomic_write(paths[0]) as first, atomic_write(paths[1]) as second:
            # user by user into the files: a large population need not fit into memory
            maps = [np.lib.format.open_memmap(path, "w+", np.uint8, shape) for path in (first, second)]
            simulator = UserSimulator(train, side, UserMix(schools=config.schools))
            for user in range(config.users):
                rendered = _user(simulator, config.shots, seed, _TRAINING, user)
                for stored, images in zip(maps, rendered, strict=True):
                    stored[user] = images
            for stored in maps:
                stored.flush()
    inputs, targets = (np.load(path, mmap_mode="r") for path in paths)
    return inputs, targets


def validation_group(config: PopulationConfig, side: int, shots: int, seed: int, cache: Path) -> Group:
    """Users and photographs that are not in the population: what the training curve is measured on."""
    _, held = split_photos(config, cache)
    return _group(held, side, config.validation_users, shots, seed, _VALIDATION, UserMix(schools=config.schools))


def unseen_users(photos: Path, side: int, bank_side: int, users: int, shots: int, seed: int, cache: Path) -> Group:
    """Users over test photographs, by whom embeddings are judged: neither is ever trained on."""
    bank = photo_bank(finished_photos(photos), bank_side, cache)
    return _group(np.asarray(bank), side, users, shots, seed, _TEST)


@dataclass(frozen=True)
class Material:
    """What all systems of a study learn from.

    Attributes:
        population: the users to train on.
        validation: the users that the training curve is measured on.
        photos: `(P, S, S, 3)` uint8, photographs to train on: all, or an even choice of a prepared cache's.
        cache: folder of what is computed once.
    """

    population: Population | PreparedPopulation
    validation: Group
    photos: np.ndarray
    cache: Path


def prepare_material(scale: Scale, cache: Path, device: torch.device) -> Material:
    """Decode and render what is not under `cache` yet; from then on no file is decoded.

    Raises:
        PieError: the photographs cannot be used, or there are too few of them.
    """
    config, batch, seed = scale.population, scale.batch, scale.seed
    shots = batch.references + CURVE_QUERIES
    if config.kind == "prepared":
        data = open_prepared(config.folder).without(config.hold_out)
        source = PreparedPopulation(data, scale.side, batch.users, batch.shots, seed, "train", device)
        held = PreparedSource(data, scale.side, max(2, len(data.styles)), shots, seed, "validation")
        held.shots = max(2, min(shots, held.fewest))  # of few photos none is a reference and retouched as well
        held_out = held.group(0)
        rows = data.rows("train")
        return Material(source, held_out, data.before[rows[:: -(-len(rows) // BASIS_PHOTOS)]], cache)
    inputs, targets = simulated_arrays(config, scale.side, seed, cache)
    population = Population(inputs, targets, batch.users, batch.shots, seed, device)
    validation = validation_group(config, scale.side, shots, seed, cache)
    return Material(population, validation, split_photos(config, cache)[0], cache)
