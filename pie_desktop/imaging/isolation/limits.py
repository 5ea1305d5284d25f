"""How much time and memory reading one photo may take."""

from dataclasses import dataclass
from pathlib import Path

from pie_desktop.errors import DecodeError

_GIGABYTE = 1e9


@dataclass(frozen=True)
class Limits:
    """Bombs are small files and huge photographs are large ones, so both limits grow with the size of the file.

    Attributes:
        seconds: of work for any file, whatever else the computer does meanwhile.
        patience: seconds by the clock, for a process that waits: for a dead drive, or for itself.
        bytes_per_second: what a slow network drive delivers; reading the file at this rate comes on top of both.
        memory: bytes for any file.
        memory_free_size, memory_per_byte: a file larger than this many bytes may take so many times its excess on top.
    """

    seconds: float = 10.0
    patience: float = 60.0
    bytes_per_second: float = 2e6
    memory: int = 2_000_000_000
    memory_free_size: int = 50_000_000
    memory_per_byte: int = 10

    def seconds_for(self, size: int) -> float:
        """Work on a file of so many bytes."""
        return self.seconds + size / self.bytes_per_second

    def patience_for(self, size: int) -> float:
        """Time by the clock for a file of so many bytes."""
        return self.patience + size / self.bytes_per_second

    def memory_for(self, size: int) -> int:
        """Memory for a file of so many bytes."""
        return self.memory + self.memory_per_byte * max(0, size - self.memory_free_size)


def too_slow(path: Path, seconds: float) -> DecodeError:
    return DecodeError(
        f"{path.name} could not be read within {seconds:.0f} seconds; it is probably damaged, or its disk is too slow: "
        "try a copy on another disk."
    )


def too_large(path: Path, memory: int) -> DecodeError:
    return DecodeError(
        f"{path.name} needs more than {memory / _GIGABYTE:.3g} GB of memory to be opened; it is damaged or too large: "
        "make a smaller copy."
    )


def crashed(path: Path) -> DecodeError:
    """The answer to a photo whose decoder ended with its process."""
    return DecodeError(
        f"{path.name} crashed the photo reader; it is probably damaged: copy it again or restore it from a backup."
    )


def file_size(path: Path) -> int:
    """Bytes; 0 when the file is gone."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
