"""`python -m training study` as it is called; trained systems as rows of the benchmark."""

import json
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from pie_desktop.model.bundle import list_bundles
from pie_desktop.model.systems.build import build_system, load_system, save_system
from pie_desktop.model.systems.system import SystemConfig
from pie_desktop.paths import resource
from tests.unit.helpers.torchrun import OneOfTwo, run_together
from training.benchmark.methods import MethodSet, shown, with_original
from training.cli import app, main
from training.running import processes
from training.running.events import Event
from training.study import progress
from training.study.config import load_scale, load_systems
from training.study.runner import runs_of, train_all

REPOSITORY = Path(__file__).resolve().parents[2]
SCALE = """
name = "tiny"
seed = 5
device = "cpu"
side = 32
curve_points = 1
population = {{ folder = "{train}", bank_side = 48, users = 8, shots = 6, validation_users = 3 }}
batch = {{ users = 4, references = 3, queries = 2 }}
system = {{ side = 32, width = 16, channels = 8, encoder_channels = 8 }}
budget = {{ samples = {samples} }}
[evaluation]
photos = "{test}"
simulated = 2
queries = 1
refs = [1, 2]
embedding_users = 3
embedding_shots = 4
"""
SYSTEMS = """
name = "{name}"
title = "{name}"
source = "none"
[system]
enhancer = "{enhancer}"
[protocol]
kind = "{kind}"
{more}
[rates]
encoder = 1e-2
enhancer = 3e-2
warmup = 0
"""


@pytest.fixture
def configs(tmp_path: Path, photo_folder_of_crops: Path) -> list[str]:
    for number, path in enumerate(sorted(photo_folder_of_crops.iterdir())):
        target = tmp_path / ("test" if number % 4 == 3 else "train") / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    folder = tmp_path.as_posix()
    (tmp_path / "scale.toml").write_text(SCALE.format(train=f"{folder}/train", test=f"{folder}/test", samples=24))
    first = SYSTEMS.format(name="curves", enhancer="curves", kind="end_to_end", more="")
    second = SYSTEMS.format(name="pixels", enhancer="unet", kind="two_stage", more='metric = "triplet"')
    (tmp_path / "curves.toml").write_text(first)
    (tmp_path / "pixels.toml").write_text(second)
    return [str(tmp_path / "curves.toml"), str(tmp_path / "pixels.toml")]


