"""Plays the training core's side of the event stream: `fit … --events -`, steps until told to stop.

`FAKE_TRAINING` picks the behaviour: `done` (default) writes a bundle after a few steps, `forever` steps until
`stop` arrives on stdin, `nothing` goes on as long as it gains and gains nothing, `crash` dies of a segmentation fault,
`error` reports a problem, `raise` leaves a traceback.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


def emit(name: str, **values: object) -> None:
    print(json.dumps({"event": name, **values}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["fit"])
    for name in ("pairs", "out", "name", "models", "init", "references", "encoder-lr", "enhancer-lr", "gram", "tv"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("device", "epochs", "minutes", "originals", "events"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    behaviour = os.environ.get("FAKE_TRAINING", "done")
    run = Path(options.out)
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / "checkpoint.safetensors"
    first = int(checkpoint.read_text()) if options.resume else 0

    stop = threading.Event()
    threading.Thread(target=lambda: sys.stdin.readline() and stop.set(), daemon=True).start()

    total = 12
    said = {"problems": ["“a.jpg” is black, so the pair is left out."], "warnings": ["“b.jpg” has bars drawn over it."]}
    known = None if behaviour == "nothing" else total
    emit("start", run=str(run), steps=known, step=first, device="cpu", pairs=8, train=6, validation=2, **said)
    print("loading the model", file=sys.stderr, flush=True)
    step = first
    while step < total or behaviour == "forever":
        if stop.wait(0.01):
            checkpoint.write_text(str(step))
            emit("stopped", step=step, checkpoint=str(checkpoint))
            return
        step += 1
        pace = {"rate": 20.0, "eta": (total - step) / 20, "fraction": min(step / total, 1.0)}
        emit("step", step=step, steps=known, loss=1 / step, losses={"l1": 1 / step}, **pace)
        if step == 4:
            emit("validation", step=step, psnr=21.0 + step / 10, baseline_psnr=21.2, de00=7.5)
            checkpoint.write_text(str(step))
            emit("checkpoint", step=step, path=str(checkpoint))
        if step == 5 and behaviour == "crash":
            print("allocating far too much", file=sys.stderr, flush=True)
            signal.signal(signal.SIGSEGV, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(10)
        if step == 5 and behaviour == "raise":
            raise MemoryError("CUDA out of memory")
        if step == 5 and behaviour == "error":
            emit("error", message="The folder holds only 1 pair; at least 4 are needed.")
            sys.exit(2)
    if behaviour == "nothing":
        message = "It came no nearer, so that there is no new model."
        emit("done", step=step, bundle=None, message=message, psnr=21.2, baseline_psnr=21.2)
        return
    bundle = Path(options.models) / f"{options.name}.piemodel"
    bundle.mkdir(parents=True, exist_ok=True)
    emit("validation", step=step, psnr=23.4, baseline_psnr=21.2, de00=6.1)
    emit("done", step=step, bundle=str(bundle), psnr=23.4, baseline_psnr=21.2)


main()
