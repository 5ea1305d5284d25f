"""Two processes that belong together: a module under `torchrun`, and a stand-in for one of them."""

import os
import subprocess
import sys
from pathlib import Path

from training.running.processes import Processes, Share


def run_together(module: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """`python -m MODULE` with these arguments, twice, under `torchrun`."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    asked, ask = os.pipe()  # kept open: the end of its stdin would stop the run
    try:
        return subprocess.run(
            [*torchrun, "-m", module, *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            timeout=200,
            stdin=asked,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            cwd=Path(__file__).parents[3],
        )
    finally:
        os.close(asked)
        os.close(ask)


class OneOfTwo(Processes):
    """One of two processes, without the other; the leader has found nothing trained, and has made what it had to."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.share = Share(index, 2)

    def agreed(self, *values: float) -> list[float]:
        return [False] * len(values) if len(values) > 1 else [True]