def test_study_trains_and_compares(configs: list[str], tmp_path: Path) -> None:
    arguments = ["study", *configs, "--scale", str(tmp_path / "scale.toml"), "--out", str(tmp_path / "out")]
    drawn = ["--tensorboard", str(tmp_path / "drawn")]
    result = CliRunner().invoke(app, [*arguments, *drawn], catch_exceptions=False)
    assert result.exit_code == 0 and "trained, 3 steps" in result.output
    assert {path.parent.name for path in (tmp_path / "drawn").rglob("events.out.*")} == {"curves", "pixels"}
    found = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    rows = {(row["method"], row["mode"], row["refs"]): row for row in found["rows"]}
    for method in ("identity", "reinhard", "model", "curves", "pixels", "oracle"):
        assert 0 < rows[method, "pairs", 2]["psnr"] <= 60 and rows[method, "pairs", 2]["n"] == 2
    assert rows["curves", "pairs", 2]["psnr"] == rows["curves", "after", 2]["psnr"], "it looks at edits alone"
    assert rows["curves", "pairs", 2]["psnr"] != rows["pixels", "pairs", 2]["psnr"]
    curves, pixels = found["systems"]
    assert curves["name"] == "curves" and pixels["protocol"] == "two_stage"
    assert pixels["steps"] == 3 and pixels["parameters"]["all"] > pixels["parameters"]["encoder"] > 0
    assert pixels["curve"][-1]["fraction"] == 1 and pixels["failure"] is None
    assert -1 <= curves["embedding"]["silhouette"] <= 1
    assert curves["embedding"]["chance"] == pytest.approx(1 / 3, abs=1e-4)
    assert np.load(tmp_path / "out" / "curves" / "vectors.npy").shape == (3, 4, 16)

    # the report
    settings = {(s["method"], s["mode"]) for s in found["steering"]}
    assert {("curves", "after"), ("pixels", "after"), ("model", "after"), ("model", "pairs")} <= settings
    maps = {m["name"]: np.shape(m["points"]) for m in found["maps"]}
    assert maps["curves"] == maps["model, pairs"] == (3, 4, 2) and maps["digits"] == (10, 4, 2)
    page = (tmp_path / "out" / "STUDY.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((study/[^)]+)\)", page)
    assert len(linked) == 1 + 4 + 3 and all((tmp_path / "out" / name).stat().st_size for name in linked)

    # a seed more trains only that
    again = CliRunner().invoke(app, [*arguments, "--seeds", "2", "--only", "curves"], catch_exceptions=False)
    assert again.exit_code == 0 and "curves is trained already" in again.output
    assert "curves-seed-6 trained, 3 steps" in again.output
    page = (tmp_path / "out" / "STUDY.md").read_text(encoding="utf-8")
    assert "How much a seed changes" in page and "| curves | 2 of 2 | " in page and " ± " in page

    # what was judged is enough for more seeds and for ablations: the weights may be gone
    judged = str(tmp_path / "out" / "study" / "results.json")
    more = ["study", configs[0], "--scale", str(tmp_path / "scale.toml"), "--out", str(tmp_path / "more")]
    again = CliRunner().invoke(app, [*more, "--seeds", "3", "--extend", judged], catch_exceptions=False)
    assert again.exit_code == 0 and "curves trained" not in again.output
    assert "curves-seed-6 trained" in again.output and "curves-seed-7 trained" in again.output
    page = (tmp_path / "more" / "STUDY.md").read_text(encoding="utf-8")
    assert "| curves | 3 of 3 | " in page and "curves-seed" not in page
    linked = re.findall(r"\]\((study/[^)]+)\)", page)
    assert len(linked) == 1 + 4 + 3 and all((tmp_path / "more" / name).stat().st_size for name in linked)
    (tmp_path / "less.toml").write_text('base = "scale.toml"\n[budget]\nsamples = 16\n')
    base = (tmp_path / "curves.toml").read_text(encoding="utf-8").replace("curves", "study-adain", 2)
    (tmp_path / "base.toml").write_text(base.replace('"none"', '"a paper"'))
    (tmp_path / "factor.toml").write_text(base.replace("study-adain", "other").replace('"none"', '"an ablation"'))
    less = [str(tmp_path / "base.toml"), str(tmp_path / "factor.toml"), "--scale", str(tmp_path / "less.toml")]
    judged = str(tmp_path / "more" / "results.json")
    arguments_too = ["--out", str(tmp_path / "less"), "--extend", judged]
    assert CliRunner().invoke(app, ["study", *less, *arguments_too], catch_exceptions=False).exit_code == 0
    page = (tmp_path / "less" / "STUDY.md").read_text(encoding="utf-8")
    assert "16 photos of training for each" in page and "| other | " in page and "| curves | 3 of 3 | " in page

    # nothing is trained again; one system alone can be judged
    weights = (tmp_path / "out" / "curves" / "system.safetensors").stat().st_mtime_ns
    again = CliRunner().invoke(app, [*arguments, "--evaluate-only", "--only", "curves"], catch_exceptions=False)
    assert again.exit_code == 0
    assert (tmp_path / "out" / "curves" / "system.safetensors").stat().st_mtime_ns == weights
    once_more = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert [row for row in found["rows"] if row["method"] == "curves"] == [
        row for row in once_more["rows"] if row["method"] == "curves"
    ]


@pytest.mark.slow
def test_two_processes_share_the_systems_out_and_each_comes_out_as_in_one(configs: list[str], tmp_path: Path) -> None:
    """Slow: three interpreters have to load torch."""
    scale, together = tmp_path / "scale.toml", tmp_path / "together"
    runs = runs_of(load_systems([Path(config) for config in configs]), load_scale(scale), tmp_path / "alone")
    list(train_all(runs, tmp_path / "alone"))
    ended = run_together("tests.unit.helpers.train_study", together, scale, *configs)
    assert ended.returncode == 0, ended.stderr[-3000:]
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {(e["rank"], e["system"]) for e in events if e["event"] == "step"} == {(0, "curves"), (1, "pixels")}
    assert sorted(e["system"] for e in events if e["event"] == "done") == ["curves", "pixels"]
    for run in runs:
        one, other = (load_system(folder / run.config.name)[1] for folder in (run.folder.parent, together))
        assert one["curve"][-1]["psnr"] == pytest.approx(other["curve"][-1]["psnr"], abs=1e-3)


