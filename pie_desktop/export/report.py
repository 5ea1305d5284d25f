"""What an export did, photo by photo."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.staging import SourceState

_FARTHEST = 3  # photos that are named

Status = Literal["written", "skipped", "failed", "cancelled"]


@dataclass(frozen=True)
class ExportItem:
    """The result for one photo.

    Attributes:
        source, target: as planned.
        status: `written`, `skipped`, `failed` or `cancelled`.
        message: one sentence: the reason, or a warning about a written photo; None where there is nothing to say.
        general: mean CIEDE2000 of the general enhancement, None unless written.
        preference: mean CIEDE2000 of the user's preference, None unless written.
        source_state: the source as it was when it was read, None unless written.
        expected_error: mean CIEDE2000 by which the style's result, at its full strength, may be expected to miss the
            user's own edit; None unless written, and where the model does not know.
        copy: name of the virtual copy; empty for the photo itself.
        fit_error: mean CIEDE2000 between the style's result, at its full strength, and the picture of a model that does
            not answer with LUTs by itself; None unless written, and for other models.
    """

    source: Path
    target: Path
    status: Status
    message: str | None = None
    general: float | None = None
    preference: float | None = None
    source_state: SourceState | None = None
    expected_error: float | None = None
    copy: str = ""
    fit_error: float | None = None

    @property
    def version(self) -> PhotoVersion:
        """The photo or its virtual copy."""
        return PhotoVersion(self.source, self.copy)


@dataclass(frozen=True)
class ExportProgress:
    """How far an export is.

    Attributes:
        done: photos that are finished, in whatever way.
        total: photos of the plan.
        remaining: seconds to go as far as can be told, None at the beginning.
        current: name of the photo that was last begun.
        item: the photo that has just finished, None when one was begun.
        begun: the file of the photo that has just been begun, else None.
    """

    done: int
    total: int
    remaining: float | None
    current: str
    item: ExportItem | None = None
    begun: Path | None = None

    @property
    def fraction(self) -> float:
        return self.done / self.total if self.total else 1.0


@dataclass(frozen=True)
class ExportReport:
    """All results in the order of the plan.

    Attributes:
        items: one per planned photo; none is missing.
        seconds: how long it took.
        notice: one sentence about the export itself, such as that its journal could not be written; else None.
        receipt: the readable receipt, None where none was written.
    """

    items: tuple[ExportItem, ...]
    seconds: float
    notice: str | None = None
    receipt: Path | None = None

    def count(self, status: Status) -> int:
        """How many photos ended so."""
        return sum(item.status == status for item in self.items)

    @property
    def cancelled(self) -> bool:
        return self.count("cancelled") > 0

    @property
    def summary(self) -> str:
        """Such as `38 written, 2 skipped, 1 failed`."""
        return self._counts("written", "skipped", "failed", "cancelled") or "nothing to export"

    @property
    def others_summary(self) -> str:
        """The summary without the failures, which stand by themselves; `0 written` where there is nothing else."""
        if len(self.items) > self.count("failed"):
            return self._counts("written", "skipped", "cancelled")
        return "0 written" if self.items else "nothing to export"

    def _counts(self, *statuses: Status) -> str:
        counts = [(self.count(status), status) for status in statuses]
        return ", ".join(f"{count} {status}" for count, status in counts if count)

    @property
    def expectation(self) -> str | None:
        """How far the photos may be from the user's own edits, and which of them the farthest; None if unknown."""
        known = [(item.expected_error, item.version.name) for item in self.items if item.expected_error is not None]
        if not known:
            return None
        known.sort(key=lambda entry: -entry[0])
        mean = sum(error for error, _ in known) / len(known)
        farthest = ", ".join(f"{name} ({error:.1f})" for error, name in known[:_FARTHEST])
        most = f"; the most for {farthest}" if len(known) > 1 else ""
        return f"Expected difference from your own edits: about {mean:.1f} ΔE00{' on average' if most else ''}{most}"

    @property
    def fit(self) -> str | None:
        """How far the photos are from the model's own pictures, where LUTs stand in for these; None elsewhere."""
        known = [item.fit_error for item in self.items if item.fit_error is not None]
        if not known:
            return None
        return f"LUTs stand in for the model's own pictures: ΔE00 {sum(known) / len(known):.2f} from them on average"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: counts by status, `seconds`, and `items` with their paths as text."""
        items = [asdict(item) | {"source": str(item.source), "target": str(item.target)} for item in self.items]
        statuses: tuple[Status, ...] = ("written", "skipped", "failed", "cancelled")
        return {status: self.count(status) for status in statuses} | {"seconds": round(self.seconds, 3), "items": items}

    def to_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
