"""Two stages, the first with one learned proxy per user: the encoder learns to tell the users of the population apart.

Song, Qian and Du, StarEnhancer: Learning real-time and style-aware image enhancement, 2021: a style encoder trained as
a classifier of styles, then frozen, and a curve enhancer between source and target style. Theirs also learns to go from
one user's retouch to another's; here every photo starts unedited, as for all systems compared, and what the encoder
makes of it is the source style.
"""

from typing import cast

from torch import nn

from training.losses.metric import ProxyName, proxy_classifier
from training.study.config import StudyConfig
from training.study.protocols.two_stage import TwoStage


class TwoStageProxies(TwoStage):
    """As `TwoStage`, with a proxy loss."""

    def _metric(self, config: StudyConfig, users: int) -> nn.Module:
        return proxy_classifier(cast(ProxyName, config.protocol.metric), config.system.width, users)
