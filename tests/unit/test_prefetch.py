"""Worker processes: the same groups as without, and never a hang."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.errors import PieError
from training.data.batch import Group
from training.data.prefetch import Prefetched, prefetched
from training.data.source import PairSource, SimulatedSource, Source

HOUR = 3600.0
NEVER = 666


@pytest.fixture(scope="module")
def bank(sample_images: dict[str, np.ndarray]) -> np.ndarray:
    crops = [p[y : y + 96, x : x + 96] for p in sample_images.values() for y in (0, 150) for x in (0, 150, 250)]
    return np.stack(crops)


@pytest.fixture
def simulated(bank: np.ndarray) -> SimulatedSource:
    return SimulatedSource(bank, 48, users=2, shots=3, seed=7)


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    yield
    assert [p for p in multiprocessing.active_children() if p.name == "pie-data"] == []


class Both(Source):
    """Even numbers from one source, odd ones from another."""

    def __init__(self, even: Source, odd: Source) -> None:
        self.sources = even, odd

    def group(self, number: int) -> Group:
        return self.sources[number % 2].group(number)


class Told(Source):
    """Says in which process it works, and with how many threads; group 666 never comes, group 13 cannot be made."""

    def __init__(self) -> None:
        self.images = np.zeros((1000, 100), np.uint8)

    def group(self, number: int) -> Group:
        import cv2

        if number == NEVER:
            threading.Event().wait(HOUR)
        if number == 13:
            raise ValueError("no luck")
        told = [os.getpid(), torch.get_num_threads(), cv2.getNumThreads(), isinstance(self.images, np.memmap)]
        return Group(torch.tensor(told), torch.full((3,), number))


def wait_for(source: Prefetched, number: int) -> Group:
    """The group as a worker computes it."""
    source.expect([number])
    return source.group(number)


def test_groups_are_the_same_with_workers(simulated: SimulatedSource, bank: np.ndarray) -> None:
    """A process costs seconds to start, so this and what follows ask one for much."""
    source = Both(simulated, PairSource(bank, 255 - bank, 48, users=2, shots=3, seed=7))
    with Prefetched(source, 1) as ahead:
        folder = Path(ahead._folder.name)
        assert len(list(folder.iterdir())) == 2  # one bank is in both sources, and is written once
        for number in (0, 1, 6, 7):
            ours, theirs = source.group(number), wait_for(ahead, number)
            assert torch.equal(ours.input, theirs.input) and torch.equal(ours.target, theirs.target)
            assert (ours.finished is None) == (theirs.finished is None)
            if ours.finished is not None and theirs.finished is not None:
                assert torch.equal(ours.finished, theirs.finished)
    assert not folder.exists()


def test_workers_compute_what_is_expected_and_share_the_images() -> None:
    with Prefetched(Told(), 2) as ahead:
        ahead.expect(range(1, 9))
        first, second = ahead.group(1), ahead.group(2)
        processes = {int(g.input[0]) for g in (first, second)}
        assert len(processes) == 2 and os.getpid() not in processes
        for group in (first, second):
            assert group.input[1:].tolist() == [1, 1, True]  # one thread of torch, OpenCV's own off, a mapped file
        assert [int(g.target[0]) for g in (first, second)] == [1, 2]
        # what nobody expected is computed here, and what was expected and is not any more is forgotten
        assert int(ahead.group(77).input[0]) == os.getpid()
        ahead.expect([3, 4])
        for worker in ahead._workers:
            wait([worker.answer])  # type: ignore[list-item]
        assert int(wait_for(ahead, 100).input[0]) in processes
        # mistakes come with their traceback
        with pytest.raises(RuntimeError, match="no luck"):
            wait_for(ahead, 13)
        # an idle worker that died
        ahead.expect([])
        for worker in ahead._workers:
            worker.process.kill()
            worker.process.join()
        with pytest.raises(PieError, match="--resume"):
            wait_for(ahead, 2)


def test_worker_killed_at_work_is_an_error_at_once() -> None:
    with Prefetched(Told(), 1, timeout=HOUR) as ahead:
        wait_for(ahead, 1)
        ahead.expect([NEVER])
        ahead._workers[0].process.kill()
        with pytest.raises(PieError, match="ended unexpectedly"):
            ahead.group(NEVER)


def test_worker_that_does_not_answer_is_stopped() -> None:
    with Prefetched(Told(), 1) as ahead:
        wait_for(ahead, 1)
        ahead._timeout = 0.2
        with pytest.raises(PieError, match=r"did not answer for 0\.2 seconds"):
            wait_for(ahead, NEVER)


def test_busy_worker_ends_with_training() -> None:
    with Prefetched(Told(), 1) as ahead:
        wait_for(ahead, 1)
        ahead.expect([NEVER])
    # `no_process_stays` sees whether it does
    assert ahead._workers == []


def test_without_workers_it_is_the_source_itself(simulated: SimulatedSource) -> None:
    with prefetched(simulated, 0) as source:
        assert source is simulated
