"""What an export asks of the place where its photos are made."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from pie_desktop.engine.export_worker import ExportTask, Outcome, TableWanted


class Pool(Protocol):
    """Where photos are made: processes of this machine, or a cluster.

    `asks` tells whether its workers want the table once they have decoded a photo; otherwise tasks bring it along.
    """

    asks: bool

    @property
    def idle(self) -> int: ...
    @property
    def busy(self) -> int: ...
    def submit(self, task: ExportTask) -> None: ...
    def answer(self, index: int, table: np.ndarray | str) -> None: ...
    def wait(self, timeout: float) -> Sequence[Outcome | TableWanted]: ...
    def running(self) -> list[ExportTask]: ...
    def close(self, at_once: bool = False) -> None: ...
