"""All systems of a study, one after the other: each is trained and kept, or its failure is; none stops the others.

Several processes share the systems out among them: each trains whole ones, so that nothing of a system depends on how
many there are.
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from torch import nn

from pie_desktop import json_files
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.model.systems.build import DESCRIPTION, build_system, save_system
from pie_desktop.model.systems.system import System, SystemConfig
from training.fit.basis import kept_basis
from training.reports.files import rounded
from training.running.checkpoint import has_checkpoint
from training.running.events import Event
from training.running.folders import used_by_one
from training.running.loop import PAUSE
from training.running.processes import ALONE, Processes, pixel_device
from training.running.stepping import NotFinite
from training.study.config import Scale, StudyConfig
from training.study.measures import Curve
from training.study.population import Material, prepare_material
from training.study.protocols import build_protocol
from training.study.trainer import StudyTrainer

SETTINGS, FAILURE = "study.json", "failed.json"
WORDS = {"title", "source", "departures", "paper_rates"}  # what is said of a system, and changes no weight


@dataclass(frozen=True)
class Run:
    """One training of a system at one scale, and its folder.

    Attributes:
        config: of the system, at the scale's size; a training after the first has its seed in name and title.
        scale: what all systems get alike.
        folder: `<out>/<name>`: settings, checkpoint, and `system.json` once it is trained.
        repeat: number of the training, 0 for the first.
        system: name of the system, the same for all its trainings.
    """

    config: StudyConfig
    scale: Scale
    folder: Path
    repeat: int = 0
    system: str = ""

    @property
    def seed(self) -> int:
        """Of the weights at the start."""
        return self.scale.seed + self.repeat

    @property
    def trained(self) -> bool:
        """Whether there is a system to judge."""
        return (self.folder / DESCRIPTION).exists()

    @property
    def over(self) -> bool:
        return self.trained or (self.folder / FAILURE).exists()

    @property
    def begun(self) -> bool:
        return has_checkpoint(self.folder)

    @property
    def failure(self) -> str | None:
        """What went wrong, or None."""
        path = self.folder / FAILURE
        if not path.exists():
            return None
        try:
            return str(json_files.read_object(path).get("message"))
        except json_files.DamagedJsonError as error:
            return f"The note of the failure, {path}, cannot be read: {error}."

    def settings(self) -> dict[str, Any]:
        """All that the weights depend on; where a run may end is not part of it."""
        scale = json.loads(self.scale.model_dump_json(exclude={"evaluation", "device", "checkpoint_seconds", "seeds"}))
        return {"system": json.loads(self.config.model_dump_json(exclude=WORDS)), "scale": scale}


def runs_of(configs: Sequence[StudyConfig], scale: Scale, out: Path) -> list[Run]:
    """Where every system is kept, at the scale's size.

    Raises:
        PieError: a system cannot be built at that size.
    """
    changes = scale.system.model_dump(exclude_none=True)
    found = []
    for repeat in range(scale.seeds):  # all systems once before any twice
        for config in configs:
            try:
                system = SystemConfig.model_validate(config.system.model_dump() | changes)
            except ValidationError as error:
                raise PieError(f"The sizes of the scale {scale.name} do not fit {config.name}: {error}.") from error
            update: dict[str, Any] = {"system": system}
            if repeat:
                seed = scale.seed + repeat
                update |= {"name": f"{config.name}-seed-{seed}", "title": f"{config.title}, seed {seed}"}
            trained = config.model_copy(update=update)
            found.append(Run(trained, scale, out / trained.name, repeat, config.name))
    return found


def check(runs: Sequence[Run], resume: bool) -> None:
    """Refuse what cannot be trained or would mix two studies, before hours are spent.

    Raises:
        PieError: a protocol cannot train its system, a folder holds a run with other settings, or one that was cut
            off and is not to be resumed.
    """
    for run in runs:
        if not run.over:
            build_protocol(run.config, build_system(run.config.system), users=2)
        kept = run.folder / SETTINGS
        if not kept.exists():
            continue
        if _compared(_kept_settings(kept)) != _compared(run.settings()):
            raise PieError(
                f"{run.folder} was trained with other settings; choose another folder with --out, or remove it."
            )
        if run.begun and not run.over and not resume:
            raise PieError(f"{run.folder} was interrupted; continue with --resume, or choose another --out.")


def _compared(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings without words, and without losses of weight 0: one that did not exist yet is as good as not used.

    What was trained before there was a choice of precision was trained in float32.
    """
    system, scale = settings.get("system"), settings.get("scale")
    if not isinstance(system, dict) or not isinstance(system.get("losses"), dict) or not isinstance(scale, dict):
        return settings  # damaged, and therefore equal to none
    counted = {key: value for key, value in system.items() if key not in WORDS}
    losses = {name: weight for name, weight in system["losses"].items() if weight}
    return {"system": counted | {"losses": losses}, "scale": {"precision": "float32"} | scale}


