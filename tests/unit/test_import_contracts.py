"""Who may import whom: the contracts of pyproject.toml hold."""

from pathlib import Path

import pytest
from importlinter import cli

REPOSITORY = Path(__file__).resolve().parents[2]


def test_import_contracts_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(REPOSITORY)
    status = cli.lint_imports(no_cache=True, config_filename="pyproject.toml")
    assert status == cli.EXIT_STATUS_SUCCESS, capsys.readouterr().out
