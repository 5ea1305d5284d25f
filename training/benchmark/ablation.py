"""`python -m training ablations`: a small model trained once for each part that is left out, and a table of results."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.model.bundle import list_bundles
from training.benchmark.cases import Draws
from training.benchmark.methods import MethodSet
from training.benchmark.run import Row, run_benchmark
from training.benchmark.tasks import NORMALISING, simulated_cases
from training.data.users import UserMix
from training.fit.assemble import fit
from training.fit.config import FitConfig
from training.reports.files import rounded, write_json
from training.running.events import Event
from training.running.settings import merged, read_toml, validated

# users whose looks are fixed, who normalise every photo, and who treat every photo by its content
POPULATIONS = {
    "fixed": UserMix(perfect_capture=1.0, adaptive=0.0, no_taste=0.0, local=0.0),
    "normalising": NORMALISING,
    "adaptive": UserMix(perfect_capture=0.5, adaptive=1.0),
}
REFERENCES = (1, 5, 10)


@dataclass(frozen=True)
class Variant:
    """One row of the table: a name and the configuration that it is trained with."""

    name: str
    config: FitConfig

    @property
    def slug(self) -> str:
        """The name as a folder."""
        return "-".join("".join(c if c.isalnum() else " " for c in self.name.lower()).split())


def load_variants(path: Path) -> list[Variant]:
    """Read a file with a table `base`, a run's configuration, and `variants`: names and what they change.

    Raises:
        PieError: the file is missing or not valid.
    """
    read, found = read_toml(path), []
    if not {"base", "variants"} <= read.keys():
        raise PieError(f"The configuration {path} is not valid: it needs a table `base` and a list `variants`.")
    for changes in read["variants"]:
        if "name" not in changes:
            raise PieError(f"The configuration {path} is not valid: every variant needs a `name`.")
        config = validated(FitConfig, merged(read["base"], {k: v for k, v in changes.items() if k != "name"}), path)
        found.append(Variant(changes["name"], config))
    return found


def train(variant: Variant, out: Path, cache: Path) -> Iterator[Event]:
    """Train a variant into `out/<slug>`; one that is finished is not trained again, one that was cut off goes on."""
    run = out / variant.slug
    if list_bundles(run):
        return
    if cache.exists() and not (run / "cache").exists():
        shutil.copytree(cache, run / "cache")
    yield from fit(variant.config, run, run, resume=(run / "checkpoint.safetensors").exists())


def judge(variant: Variant, out: Path, photos: Path, users: int, queries: int, seed: int) -> list[Row]:
    """Benchmark of a trained variant on simulated users of every population; kept beside it and not repeated."""
    kept = out / variant.slug / "benchmark.json"
    if kept.exists():
        return [Row(**row) for row in json_files.read_object(kept)["rows"]]
    bundle = list_bundles(out / variant.slug)[0].path
    draws = Draws(max(REFERENCES), queries, seed)
    tasks = {name: simulated_cases(photos, users, draws, mix) for name, mix in POPULATIONS.items()}
    rows = run_benchmark(tasks, MethodSet(bundle, "cpu"), REFERENCES, seed)
    write_json(kept, rounded({"rows": [asdict(row) for row in rows]}))
    return rows


COLUMNS: tuple[tuple[str, str, str, int], ...] = (
    ("fixed, 1 pair", "fixed", "pairs", 1),
    ("fixed, 5 pairs", "fixed", "pairs", 5),
    ("normalising, 5 pairs", "normalising", "pairs", 5),
    ("normalising, 10 pairs", "normalising", "pairs", 10),
    ("adaptive, 5 pairs", "adaptive", "pairs", 5),
    ("adaptive, 10 pairs", "adaptive", "pairs", 10),
    ("fixed, 5 edits", "fixed", "after", 5),
    ("adaptive, 10 edits", "adaptive", "after", 10),
)


def markdown(results: Mapping[str, Sequence[Row]]) -> str:
    """Table of mean PSNR in dB; the first variant's LUT fit and identity stand above the variants."""
    lines = ["| | " + " | ".join(c[0] for c in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]

    def line(name: str, rows: Sequence[Row], method: str) -> str:
        found = {(r.task, r.mode, r.refs): r.psnr for r in rows if r.method == method}
        values = [found.get(column[1:]) for column in COLUMNS]
        return f"| {name} | " + " | ".join("" if v is None else f"{v:.2f}" for v in values) + " |"

    first = next(iter(results.values()))
    lines += [line("*unedited*", first, "identity"), line("*plain LUT fit*", first, "lut_fit")]
    return "\n".join(lines + [line(name, rows, "model") for name, rows in results.items()]) + "\n"


def ablations(
    photos: Annotated[Path, typer.Option(help="Folder of test photos, never trained on.")],
    config: Annotated[Path, typer.Option(help="The base configuration and the variants.")] = Path(
        "configs/ablations.toml"
    ),
    out: Annotated[Path, typer.Option(help="Folder of the runs; finished runs are not repeated.")] = Path(
        "runs/ablations"
    ),
    users: Annotated[int, typer.Option(min=2, help="Simulated test users of each kind.")] = 24,
    queries: Annotated[int, typer.Option(min=1, help="Photos compared per user.")] = 4,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of torch.")] = 1,
) -> None:
    """Train the model without one of its parts at a time, to measure what each part contributes."""
    import torch

    from training.benchmark.ablation import judge, load_variants, markdown, train

    torch.set_num_threads(threads)
    console = Console()
    results = {}
    variants = load_variants(config)
    for variant in variants:
        for event in train(variant, out, out / variants[0].slug / "cache"):
            if event["event"] in ("validation", "done"):
                console.print(f"{variant.name}: step {event['step']}, {event['psnr']:.2f} dB held out")
        rows = judge(variant, out, photos, users, queries, seed)
        results[variant.name] = rows
        console.print(markdown(results), markup=False, soft_wrap=True)
    (out / "table.md").write_text(markdown(results), encoding="utf-8")
