"""`python -m training benchmark` and `audit` as they are called."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from tests.unit.helpers.retouchers import write_retoucher
from training.cli import app


@pytest.fixture
def run() -> CliRunner:
    return CliRunner()


def test_captures_alone(run: CliRunner, photo_folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "report.json"
    options = ["--photos", str(photo_folder), "--captures", "3", "--device", "cpu", "--workers", "1"]
    result = run.invoke(app, ["benchmark", *options, "--json", str(report)], catch_exceptions=False)
    assert result.exit_code == 0 and "of 3 photos" in result.output
    rows = json.loads(report.read_text(encoding="utf-8"))["rows"]
    assert [row["method"] for row in rows] == ["identity", "model", "oracle"]
    assert all(row["mode"] == "none" and 0 <= row["nearer"] <= 1 for row in rows)


def test_learned_retouchers_with_several_draws(run: CliRunner, photo_folder: Path, tmp_path: Path) -> None:
    write_retoucher(tmp_path / "bright.safetensors", (1.2, 1.2, 1.2))
    options = ["--photos", str(photo_folder), "--retouchers", str(tmp_path), "--refs", "1,2", "--queries", "1"]
    more = ["--draws", "3", "--device", "cpu", "--workers", "1", "--json", str(tmp_path / "report.json")]
    result = run.invoke(app, ["benchmark", *options, *more], catch_exceptions=False)
    assert result.exit_code == 0
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["draws"] == 3 and {row["task"] for row in report["rows"]} == {"learned retouchers"}
    rows = [row for row in report["rows"] if row["mode"] == "pairs" and row["refs"] == 1]
    assert {row["n"] for row in rows} == {3}
    assert any(row["psnr_low"] < row["psnr_high"] for row in rows)
    assert max(rows, key=lambda row: row["psnr"])["method"] == "oracle"


def test_captures_without_photos_are_refused(run: CliRunner) -> None:
    with pytest.raises(PieError, match="--photos"):
        run.invoke(app, ["benchmark", "--captures", "3"], catch_exceptions=False)


def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    run: CliRunner, photo_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    options = ["--photos", str(photo_folder), "--json", str(tmp_path / "file" / "report.json")]
    for command in (["benchmark", "--captures", "3"], ["audit"]):
        with pytest.raises(PieError, match="cannot be made"):
            run.invoke(app, [*command, *options], catch_exceptions=False)
