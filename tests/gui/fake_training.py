"""Plays the training core's side of a run: its log and what is asked of it, steps until it is told to stop; and of
`estimate`.

`FAKE_TRAINING` picks the behaviour: `done` (default) writes a bundle after a few steps, `forever` steps until it is
asked to stop, `nothing` goes on as long as it gains and gains nothing, `crash` dies of a segmentation fault, `error`
reports a problem, `raise` leaves a traceback, `refuse` ends with one sentence before it begins, `slow` begins late,
`indexing` looks at pairs until it is asked to stop.
"""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

from pie_desktop.model.run_folder import EVENTS, asked, lock_run


def estimate(parser: argparse.ArgumentParser) -> None:
    """What `estimate` says: how many folders there are, and the minutes that it was asked about."""
    for name in ("originals", "init", "models", "references", "device", "minutes", "events"):
        parser.add_argument(f"--{name}")
    options = parser.parse_args()
    if os.environ.get("FAKE_ESTIMATE") == "error":
        print(json.dumps({"event": "error", "message": "There is no model."}), flush=True)
        sys.exit(2)
    print(json.dumps({"event": "indexing", "done": 1, "total": 1}), flush=True)
    lines = [f"Pairs of {len(options.pairs)} folders.", f"About {options.minutes or 30} minutes."]
    print(json.dumps({"event": "estimate", "lines": lines}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["fit", "estimate"])
    parser.add_argument("--pairs", action="append", required=True)
    if "estimate" in sys.argv:
        estimate(parser)
        return
    for name in ("out", "name", "models", "init", "references", "encoder-lr", "enhancer-lr", "gram", "tv", "seed"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("device", "epochs", "minutes", "originals"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--resume", action="store_true")
    options, _ = parser.parse_known_args()
    behaviour = os.environ.get("FAKE_TRAINING", "done")
    run = Path(options.out)
    if behaviour == "refuse":
        print("Another training uses the folder; wait until it ends.", file=sys.stderr)
        sys.exit(2)
    lock = lock_run(run)
    if behaviour == "slow":
        time.sleep(600)
    checkpoint = run / "checkpoint.safetensors"
    if behaviour == "indexing":
        look_at_pairs(run)
        return
    step = int(checkpoint.read_text()) if options.resume and checkpoint.exists() else 0
    known = None if behaviour == "nothing" else TOTAL
    say(run, "start", run=str(run), steps=known, step=step, device="cpu", pairs=8, train=6, validation=2, **SAID)
    say(run, "baseline", step=step, photos=2, **BASELINES)
    print("loading the model", file=sys.stderr, flush=True)
    while step < TOTAL or behaviour == "forever":
        if wait(run, step, checkpoint):
            return
        step += 1
        pace = {"rate": 20.0, "eta": (TOTAL - step) / 20, "eta_least": 0.1, "fraction": min(step / TOTAL, 1.0)}
        more = {"elapsed": step / 20, "memory": 500 * 2**20}
        say(run, "step", step=step, steps=known, loss=1 / step, losses={"l1": 1 / step}, **pace, **more)
        if step == 4:
            check(run, step, 21.0 + step / 10)
            checkpoint.write_text(str(step))
            say(run, "checkpoint", step=step, path=str(checkpoint))
        if step == 5:
            fail(run, behaviour)
    if behaviour == "nothing":
        message = "It came no nearer, so that there is no new model."
        say(run, "done", step=step, bundle=None, message=message, psnr=21.2, baseline_psnr=21.2)
        return
    bundle = Path(options.models) / f"{options.name}.piemodel"
    bundle.mkdir(parents=True, exist_ok=True)
    check(run, step, 23.4)
    say(run, "done", step=step, bundle=str(bundle), psnr=23.4, baseline_psnr=21.2)
    lock.release()


TOTAL = 12
SAID = {"problems": ["“a.jpg” is black, so the pair is left out."], "warnings": ["“b.jpg” has bars drawn over it."]}
BASELINES = {
    "references": {"psnr": 21.2, "de00": 8.0},
    "neutral": {"psnr": 19.5, "de00": 9.5},
    "unedited": {"psnr": 18.0, "de00": 11.0},
}


def say(folder: Path, name: str, /, **values: object) -> None:
    with (folder / EVENTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"event": name, **values}) + "\n")


def look_at_pairs(run: Path) -> None:
    for done in range(4):
        say(run, "indexing", done=done, total=8)
    while asked(run) != "stop":
        time.sleep(0.02)
    say(run, "stopped", step=0, checkpoint=None, message="Training was stopped; 3 of 8 pairs are done.")


def check(run: Path, step: int, psnr: float) -> None:
    gain = psnr - 21.2
    intervals = {"gain": {"mean": gain, "low": gain - 0.3, "high": gain + 0.3},
                 "de00_gain": {"mean": -gain, "low": -gain - 0.2, "high": -gain + 0.2}}  # fmt: skip
    patience = {"stale": 0, "patience": 15, "ending": False}
    say(run, "validation", step=step, elapsed=step / 20, psnr=psnr, baseline_psnr=21.2, de00=8.0 - gain, **intervals,
        **patience)  # fmt: skip


def wait(run: Path, step: int, checkpoint: Path) -> bool:
    """Between two steps; whether the run is to end."""
    time.sleep(0.01)
    request = asked(run)
    if request == "pause":
        checkpoint.write_text(str(step))
        say(run, "paused", step=step)
        while request == "pause":
            time.sleep(0.02)
            request = asked(run)
        say(run, "continued", step=step)
    if request == "stop":
        checkpoint.write_text(str(step))
        say(run, "stopped", step=step, checkpoint=str(checkpoint))
    return request == "stop"


def fail(run: Path, behaviour: str) -> None:
    if behaviour == "crash":
        print("allocating far too much", file=sys.stderr, flush=True)
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGSEGV)
        time.sleep(10)
    if behaviour == "raise":
        raise MemoryError("CUDA out of memory")
    if behaviour == "error":
        say(run, "error", message="The folder holds only 1 pair; at least 4 are needed.")
        sys.exit(2)


main()
