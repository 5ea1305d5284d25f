"""A decoding process that some file names make crash or hang, whichever function reads them."""

import ctypes
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pie_desktop.imaging import decode
from pie_desktop.imaging.isolation import Limits, child


def serve(connection: Connection, limits: Limits) -> None:
    for name in ("probe", "load_photo", "load_preview", "load_proxy", "load_thumbnail", "load_wide"):
        setattr(decode, name, _guarded(getattr(decode, name)))
    child.serve(connection, limits)


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name.startswith("crash"):
            ctypes.string_at(0)
        while path.name.startswith("hang"):
            time.sleep(0.01)
        return function(path, *args, **kwargs)

    return call
