"""`python -m training fit` in a terminal: Ctrl+C, kill -9, resuming, making a model of a stopped run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pie_desktop.model.run_folder import EVENTS
from tests.own_edits import base_model, edits_folder

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")]
PATIENCE = 300.0  # seconds


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_model(tmp_path_factory.mktemp("base") / "base.piemodel")


class Training:
    """The command with its run."""

    def __init__(self, pairs: Path, base: Path, run: Path) -> None:
        self.run = run
        self._new = ["--pairs", pairs, "--init", base, "--steps", 150, "--encoder-lr", 3e-3, "--enhancer-lr", 3e-3]
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: object, new: bool = False) -> "subprocess.Popen[str]":
        given = [*(self._new if new else []), "--out", self.run, "--device", "cpu", "--threads", 1, *options]
        command = [sys.executable, "-m", "training", "fit", *map(str, given)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self.process

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        lines = (self.run / EVENTS).read_text().splitlines() if (self.run / EVENTS).exists() else []
        found = [json.loads(line) for line in lines]
        return [event for event in found if event["event"] == kind or not kind]

    def wait_for(self, kind: str, count: int = 1) -> None:
        end = time.monotonic() + PATIENCE
        while len(self.events(kind)) < count:
            assert self.process is not None and self.process.poll() is None, self.process and self.process.stdout
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.mark.timeout(900)  # five processes import torch, on a busy machine for half a minute each
def test_ctrl_c_kill_and_resume_lead_to_the_numbers_of_an_unbroken_run(
    base: Path, photo_folder_of_crops: Path, tmp_path: Path
) -> None:
    pairs = edits_folder(tmp_path / "edits", photo_folder_of_crops, 10)
    whole = Training(pairs, base, tmp_path / "whole")
    out, _ = whole.start(new=True).communicate(timeout=PATIENCE)
    assert "validation PSNR" in out and "no references" in out and whole.events()[-1]["event"] == "done"

    broken = Training(pairs, base, tmp_path / "broken")
    process = broken.start(new=True)
    broken.wait_for("step")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    stopped = broken.events()[-1]
    assert stopped["event"] == "stopped" and Path(stopped["checkpoint"]).is_file()

    process = broken.start("--resume")
    broken.wait_for("validation", 2)
    process.kill()
    process.wait(PATIENCE)
    process = broken.start("--resume", "--finish")
    assert process.wait(PATIENCE) == 0 and broken.events()[-1]["early"]
    process = broken.start("--resume")
    assert process.wait(PATIENCE) == 0
    ends = [run.events("validation")[-1] for run in (whole, broken)]
    assert ends[0]["psnr"] == ends[1]["psnr"] and ends[0]["gain"] == ends[1]["gain"]
    assert broken.events("done")[-1]["psnr"] == whole.events("done")[-1]["psnr"]
