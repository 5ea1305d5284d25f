"""`python -m training report`: what photos held out say of a model."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from pie_desktop.errors import PieError, printable

MOST = 60  # photos that are compared

if TYPE_CHECKING:
    from pie_desktop.model.report import ModelReport


def report(
    place: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run, or a model.")],
    pairs: Annotated[
        list[Path] | None,
        typer.Option(
            help="Make the report anew, on those edits in this folder that did not train the model; can be repeated."
        ),
    ] = None,
    originals: Annotated[Path | None, typer.Option(help="Folder of the originals, if they are elsewhere.")] = None,
    references: Annotated[int, typer.Option(min=1, max=50, help="Most references, where it is made anew.")] = 20,
    output: Annotated[Path | None, typer.Option("--json", help="Write all numbers to this file.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with the pictures to this file.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
) -> None:
    """Compare a tuned model with the shipped one and with references alone, on photos that it has not seen."""
    from pie_desktop.imaging.atomic import atomic_write
    from pie_desktop.model.blind_test import read_blind_test
    from pie_desktop.model.bundle import read_bundle_info
    from pie_desktop.model.report import read_report
    from training.benchmark.report_page import report_page
    from training.fit.run_report import model_of
    from training.reports.files import prepare_folder, rounded, write_json

    for file in (output, html):
        prepare_folder(file)
    bundle = model_of(place)
    found = report_on_pairs(bundle, pairs, originals, references, device) if pairs else read_report(bundle)
    if found is None:
        raise PieError(f"{bundle} has no report; name the folder of your edits with --pairs.")
    test = read_blind_test(bundle)
    picked = [] if test is None else [test.sentence()]
    for line in [*found.lines(), *picked]:
        print(printable(line))
    if output is not None:
        write_json(output, rounded(to_document(found) | {"blind_test": None if test is None else test.to_json()}))
    if html is not None:
        with atomic_write(html) as temporary:
            page = report_page(read_bundle_info(bundle).name, bundle, found, picked)
            temporary.write_text(page, encoding="utf-8")


def report_on_pairs(
    bundle: Path, folders: Sequence[Path], originals: Path | None, references: int, device: str
) -> "ModelReport | None":
    """Make the report of a model anew, on the pairs in some folders that a run would learn from.

    Those that trained it, or the models that it comes from, are its references and never compared; where there are
    none of these in the folders, some of the others are.

    Raises:
        PieError: there are too few pairs, or a model cannot be used.
    """
    from pie_desktop.model.bundle import read_bundle_info, record_in_card
    from training.benchmark.people import is_known, trained_digests
    from training.data.pairs import first_of, load_own_pairs
    from training.fit.comparing import Models, make_report
    from training.fit.run_report import shipped_bundle

    trained = trained_digests(read_bundle_info(bundle).card)
    bank = load_own_pairs(folders, originals)
    seen = [is_known(digests, trained) for digests in bank.digests]
    known = list(compress(bank.guesses, seen))
    others = list(compress(bank.guesses, (not one for one in seen)))
    if not known:
        count = min(references, len(others) // 2)
        known, others = others[:count], others[count:]
    if not known or not others:
        named = " and ".join(str(folder) for folder in folders)
        raise PieError(f"There are too few edits in {named} that did not train the model; name a folder with others.")
    shipped = shipped_bundle(bundle)
    chosen = np.random.default_rng(0).permutation(len(others))[:MOST].tolist()
    compared = [others[number] for number in sorted(chosen)]
    models, problems = Models(bundle, shipped, shipped), first_of(bank.problems)
    found = make_report(models, known[:references], compared, chosen=False, device=device, problems=problems)
    if found is not None:
        record_in_card(bundle, "proof", found.to_proof())
    return found


def to_document(found: "ModelReport") -> dict[str, object]:
    """All numbers of a report, for programs."""
    over = {"over_references": found.over_references, "over_shipped": found.over_shipped, "de00": found.de00}
    means = {which: asdict(found.mean(which)) for which in ("before", "shipped", "references", "ours")}
    return {
        "verdict": found.verdict,
        "references": found.references,
        "chosen": found.chosen,
        "means": means,
        **{name: asdict(gain) for name, gain in over.items()},
        "photos": [asdict(photo) | {"gain": photo.gain} for photo in found.by_gain],
        "problems": list(found.problems),
    }
