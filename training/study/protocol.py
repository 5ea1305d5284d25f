"""What all protocols have in common: a system, stages, and the losses of images."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pie_desktop.model.systems.style import StyleCode
from pie_desktop.model.systems.system import System
from training.data.batch import Movable, Roles
from training.losses.registry import Images, LossSum, LossWeights, Terms
from training.study.config import StudyConfig
from training.study.population import UserGroup


@dataclass(frozen=True)
class Stage:
    """A part of the training.

    Attributes:
        name: for people.
        until: the fraction of the budget at which it ends; the last one ends at 1.
        encoder: modules that learn at the encoder's rate; what is in none of the lists is frozen.
        enhancer: modules that learn at the enhancer's rate.
        proxies: modules that learn at the rate of proxies.
    """

    name: str
    until: float
    encoder: Sequence[nn.Module] = ()
    enhancer: Sequence[nn.Module] = ()
    proxies: Sequence[nn.Module] = ()


@dataclass
class Batch(Movable):
    """What one step shows: images `(U, n, 3, P, P)`, sRGB-encoded floats in [0, 1].

    Attributes:
        group: all photos of the users, with the users' numbers in the population.
        after, before: the references, N of each user.
        valid: `(U, N)` bool, which of them count.
        inputs, targets: the Q photos to retouch and what the users made of them.
    """

    group: UserGroup
    after: Tensor
    before: Tensor
    valid: Tensor
    inputs: Tensor
    targets: Tensor

    @classmethod
    def of(cls, group: UserGroup, roles: Roles) -> "Batch":
        """References and queries of a group, as drawn."""
        rows = torch.arange(len(group.input), device=roles.query.device)[:, None]
        references, queries = (rows, roles.reference), (rows, roles.query)
        return cls(
            group,
            group.target[references],
            group.input[references],
            roles.valid,
            group.input[queries],
            group.target[queries],
        )


class ImageLoss(LossSum):
    """The weighted sum of the losses of images; textures are compared with those of the user's references."""

    def __init__(self, weights: LossWeights) -> None:
        super().__init__(weights, [Images])

    def of(self, output: Tensor, batch: Batch) -> tuple[Tensor, Terms]:
        """Total and terms of the outputs `(U, Q, 3, P, P)` for the photos of a batch."""
        images = (t.flatten(0, 1) for t in (output, batch.targets, batch.inputs))
        return self(Images(*images, *(t.repeat_interleave(output.shape[1], 0) for t in (batch.after, batch.valid))))


class Protocol(nn.Module):
    """Base of the protocols. All that is learned is in this module, so that a checkpoint of it is complete.

    Args:
        config: of the system.
        system: trained in place.
        users: size of the population.
    """

    stages: tuple[Stage, ...]

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__()
        self.config, self.system = config, system
        self.images = ImageLoss(config.losses)

    def begin(self, stage: int, batches: Iterable[Batch]) -> None:
        """Called once, where a stage after the first begins, with batches of the population: what it takes from the
        stage before, besides weights, becomes part of the state."""

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        """What is minimised in a stage, and its terms."""
        raise NotImplementedError

    def style(self, batch: Batch) -> StyleCode:
        """The styles of the batch's users, from their references."""
        return self.system.style(batch.after, batch.before if self.system.needs_pairs else None, batch.valid)

    def retouching(self, batch: Batch) -> tuple[Tensor, Terms]:
        """The loss of the photos retouched in the style of the references."""
        return self.images.of(self.system.enhance(batch.inputs, self.style(batch)), batch)

    def embedding(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Vectors `(U * S, D)` of all photos of the users, and whose they are `(U * S,)`."""
        group = batch.group
        assert group.users is not None
        before = group.input.flatten(0, 1) if self.system.needs_pairs else None
        vectors = self.system.features(group.target.flatten(0, 1), before).vector
        return vectors, group.users.repeat_interleave(group.target.shape[1])