def test_a_process_that_does_not_lead_trains_its_systems_and_leaves_the_rest_to_the_leader(
    configs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "start_processes", lambda device: OneOfTwo(1))
    arguments = ["study", *configs, "--scale", str(tmp_path / "scale.toml"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0 and "pixels trained, 3 steps" in result.output
    assert not (tmp_path / "out" / "curves").exists() and not (tmp_path / "out" / "results.json").exists()


def test_what_cannot_be_extended_is_refused_before_anything_is_trained(configs: list[str], tmp_path: Path) -> None:
    scale = json.loads(load_scale(tmp_path / "scale.toml").model_dump_json())
    entries = [{"name": "curves", "trained": True}]
    results = {"scale": scale, "rows": [], "systems": entries, "steering": []}
    arguments = ["study", configs[0], "--scale", str(tmp_path / "scale.toml"), "--out", str(tmp_path / "out")]
    ablations = {"ablations": {"budget": scale["budget"] | {"samples": 8}, "systems": [], "steering": []}}
    for found, more, message in (
        (results, [], "have all of these systems"),
        (results | {"scale": scale | {"seed": 8}}, [], "have another seed"),
        (results | {"scale": {"side": 32}}, [], "cannot be used"),
        ({"rows": []}, [], "holds something else"),
        (results, ["--report-only"], "judges nothing"),
        (results | ablations, ["--minutes", "1"], "another budget"),
    ):
        (tmp_path / "earlier.json").write_text(json.dumps(found), encoding="utf-8")
        asked = [*arguments, *more, "--extend", str(tmp_path / "earlier.json")]
        with pytest.raises(PieError, match=message):
            CliRunner().invoke(app, asked, catch_exceptions=False)
    assert not (tmp_path / "out").exists()


def test_mistakes_are_reported_before_anything_is_trained(configs: list[str], tmp_path: Path) -> None:
    scale = str(tmp_path / "scale.toml")
    text = Path(scale).read_text()
    (tmp_path / "nothing.toml").write_text(text.replace("simulated = 2", "simulated = 0"))
    (tmp_path / "odd.toml").write_text(text.replace("channels = 8, enc", "channels = 12, enc"))
    for arguments, message in (
        ([configs[0], configs[0], "--scale", scale], "Two systems of the study are called curves"),
        ([*configs, "--scale", scale, "--only", "pienet"], "no configuration is called pienet"),
        ([str(tmp_path / "none.toml"), "--scale", scale], "cannot be read"),
        ([*configs, "--scale", configs[0]], "is not valid"),
        ([*configs, "--scale", scale, "--evaluate-only"], "Nothing is trained"),
        ([*configs, "--scale", scale, "--report-only"], "cannot be read; judge the systems again"),
        ([*configs, "--scale", scale, "--report", str(tmp_path / "page.html")], "is not a Markdown page"),
        ([*configs, "--scale", scale, "--looks", str(tmp_path)], "No look"),
        ([*configs, "--scale", scale, "--test-photos", str(tmp_path / "none")], "could not be read"),
        ([*configs, "--scale", scale, "--test-photos", str(tmp_path / "train")], "is among the photographs to train"),
        ([*configs, "--scale", scale, "--experts", str(tmp_path / "train")], "no finished cache"),
        ([*configs, "--scale", scale, "--experts", "a", "--photos", "b"], "give one of them"),
        ([*configs, "--scale", str(tmp_path / "nothing.toml")], "neither looks nor users"),
        ([*configs, "--scale", str(tmp_path / "odd.toml")], "sizes of the scale tiny do not fit curves"),
    ):
        with pytest.raises(PieError, match=message):
            CliRunner().invoke(app, ["study", *arguments, "--out", str(tmp_path / "x")], catch_exceptions=False)


def test_terminating_the_study_leaves_a_checkpoint(
    configs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def terminate(event: Event) -> None:
        if event["event"] == "step":
            os.kill(os.getpid(), signal.SIGTERM)
        sink(event)

    sink = progress.study_sink(Console())
    monkeypatch.setattr(progress, "study_sink", lambda console: terminate)
    arguments = ["study", *configs, "--scale", str(tmp_path / "scale.toml"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["training", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130 and "continue with --resume" in capsys.readouterr().out
    assert (tmp_path / "out" / "curves" / "checkpoint.safetensors").exists()
    assert not (tmp_path / "out" / "pixels").exists()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    with pytest.raises(PieError, match="--resume"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_configurations_inherit(tmp_path: Path) -> None:
    first = SYSTEMS.format(name="first", enhancer="unet", kind="end_to_end", more="")
    (tmp_path / "first.toml").write_text(first)
    (tmp_path / "more").mkdir()
    second = tmp_path / "more" / "second.toml"
    second.write_text('base = "../first.toml"\nname = "second"\n[losses]\nl1 = 2.0\n[rates]\nwarmup = 9\n')
    third = tmp_path / "more" / "third.toml"
    third.write_text(
        'base = "second.toml"\ntitle = "t"\n[[variants]]\nname = "a"\n[[variants]]\nname = "b"\nlosses.lab = 1.0'
    )
    one, two, three, four = load_systems([tmp_path / "first.toml", second, third])
    assert (two.name, two.title, two.system, two.protocol) == ("second", "first", one.system, one.protocol)
    assert two.rates.warmup == 9 and two.rates.encoder == one.rates.encoder == 1e-2
    assert (three.name, four.name, three.title, four.losses["lab"], four.losses["l1"]) == ("a", "b", "t", 1.0, 2.0)
    for text, message in (
        ('base = "own.toml"', "too many bases, or is its own"),
        ('base = "none.toml"', "none.toml cannot be read"),
        ("base = 3", "base is the name of a file, not 3"),
    ):
        (tmp_path / "own.toml").write_text(text)
        with pytest.raises(PieError, match=message):
            load_systems([tmp_path / "own.toml"])


def test_every_shipped_configuration_is_valid() -> None:
    systems = load_systems(sorted((REPOSITORY / "configs" / "study").glob("*.toml")))
    names = {system.name for system in systems}
    wanted = "pienet starenhancer msm study-adain study-attention study-sa-block study-two-stage diffusion"
    assert set(wanted.split()) < names
    assert all(system.departures for system in systems if system.name in wanted.split()[:-1])
    assert {system.protocol.metric for system in systems if system.protocol.kind == "embedding"} == {
        "triplet", "center", "angular", "circle", "n_pair", "multi_similarity",
    }  # fmt: skip
    ablations = load_systems(sorted((REPOSITORY / "configs" / "study" / "ablations").glob("*.toml")))
    assert {a.losses["pixel_gram"] for a in ablations if a.name.startswith("gram")} == {0.0, 0.1, 1.0}
    assert sorted(a.references for a in ablations if a.references) == [1, 3, 5, 6, 10]
    for path in (REPOSITORY / "configs" / "scales").glob("*.toml"):
        assert load_scale(path).name == path.stem
    # everything else being equal, one is trained in two stages and the other end to end
    by = {system.name: system for system in systems}
    one, two = by["study-adain"], by["study-two-stage"]
    assert (one.system, one.losses, one.rates) == (two.system, two.losses, two.rates)
    # rebuilt from a paper, they are trained with what the paper names
    assert by["pienet"].losses.root == dict.fromkeys(one.losses.root, 0.0) | {"l1": 1.0, "edge_tv": 0.01}
    assert by["pienet"].protocol.perceptual == 0.4 and by["starenhancer"].rates.proxies == 1e-2
    assert by["starenhancer"].system.source == "mean" and by["starenhancer"].losses["lab"] == 1
    assert by["msm"].system.encoder == "difference" and by["msm"].system.enhancer == "unet"
    assert by["study-adain"].losses["pixel_gram"] == 0.01 and not by["study-adain"].losses["gram"]
    pairs = by["study-adain-pairs"]
    assert (one.protocol, one.losses, one.rates) == (pairs.protocol, pairs.losses, pairs.rates)
    assert pairs.system == one.system.model_copy(update={"paired": True})


def test_a_system_that_needs_pairs_has_no_row_without(tmp_path: Path, sample_images: dict[str, np.ndarray]) -> None:
    small = SystemConfig(width=16, channels=8, encoder_channels=8, side=32)
    for name, config in (("blind", small), ("paired", small.model_copy(update={"paired": True}))):
        save_system(tmp_path / name, build_system(config), {})
    bundle = list_bundles(resource("bundles"))[0].path
    methods = MethodSet(bundle, "cpu", {name: tmp_path / name for name in ("blind", "paired")})
    assert methods.names[-4:] == ["model", "blind", "paired", "oracle"]
    photo, edit = sample_images["coffee"][:99, :131], sample_images["coffee"][:99, :131] // 2
    for mode, works in (("pairs", True), ("mixed", True), ("after", False)):
        flags = with_original(mode, 2)
        references = shown([(photo, edit)] * 2, flags)
        assert (methods.learn("paired", references) is not None) == works
        learnt = methods.learn("blind", references)
        assert learnt is not None and learnt(photo, edit).shape == photo.shape
        assert methods.what_counts("blind", flags) == ("blind", 2)
        assert methods.what_counts("paired", flags) == ("paired", flags)
    assert methods.learn("blind", []) is None
