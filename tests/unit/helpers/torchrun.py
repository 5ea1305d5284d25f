"""Two processes that belong together: a module under `torchrun`, and a stand-in for one of them."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from training.running.processes import Processes, Share


def run_together(module: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """`python -m MODULE` with these arguments, twice, under `torchrun`."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = [*torchrun, "-m", module, *map(str, arguments)]
    asked, ask = os.pipe()  # kept open: the end of its stdin would stop the run
    pipes = {"stdin": asked, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment, cwd = os.environ | {"OMP_NUM_THREADS": "1"}, Path(__file__).parents[3]
    try:
        with subprocess.Popen(command, text=True, env=environment, cwd=cwd, **pipes) as agent:
            try:
                stdout, stderr = agent.communicate(timeout=200)
            except BaseException:
                # the two have sessions of their own and would outlive it
                for process in (*psutil.Process(agent.pid).children(recursive=True), agent):
                    process.kill()
                raise
            return subprocess.CompletedProcess(command, agent.returncode, stdout, stderr)
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
