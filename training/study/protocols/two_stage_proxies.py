"""Two stages, the first with one learned proxy per user: the encoder learns to tell the users of the population apart.

Song, Qian and Du, StarEnhancer: Learning real-time and style-aware image enhancement, 2021: a style encoder trained as
a classifier of styles, then frozen, and a curve enhancer between source and target style.
"""

from typing import get_args

from torch import nn

from pie_desktop.errors import PieError
from training.losses.metric import ProxyName, proxy_classifier
from training.study.config import StudyConfig
from training.study.protocols.two_stage import TwoStage


class TwoStageProxies(TwoStage):
    """As `TwoStage`, with a proxy loss."""

    def _metric(self, config: StudyConfig, users: int) -> nn.Module:
        name = config.protocol.metric
        if name not in get_args(ProxyName):
            raise PieError(f"{config.name}: there is no proxy loss {name}; choose one of {get_args(ProxyName)}.")
        return proxy_classifier(name, config.system.width, users)
