"""How the systems of the study are trained: which stages there are, what learns in them, and what is minimised."""

from training.study.config import Kind, StudyConfig
from training.study.protocols.base import Batch, Protocol, Stage
from training.study.protocols.diffusion import Diffusion
from training.study.protocols.end_to_end import EndToEnd
from training.study.protocols.masked import Masked
from training.study.protocols.two_stage import EmbeddingOnly, TwoStage
from training.study.protocols.two_stage_proxies import TwoStageProxies
from training.systems.system import System

PROTOCOLS: dict[Kind, type[Protocol]] = {
    "end_to_end": EndToEnd,
    "two_stage": TwoStage,
    "two_stage_proxies": TwoStageProxies,
    "masked": Masked,
    "diffusion": Diffusion,
    "embedding": EmbeddingOnly,
}


def build_protocol(config: StudyConfig, system: System, users: int) -> Protocol:
    """The protocol that a system is trained with.

    Args:
        users: size of the population.

    Raises:
        PieError: the protocol cannot train this system.
    """
    return PROTOCOLS[config.protocol.kind](config, system, users)


__all__ = ["Batch", "Protocol", "Stage", "build_protocol"]
