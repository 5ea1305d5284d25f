"""The training of a study without its evaluation, as one of the processes of `torchrun`: OUT SCALE SYSTEM..."""

import json
import sys
from pathlib import Path

from training.running.processes import start_processes
from training.study.config import load_scale, load_systems
from training.study.runner import runs_of, train_all

if __name__ == "__main__":
    out, scale, *systems = map(Path, sys.argv[1:])
    processes = start_processes("cpu")
    for event in train_all(runs_of(load_systems(systems), load_scale(scale), out), out, processes=processes):
        told = {"rank": processes.share.index, "event": event["event"], "system": event["system"]}
        sys.stdout.write(json.dumps(told) + "\n")  # in one piece: both write to it
        sys.stdout.flush()
