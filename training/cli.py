"""The command line of the training core."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pie_desktop.errors import PieError, printable
from training.audit.cli import audit
from training.benchmark.ablation import ablations
from training.benchmark.cli import benchmark, evaluate
from training.benchmark.contact_sheet import contact_sheet
from training.benchmark.hand_cli import corrections
from training.benchmark.published_cli import fivek
from training.benchmark.report_cli import report as show_report
from training.benchmark.variations import variations
from training.data.cli import prepare, sheet, statistics
from training.data.pairs_cli import pairs as show_pairs
from training.fit.estimate_cli import estimate, ranged, with_preset
from training.study.cli import convert_starenhancer, study
from training.study.export import export_model

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _about() -> None:
    """Train, evaluate and compare the models of PIE Desktop."""


app.command("pairs")(show_pairs)
app.command()(estimate)
app.command()(benchmark)
app.command()(evaluate)
app.command()(fivek)
app.command("report")(show_report)
app.command()(audit)
app.command()(corrections)
app.command()(ablations)
app.command()(variations)
app.command("contact-sheet")(contact_sheet)
app.command()(study)
app.command("export-model")(export_model)
app.command("convert-starenhancer")(convert_starenhancer)
app.command()(prepare)
app.command()(statistics)
app.command()(sheet)


@app.command()
def fit(
    config: Annotated[
        Path | None, typer.Option(help="Configuration (TOML) of a run on simulated users or pairs.")
    ] = None,
    pairs: Annotated[
        list[Path] | None, typer.Option(help="Folder of your own edits; can be repeated. See `training pairs`.")
    ] = None,
    originals: Annotated[Path | None, typer.Option(help="Folder of the originals, if they are elsewhere.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the run, for its checkpoint and cache.")] = Path("runs/fit"),
    models: Annotated[
        Path | None, typer.Option(help="Folder for the finished model; default: that of the run.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the finished model.")] = None,
    init: Annotated[
        Path | None, typer.Option(help="Model (bundle) to start from; default for --pairs: the shipped one.")
    ] = None,
    epochs: Annotated[
        float | None,
        ranged("epochs", "Passes over the pairs; default: until the held-out pairs come no nearer", parts=True),
    ] = None,
    minutes: Annotated[float | None, ranged("minutes", "Time limit", parts=True)] = None,
    preset: Annotated[str | None, typer.Option(help="quick (five minutes) or full; other options go before.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Optimizer steps.")] = None,
    references: Annotated[int | None, ranged("references", "Most reference images per sample.")] = None,
    encoder_lr: Annotated[float | None, ranged("encoder_lr", "Learning rate of the encoder.")] = None,
    enhancer_lr: Annotated[float | None, ranged("enhancer_lr", "Learning rate of the enhancer.")] = None,
    adapters: Annotated[
        int | None,
        typer.Option(min=0, max=64, help="Rank of adapters that learn in the place of the weights; 0: none."),
    ] = None,
    gram: Annotated[float | None, ranged("gram", "Weight of the Gram loss.")] = None,
    tv: Annotated[float | None, ranged("tv", "Weight of the total-variation loss.")] = None,
    no_teachers: Annotated[
        bool, typer.Option("--no-teachers", help="Do without the configured teachers (learned retouchers).")
    ] = False,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = None,
    seed: Annotated[int | None, ranged("seed", "Seed of the random choices.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads of torch.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Processes that prepare data ahead; default: 0.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="With --resume: train no further; the best weights so far become a model.")
    ] = False,
    events: Annotated[
        str | None,
        typer.Option(help="'-': JSON lines on stdout; 'pause', 'go on' and 'stop' are lines on stdin."),
    ] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Folder for event files of TensorBoard: the curves of the run.")
    ] = None,
) -> None:
    """Train a model, or fine-tune one on your own edits."""
    import torch

    from training.fit.assemble import fit as run_fit
    from training.fit.config import load_config, override, own_pairs_config, stored_config
    from training.running.asking import Asking, listen, stop_on_signal
    from training.running.events import Reporter, json_sink, text_sink
    from training.running.processes import start_processes
    from training.running.tensorboard import drawn

    if threads:
        torch.set_num_threads(threads)
    if finish and not resume:
        raise PieError("--finish makes a model of a run that was stopped; give --resume and its folder with --out.")
    if resume:
        base = stored_config(out)
    elif (config is None) == (not pairs):
        raise PieError("Name either a configuration with --config or a folder of your edits with --pairs.")
    else:
        base, init = (load_config(config), init) if config is not None else own_pairs_config(pairs or [], init)
    if preset is not None:
        minutes, references = with_preset(preset, minutes, references)
    chosen = override(
        base,
        {
            "run": {
                "name": name,
                "minutes": minutes,
                "device": device,
                "seed": seed,
                "steps": steps,
                "adapters": adapters,
            },
            "data": {"references": references, "workers": workers},
            "optimizer": {"encoder_lr": encoder_lr, "enhancer_lr": enhancer_lr},
            "losses": {"gram": gram, "tv": tv},
        },
    )
    if no_teachers:
        chosen = chosen.model_copy(update={"data": chosen.data.model_copy(update={"teachers": None})})
    if chosen.data.kind == "pairs" and (epochs or steps):
        # who says how long gets just that
        chosen = override(chosen, {"run": {"patience": 0}})
    sink = json_sink if events == "-" else text_sink(Console())
    processes = start_processes(chosen.device)
    report = Reporter(sink)
    asking = Asking(out)
    if events == "-" and processes.leader:
        listen(asking)
    last = ""

    def stop() -> bool:
        return asking.stop() or report.lost

    # Before the first step there is nothing to save.
    begun = stop_on_signal(asking, begun=lambda: last not in ("", "start", "baseline"))
    with begun, drawn(tensorboard) as draw:
        places = out, models or out, init, originals
        for event in run_fit(chosen, *places, resume, stop, processes, epochs, should_wait=asking.pause, finish=finish):
            last = event["event"]
            report(event)
            draw(event)
    if last == "stopped" and asking.interrupted:
        raise typer.Exit(130)


def main() -> None:
    """Run the command line; a `PieError` is one line on stderr, an event where asked for, and exit code 2."""
    try:
        # the number of a `typer.Exit`, or what the command returns: nothing
        code = app(standalone_mode=False)
        if code:
            sys.exit(code)
    except PieError as error:
        if "--events" in sys.argv and os.environ.get("RANK", "0") == "0":
            from training.running.events import Reporter, json_sink

            Reporter(json_sink)({"event": "error", "message": str(error)})
        print(printable(str(error)), file=sys.stderr)
        sys.exit(2)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if hasattr(error, "format_message"):
            print(error.format_message(), file=sys.stderr)
            sys.exit(2)
        raise
