"""A study of tiny systems, trained for a few steps."""

from pathlib import Path

import torch

from pie_desktop.model.systems.system import SystemConfig
from training.study.config import (
    BatchConfig,
    Budget,
    EvaluationConfig,
    ImageWeights,
    Kind,
    PopulationConfig,
    ProtocolConfig,
    Rates,
    Scale,
    StudyConfig,
)

CPU = torch.device("cpu")
SMALL = SystemConfig(width=16, channels=8, encoder_channels=8, side=32)
METRICS: dict[str, str] = {"two_stage": "multi_similarity", "embedding": "triplet", "two_stage_proxies": "proxy_anchor"}


def tiny_scale(photos: Path, samples: int = 24) -> Scale:
    """Two photos of four users a step: three steps for 24 samples."""
    return Scale(
        name="tiny",
        seed=5,
        device="cpu",
        side=32,
        curve_points=2,
        population=PopulationConfig(folder=photos, bank_side=48, users=8, shots=6, validation_users=3),
        batch=BatchConfig(users=4, references=3, queries=2),
        budget=Budget(samples=samples),
        evaluation=EvaluationConfig(photos=photos, simulated=2, queries=1, refs=(1, 2), embedding_users=3),
    )


def tiny_system(kind: Kind, rate: float = 3e-3, **changes: object) -> StudyConfig:
    """A system trained by a protocol."""
    return StudyConfig(
        name=kind.replace("_", "-"),
        title=kind,
        source="none",
        system=SMALL.model_copy(update=changes),
        protocol=ProtocolConfig(kind=kind, metric=METRICS.get(kind), share=0.4),
        losses=ImageWeights(lab=1.0),
        rates=Rates(encoder=rate, enhancer=rate, warmup=1),
    )
