"""Users to be judged by: their references and their photos to retouch, drawn for each of them apart."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]  # before and after, uint8 images of one size, sRGB
SIDE = 256  # long side at which results are compared, px


@dataclass(frozen=True)
class Case:
    """One draw of one user.

    Attributes:
        name: of the user; cases of one name are draws of the same one.
        references: in the order in which they are given to the methods. Empty where the photos are to be enhanced for
            nobody in particular.
        queries: to be retouched and compared; no reference is among them.
    """

    name: str
    references: Sequence[Pair]
    queries: Sequence[Pair]


@dataclass(frozen=True)
class Draws:
    """How a user's photos become references and queries.

    One draw says little about few references: the one photo of a row of one reference may be a lucky one. So every
    user has draws of their own, and may have several.

    Attributes:
        most: references to prepare.
        queries: photos to compare.
        seed: of the draws.
        count: draws of every user.
    """

    most: int
    queries: int
    seed: int = 0
    count: int = 1

    @property
    def photos(self) -> int:
        """How many photos one draw takes."""
        return self.most + self.queries

    def case(self, name: str, photos: int, pair: Callable[[int], Pair | None], user: int, draw: int = 0) -> Case | None:
        """One draw of one user; None where there are fewer than two usable pairs.

        Args:
            photos: how many the user has. Where they are few, references are what is left after the queries, and there
                is always one.
            pair: the photo's pair by its number; None where it cannot be used.
            user, draw: numbers; every user and draw has an order of the photos of its own.
        """
        order = np.random.default_rng([self.seed, user, draw]).permutation(photos)
        usable = (found for found in map(pair, order.tolist()) if found is not None)
        pairs = list(islice(usable, self.photos))
        queries = min(self.queries, len(pairs) - 1)
        return Case(name, pairs[queries:], pairs[:queries]) if queries > 0 else None

    def cases(self, name: str, photos: int, pair: Callable[[int], Pair | None], user: int) -> Iterator[Case]:
        """All draws of one user, see `case`; none where there are fewer than two usable pairs."""
        for draw in range(self.count):
            case = self.case(name, photos, pair, user, draw)
            if case is not None:
                yield case

    def apart(
        self,
        name: str,
        pair: Callable[[int], Pair | None],
        queries: Sequence[int],
        references: Sequence[int],
        user: int = 0,
    ) -> Iterator[Case]:
        """All draws of one user some of whose photos must not be compared, or not be shown.

        Args:
            pair: as in `case`.
            queries: numbers of the photos that may be compared.
            references: numbers of those that may be shown; what a draw compares, it does not show.
            user: number of the user, as in `case`.
        """
        for draw in range(self.count):
            generator = np.random.default_rng([self.seed, user, draw])
            compared = list(islice(self._usable(generator.permutation(queries), pair), self.queries))
            numbers = [number for number, _ in compared]
            others = generator.permutation([number for number in references if number not in numbers])
            shown = [found for _, found in islice(self._usable(others, pair), self.most)]
            if compared and shown:
                yield Case(name, shown, [found for _, found in compared])

    @staticmethod
    def _usable(order: np.ndarray, pair: Callable[[int], Pair | None]) -> Iterator[tuple[int, Pair]]:
        found = ((number, pair(number)) for number in order.astype(int).tolist())
        return ((number, one) for number, one in found if one is not None)
