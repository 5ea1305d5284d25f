"""`python -m training study`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from pie_desktop.errors import PieError

if TYPE_CHECKING:
    from training.study.config import Scale
    from training.study.runner import Run


def _chosen_scale(
    path: Path,
    minutes: float | None,
    photos: Path | None,
    looks: Path | None,
    test_photos: Path | None,
    device: str | None,
    experts: Path | None,
    hold_out: list[str],
    seeds: int | None,
) -> "Scale":
    from training.study.config import Budget, load_scale

    if photos and experts:
        raise PieError("--photos and --experts are both something to train on; give one of them.")
    if hold_out and not experts:
        raise PieError("--hold-out names a style of a prepared data set; name its cache with --experts.")
    scale = load_scale(path)
    population: dict[str, object] = {"folder": photos} if photos else {}
    if experts:
        population = {"kind": "prepared", "folder": experts, "hold_out": tuple(hold_out)}
    evaluation = {key: value for key, value in (("looks", looks), ("photos", test_photos)) if value}
    return scale.model_copy(
        update={
            "budget": Budget(minutes=minutes, clock=scale.budget.clock) if minutes else scale.budget,
            "population": scale.population.model_copy(update=population),
            "evaluation": scale.evaluation.model_copy(update=evaluation),
            "device": device or scale.device,
            "seeds": seeds or scale.seeds,
        }
    )


def study(
    configs: Annotated[list[Path], typer.Argument(help="Configurations of systems (TOML): configs/study/*.toml.")],
    scale: Annotated[Path, typer.Option(help="Settings that all systems share (TOML).")] = Path(
        "configs/scales/reduced.toml"
    ),
    out: Annotated[Path, typer.Option(help="Folder of the study; systems trained there are kept.")] = Path(
        "runs/study"
    ),
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Training time of every system, in minutes.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=100, help="Trainings of every system.")] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of photographs to train on.")] = None,
    experts: Annotated[Path | None, typer.Option(help="Cache made by `prepare` to train on instead.")] = None,
    hold_out: Annotated[
        list[str] | None,
        typer.Option(help="With --experts: a style that is not to train, such as 'expert C'."),
    ] = None,
    looks: Annotated[Path | None, typer.Option(help="Folder of looks (.cube, HaldCLUT .png) to test with.")] = None,
    test_photos: Annotated[Path | None, typer.Option(help="Folder of photographs to test with.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Name of a system to train; can be repeated.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted study.")] = False,
    evaluate_only: Annotated[
        bool, typer.Option("--evaluate-only", help="Train nothing; evaluate the systems that are trained.")
    ] = False,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Only rewrite the page, from results.json.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Page to write (.md), its figures beside it; default: STUDY.md in --out.")
    ] = None,
    extend: Annotated[
        Path | None,
        typer.Option(help="results.json of an earlier study: what it lacks is trained, judged in brief, and added."),
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Bundle to compare with; default: the shipped one.")] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Folder for event files of TensorBoard: the curves of every system.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the evaluation.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of torch.")] = 1,
) -> None:
    """Train the systems of the study on the same users with the same budget, and compare them."""
    import torch

    from training.benchmark.cli import chosen_bundle
    from training.reports.files import prepare_folder
    from training.running.asking import Asking, stop_on_signal
    from training.running.processes import start_processes
    from training.running.tensorboard import drawn
    from training.study.config import load_systems
    from training.study.evaluate import require_tests
    from training.study.progress import study_sink
    from training.study.report import read_results
    from training.study.runner import check, runs_of, train_all
    from training.study.supplement import left_to_add

    torch.set_num_threads(threads)
    systems = load_systems(configs)
    unknown = set(only or ()) - {system.name for system in systems}
    if unknown:
        raise PieError(f"--only: no configuration is called {', '.join(sorted(unknown))}.")
    chosen = _chosen_scale(scale, minutes, photos, looks, test_photos, device, experts, hold_out or [], seeds)
    runs = runs_of([system for system in systems if not only or system.name in only], chosen, out)
    if extend and report_only:
        raise PieError("--extend adds what is judged now, and --report-only judges nothing; leave one of them out.")
    earlier = read_results(extend) if extend else None
    if earlier:
        runs = left_to_add(runs, earlier)
    page = report or out / "STUDY.md"
    if page.suffix.lower() != ".md":
        raise PieError(f"--report: {page} is not a Markdown page; give it the suffix .md.")
    for path in (out / "results.json", page):
        prepare_folder(path)
    require_tests(chosen)
    processes = start_processes(chosen.device)
    if not (evaluate_only or report_only):
        with processes.leader_first():
            if processes.leader:
                check(runs, resume)
        # several processes cannot share a line of a terminal
        sink = study_sink(Console(force_terminal=None if processes.alone else False))
        asking = Asking()
        with stop_on_signal(asking), drawn(tensorboard) as draw:
            for event in train_all(runs, out, asking.stop, processes):
                sink(event)
                draw(event)
                if event["event"] == "stopped":
                    raise typer.Exit(130)
    if processes.leader:
        work = workers, threads
        if earlier and extend:
            _extend(earlier, extend.parent, runs, out, page, chosen_bundle(model), *work)
        else:
            _report(runs, out, page, chosen_bundle(model), report_only, *work)


def convert_starenhancer(
    folder: Annotated[
        Path,
        typer.Argument(help="Folder of stylish.pth.tar, enhancer.pth.tar and mapping.pth.tar; embeddings.npy is used."),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the system that is made; it must hold none yet.")],
    source: Annotated[int, typer.Option(min=1, help="Which style of embeddings.npy is unedited, from 1.")] = 6,
) -> None:
    """Make a system of the study, without pickle, of the weights that StarEnhancer's authors published."""
    from pie_desktop.model.systems.build import DESCRIPTION, save_system
    from training.study.starenhancer_weights import published_system

    if (out / DESCRIPTION).exists():
        raise PieError(f"{out} holds a system already; choose another folder with --out.")
    files = {name: folder / f"{name}.pth.tar" for name in ("stylish", "enhancer", "mapping")}
    embeddings = folder / "embeddings.npy"
    known = embeddings.exists()
    system = published_system(files, embeddings if known else None, source)
    about = {"system": {"name": "starenhancer-published"}, "source": "StarEnhancer (Song, Qian and Du, ICCV 2021)"}
    save_system(out, system, about)
    start = "the mean style of the unedited photos" if known else "its own style, as there is no embeddings.npy"
    Console().print(f"{out}: every photo starts from {start}.", soft_wrap=True, markup=False, highlight=False)


