"""The curves of runs as event files of TensorBoard, read again by TensorBoard itself."""

import sys
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from pie_desktop.errors import PieError
from training.running.tensorboard import STEP_INTERVAL, TensorBoard, drawn


def step(number: int, **more: object) -> dict[str, Any]:
    about = {"losses": {"l1": number / 10}, "learning_rates": {"encoder": 1e-3}, "rate": 2.0, "memory": 10**9}
    return {"event": "step", "step": number, "loss": number / 5} | about | more


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Of every tag the steps with their values."""
    found = EventAccumulator(str(folder))
    found.Reload()
    return {tag: [(e.step, e.value) for e in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def test_losses_rates_quality_and_speed_become_curves(tmp_path: Path) -> None:
    seconds = iter(range(100))
    board = TensorBoard(tmp_path, clock=lambda: float(next(seconds)))
    scores = {"references": {"psnr": 20.0, "de00": 9.0}, "neutral": {}, "unedited": {}}
    for event in (
        {"event": "start", "run": "here", "step": 0},
        {"event": "baseline", "step": 0} | scores,
        step(1),
        step(2),
        {"event": "validation", "step": 2, "psnr": 24.0, "de00": 6.0, "elapsed": 3.0},
        {"event": "done", "step": 2},
    ):
        board(event)
    board.close()
    found = curves(tmp_path)
    assert found["loss/total"] == [(1, pytest.approx(0.2)), (2, pytest.approx(0.4))]
    assert found["loss/l1"] == [(1, pytest.approx(0.1)), (2, pytest.approx(0.2))]
    assert found["learning rate/encoder"][0] == (1, pytest.approx(1e-3))
    assert found["speed/steps per second"] == [(1, 2.0), (2, 2.0)] and len(found["speed/memory in bytes"]) == 2
    assert found["held out/psnr"] == [(0, 20.0), (2, 24.0)] and found["held out/de00"] == [(0, 9.0), (2, 6.0)]
    assert len(found) == 7


def test_steps_that_come_too_fast_are_left_out_but_no_validation(tmp_path: Path) -> None:
    now = 0.0
    board = TensorBoard(tmp_path, clock=lambda: now)
    for number in range(1, 9):
        board(step(number))
        board({"event": "validation", "step": number, "psnr": 20.0})
        now += STEP_INTERVAL / 4
    board.close()
    found = curves(tmp_path)
    assert [number for number, _ in found["loss/total"]] == [1, 5]
    assert len(found["held out/psnr"]) == 8


def test_every_system_of_a_study_has_curves_of_its_own(tmp_path: Path) -> None:
    with drawn(tmp_path) as draw:
        draw(step(1, system="pienet"))
        draw(step(1, system="msm"))
        draw({"event": "validation", "step": 1, "system": "msm", "psnr": None, "retrieval": 0.5})
    assert "loss/total" in curves(tmp_path / "pienet")
    found = curves(tmp_path / "msm")
    assert found["held out/retrieval"] == [(1, 0.5)] and "held out/psnr" not in found


def test_what_came_after_the_checkpoint_that_a_run_goes_on_from_is_drawn_once(tmp_path: Path) -> None:
    for first in (1, 3):
        with drawn(tmp_path) as draw:
            for number in range(first, first + 4):
                draw({"event": "validation", "step": number, "psnr": float(first)})
    assert curves(tmp_path)["held out/psnr"] == [(1, 1.0), (2, 1.0), (3, 3.0), (4, 3.0), (5, 3.0), (6, 3.0)]


def test_a_missing_package_or_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PieError, match="file"), drawn(tmp_path / "file"):
        pass
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(PieError, match=r"--tensorboard needs a package: pip install 'pie-desktop\[tensorboard\]'"):
        TensorBoard(tmp_path)
    with drawn(None) as draw:  # not asked for, not needed
        draw(step(1))


def test_a_disk_that_takes_nothing_does_not_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = TensorBoard(tmp_path)

    def full(*arguments: object, **named: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(board, "_open", full)
    board(step(1))
    board.close()
