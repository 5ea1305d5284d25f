"""A limit for the memory of this process, where the system has one that counts what matters."""

import re
import sys
from pathlib import Path

SELF_LIMITING = sys.platform == "linux"  # elsewhere the parent watches


class MemoryLimit:
    """Lets allocations fail that go beyond what this process had when this was made, plus a limit."""

    def __init__(self) -> None:
        self._base = _data_bytes() if SELF_LIMITING else 0

    def set(self, limit: int) -> None:
        """From now on at most so many bytes more; nothing where the system cannot do it."""
        if sys.platform == "linux" and self._base:
            import resource

            hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
            wanted = self._base + limit
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """Private memory of this process so far, by Linux' count."""
    match = re.search(r"VmData:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(match[1]) * 1024 if match else 0