def _report(runs: "list[Run]", out: Path, page: Path, bundle: Path, written: bool, workers: int, threads: int) -> None:
    """Judge what is trained, unless results are written already, and make the page."""
    from pie_desktop.model.bundle import read_bundle_info
    from training.benchmark.table import print_table
    from training.reports.files import write_json
    from training.study.evaluate import evaluate_study
    from training.study.progress import status_lines
    from training.study.report import RESULTS, complete, read_results, write_report
    from training.study.supplement import add_to

    first, repeats = ([run for run in runs if bool(run.repeat) == again] for again in (False, True))
    with status_lines(Console(stderr=True)) as report:
        if written:
            found = read_results(out / RESULTS)
        else:
            rows, found = evaluate_study(first, out, bundle, report, workers, threads)
            found |= {"model": read_bundle_info(bundle).id}
            write_json(out / RESULTS, found)
            print_table(rows, Console(width=120))
            if repeats:
                found = add_to(found, repeats, bundle, report, workers, threads)
        found = complete(found, first, out, bundle, report, workers, threads)
        report("images")
        found = write_report(found, first, bundle, page)
        write_json(out / RESULTS, found)
    Console().print(f"Results: {out / RESULTS}\nPage: {page}", markup=False)


def _extend(
    earlier: dict[str, Any],
    images: Path,
    runs: "list[Run]",
    out: Path,
    page: Path,
    bundle: Path,
    workers: int,
    threads: int,
) -> None:
    """Add what is trained to earlier results, and make the page of all."""
    from training.reports.files import write_json
    from training.study.progress import status_lines
    from training.study.report import RESULTS, rewrite, with_images
    from training.study.supplement import add_to

    with status_lines(Console(stderr=True)) as report:
        found = add_to(earlier, runs, bundle, report, workers, threads)
        found = with_images(found, images, page)
        write_json(out / RESULTS, found)
        rewrite(found, page)
    Console().print(f"Results: {out / RESULTS}\nPage: {page}", markup=False)
