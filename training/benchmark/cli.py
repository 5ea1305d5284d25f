"""`python -m training benchmark` and `evaluate`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pie_desktop.errors import PieError

DRAWS = "Draws of references and photos for every user; the intervals are over users and draws."


def numbers_of(text: str, option: str = "--refs") -> list[int]:
    """Numbers of an option, rising. Raises PieError where it has something else."""
    try:
        numbers = sorted({int(part) for part in text.split(",")})
    except ValueError:
        numbers = []
    if not numbers or numbers[0] < 1:
        raise PieError(f"{option} takes numbers such as 1,3,5, not {text}.")
    return numbers


def _reporter(console: Console) -> Callable[[str], None]:
    """Prints a sentence that may hold file names."""
    return partial(console.print, soft_wrap=True, markup=False, highlight=False)


def systems_of(given: list[str]) -> dict[str, Path]:
    """Folders of systems by name, as given on the command line; each is looked at before anything is computed."""
    from pie_desktop.model.systems.build import load_system
    from training.benchmark.methods import METHODS

    found: dict[str, Path] = {}
    for text in given:
        name, _, folder = text.partition("=")
        if not name or not folder:
            raise PieError(f"--system takes a name and a folder, such as pienet=runs/study/pienet, not {text}.")
        if name in found or name in METHODS:
            raise PieError(f"--system: there are two methods called {name}; choose another name.")
        load_system(Path(folder))
        found[name] = Path(folder)
    return found


def chosen_bundle(model: Path | None) -> Path:
    """The bundle named, else the shipped one."""
    from pie_desktop.model.bundle import list_bundles
    from pie_desktop.paths import resource

    if model is not None:
        return model
    shipped = list_bundles(resource("bundles"))
    if not shipped:
        raise PieError("There is no shipped model; name one with --model.")
    return shipped[0].path


def benchmark(
    looks: Annotated[
        Path | None, typer.Option(help="Folder of looks (.cube, HaldCLUT .png), never trained on.")
    ] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of test photos, never trained on.")] = None,
    users: Annotated[Path | None, typer.Option(help="Folder of <user>/before and <user>/after.")] = None,
    simulated: Annotated[int, typer.Option(min=0, help="Number of simulated users over --photos.")] = 0,
    normalising: Annotated[int, typer.Option(min=0, help="Number of simulated users who normalise every photo.")] = 0,
    targets: Annotated[int, typer.Option(min=0, help="Number of simulated users with targets of their own.")] = 0,
    captures: Annotated[
        int, typer.Option(min=0, help="Number of simulated captures of --photos, to be corrected without references.")
    ] = 0,
    retouchers: Annotated[
        Path | None, typer.Option(help="Folder of learned retouchers (.safetensors), given captures of --photos.")
    ] = None,
    refs: Annotated[str, typer.Option(help="Numbers of references to test, separated by commas.")] = "1,3,5,10,20",
    count: Annotated[int, typer.Option(min=1, help="Number of looks.")] = 40,
    queries: Annotated[int, typer.Option(min=1, help="Photos compared per draw of a look or user.")] = 8,
    draws: Annotated[int, typer.Option(min=1, help=DRAWS)] = 2,
    model: Annotated[Path | None, typer.Option(help="Model (bundle); default: the shipped one.")] = None,
    system: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="A trained system of the study; can be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; they do not change the results.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of torch in each process.")] = 1,
    output: Annotated[Path | None, typer.Option("--json", help="Write the rows to this file.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Add the rows to the bundle's model card.")] = False,
) -> None:
    """Compare the model with identity, classical transfer, the plain LUT fit and the oracle."""
    from pie_desktop.model.bundle import read_bundle_info, record_in_card
    from training.benchmark.cases import Draws
    from training.benchmark.methods import MethodSet
    from training.benchmark.people import user_cases
    from training.benchmark.run import run_benchmark
    from training.benchmark.table import benchmark_report, print_table
    from training.benchmark.tasks import photo_tasks
    from training.reports.files import prepare_folder, write_json
    from training.running.pool import default_workers

    prepare_folder(output)
    numbers = numbers_of(refs)
    drawn = Draws(numbers[-1], queries, seed, draws)
    populations = {"simulated": simulated, "normalising": normalising, "targets": targets}
    tasks = {}
    if photos is not None:
        tasks = photo_tasks(photos, drawn, looks, count, populations, retouchers, captures)
    elif looks is not None or retouchers is not None or captures or any(populations.values()):
        raise PieError(
            "Looks, simulated users, learned retouchers and captures need test photos; name a folder with --photos."
        )
    console = Console(stderr=True)
    if users is not None:
        tasks["users"] = user_cases(users, drawn, _reporter(console))
    if not tasks:
        raise PieError(
            "Name at least one task: --users, or with --photos one of --looks, --retouchers, --simulated N,"
            " --normalising N, --targets N and --captures N."
        )
    bundle = chosen_bundle(model)
    methods = MethodSet(bundle, device, systems_of(system or []))
    with console.status("") as status:
        rows = run_benchmark(tasks, methods, numbers, seed, status.update, workers or default_workers(), threads)
    print_table(rows, Console(width=120))
    found = benchmark_report(rows, drawn, read_bundle_info(bundle).id)
    if output is not None:
        write_json(output, found)
    if record:
        record_in_card(bundle, "benchmark", found)


def evaluate(
    pairs: Annotated[
        list[Path] | None, typer.Option(help="Folder of your own edits; can be repeated. See `training pairs`.")
    ] = None,
    references: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of the edits that are shown to the model, with --queries; can be repeated."),
    ] = None,
    compared: Annotated[
        list[Path] | None,
        typer.Option("--queries", metavar="DIR", help="Folder of the edits that are compared; can be repeated."),
    ] = None,
    originals: Annotated[Path | None, typer.Option(help="Folder of the originals, if they are elsewhere.")] = None,
    model: Annotated[Path | None, typer.Option(help="Model (bundle); default: the shipped one.")] = None,
    refs: Annotated[str, typer.Option(help="Numbers of references to test, separated by commas.")] = "1,3,5",
    photos: Annotated[int, typer.Option(min=1, help="Photos compared per draw.")] = 20,
    draws: Annotated[int, typer.Option(min=1, help=DRAWS)] = 2,
    seed: Annotated[int, typer.Option(help="Seed of the random choices.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    output: Annotated[Path | None, typer.Option("--json", help="Write the rows to this file.")] = None,
) -> None:
    """Measure how near a model comes to your own edits, on photos that it has not seen."""
    from pie_desktop.model.bundle import read_bundle_info
    from training.benchmark.cases import Draws
    from training.benchmark.methods import MethodSet
    from training.benchmark.people import own_cases, trained_digests
    from training.benchmark.run import run_benchmark
    from training.benchmark.table import benchmark_report, print_table
    from training.reports.files import prepare_folder, write_json

    folders = compared or pairs
    if not folders or bool(references) != bool(compared) or (pairs and compared):
        raise PieError("Name a folder of your edits with --pairs, or two of them with --references and --queries.")
    prepare_folder(output)
    numbers = numbers_of(refs)
    bundle = chosen_bundle(model)
    methods = MethodSet(bundle, device)
    drawn = Draws(numbers[-1], photos, seed, draws)
    trained = trained_digests(read_bundle_info(bundle).card)
    cases = own_cases(folders, originals, drawn, _reporter(Console(stderr=True)), trained, references or ())
    rows = run_benchmark({"own edits": cases}, methods, numbers, seed)
    print_table(rows, Console(width=120))
    if output is not None:
        write_json(output, benchmark_report(rows, drawn, methods.inference.bundle_id))
