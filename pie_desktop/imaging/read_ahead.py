"""Reading several photos a little ahead of their use: decoders leave the interpreter free."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

THREADS = 2


def read_ahead(
    items: Sequence[S], read: Callable[[S], T], threads: int = THREADS
) -> Generator[tuple[S, Callable[[], T]]]:
    """Read items in threads, as many ahead as there are threads; to be closed if it is not used up.

    Args:
        items: such as photos.
        read: reads one; it runs in the context of the caller's thread, so that what cancels the caller's decoders
            (`isolation.cancellable`) cancels these too.
        threads: how many.

    Yields:
        Each item in its order, and what waits for `read` and gives its result or raises its error.
    """
    with ThreadPoolExecutor(threads, "pie-read") as pool:
        ahead: deque[Future[T]] = deque()
        left = iter(items)

        def begin() -> None:
            for item in left:
                ahead.append(pool.submit(copy_context().run, read, item))
                return

        for _ in range(threads):
            begin()
        try:
            for item in items:
                begin()
                yield item, ahead.popleft().result
        finally:
            for future in ahead:
                future.cancel()