def _kept_settings(path: Path) -> dict[str, Any]:
    try:
        return json_files.read_object(path)
    except json_files.DamagedJsonError:
        return {}


def train_all(
    runs: Sequence[Run],
    out: Path,
    should_stop: Callable[[], bool] = lambda: False,
    processes: Processes = ALONE,
) -> Iterator[Event]:
    """Train what is not trained yet; the events of `StudyTrainer`, each with its `system`.

    Yields further `skipped`, `failed` and `done`; after `stopped` nothing else comes.

    Args:
        processes: each calls this with the same arguments, has the events of its own systems, and ends with them; the
            leader ends when all systems are over.

    Raises:
        PieError: photographs, device or a checkpoint cannot be used, or another training uses the folder.
    """
    # as the leader sees it: what another process has done meanwhile must not change whose turn it is
    over = processes.agreed(*(run.over for run in runs))
    if all(over):
        return
    left = [run for run, done in zip(runs, over, strict=True) if not done]
    mine = left[processes.share.index :: processes.share.count]
    with contextlib.ExitStack() as kept:
        with processes.leader_first():
            if processes.leader:
                kept.enter_context(used_by_one(out))
            device = processes.device(runs[0].scale.device)
            material = prepare_material(runs[0].scale, out / "cache", pixel_device(device))
        for run in runs:
            if run not in left and processes.leader:
                yield {"event": "skipped", "system": run.config.name}
            for event in _train(run, material, device, should_stop) if run in mine else ():
                yield event | {"system": run.config.name}
                if event["event"] == "stopped":
                    return
        if processes.alone or not processes.leader:
            return
        while missing := [run.config.name for run in left if not run.over]:
            if should_stop():
                yield {"event": "stopped", "system": ", ".join(missing), "step": None}
                return
            time.sleep(PAUSE)


def _train(run: Run, material: Material, device: torch.device, should_stop: Callable[[], bool]) -> Iterator[Event]:
    trainer = _trainer(run, material, device, should_stop)
    if run.begun:
        trainer.resume()
    run.folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(run.folder / SETTINGS) as temporary:
        temporary.write_text(json.dumps(run.settings(), indent=2) + "\n", encoding="utf-8")
    try:
        for event in trainer.events():
            if event["event"] != "finished":
                yield event
    except (NotFinite, torch.OutOfMemoryError) as error:
        message, step = str(error).split("\n")[0], trainer.progress.step
        if run.begun:
            # what the last checkpoint holds is good, and is judged
            trainer = _trainer(run, material, device, should_stop)
            trainer.resume()
            save_system(run.folder, trainer.average.system, _card(run, trainer, message))
        with atomic_write(run.folder / FAILURE) as temporary:
            temporary.write_text(json.dumps({"message": message, "step": step}) + "\n", encoding="utf-8")
        yield {"event": "failed", "step": step, "message": message}
        return
    if trainer.fraction() >= 1:
        save_system(run.folder, trainer.average.system, _card(run, trainer, None))
        yield {"event": "done", "step": trainer.progress.step, "folder": str(run.folder)}


def _trainer(run: Run, material: Material, device: torch.device, should_stop: Callable[[], bool]) -> StudyTrainer:
    torch.manual_seed(run.seed)
    system = build_system(run.config.system)
    if system.needs_basis:
        c = run.config.system
        system.set_basis(kept_basis(material.photos, c.components, c.lut_size, run.scale.seed, material.cache))
    protocol = build_protocol(run.config, system, material.population.size).to(device)
    curve = Curve(material.validation.to(device), run.scale.batch.references)
    population = material.population
    return StudyTrainer(run.config, run.scale, protocol, population, curve, run.folder, should_stop, run.repeat)


def parameters(module: nn.Module) -> int:
    """Number of learned values."""
    return sum(p.numel() for p in module.parameters())


def _card(run: Run, trainer: StudyTrainer, failure: str | None) -> dict[str, Any]:
    p, system = trainer.progress, trainer.average.system
    assert isinstance(system, System)
    parts = {"encoder": parameters(system.encoder), "enhancer": parameters(system.enhancer)}
    card = {
        **run.settings(),
        "device": str(trainer.device),
        "steps": p.step,
        "samples": p.samples,
        "seconds": p.elapsed,
        "parameters": {"all": parameters(system), **parts},
        "users": trainer.population.size,
        "curve": p.curve,
        "identity": trainer.curve.identity,
        "seed": run.seed,
        "failure": failure,
    }
    rounded_card: dict[str, Any] = rounded(card, 6)
    return rounded_card
