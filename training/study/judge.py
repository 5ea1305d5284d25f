"""Comparisons of a study's methods: differences over the same users, and what may be concluded from them."""

from collections.abc import Sequence

import numpy as np

from training.benchmark.methods import METHODS
from training.benchmark.metrics import Mean
from training.study.words import TASKS, Results, method_titles, number

Setting = tuple[str, str]  # method, mode
UNEDITED: Setting = ("identity", "after")
END_TO_END: Setting = ("study-adain", "after")  # what ablations and the questions of the study change one thing of
NO_EDIT = 50.0  # dB: who is this near to the photo as it is has left it alone


class Judge:
    """Differences of the same users' photos, with 95 % bootstrap intervals over users.

    A difference whose interval holds zero counts as none, and so does one that another training of the same systems,
    with another seed, has the other way round. Where neither of two methods can be told from the photo as it is,
    nothing is concluded from their difference.

    Attributes:
        tasks: names, in the order of the tables.
        systems: settings of the systems that were trained.
        refs: references that all of them had.
        trainings: names of all trainings of a system that were judged, by the name of the first.
    """

    def __init__(self, results: Results) -> None:
        self.results, self.titles = results, method_titles(results)
        entries, more = results["steering"], results.get("repeats", {})
        self.tasks = list(dict.fromkeys(e["task"] for e in entries))
        self.found = {(e["task"], e["method"], e["mode"]): e for e in (*more.get("steering", ()), *entries)}
        judged = {method for _, method, _ in self.found}
        self.trainings: dict[str, list[str]] = {}
        for s in (*results["systems"], *more.get("systems", ())):
            if s["name"] in judged:
                self.trainings.setdefault(s.get("system", s["name"]), []).append(s["name"])
        again = {name for names in self.trainings.values() for name in names[1:]}
        self.settings = list(dict.fromkeys((e["method"], e["mode"]) for e in entries if e["method"] not in again))
        self.systems = [s for s in self.settings if s[0] not in METHODS]
        self.refs = entries[0]["refs"] if entries else 0

    def title(self, setting: Setting) -> str:
        return f"**{self.titles[setting[0]]}**"

    def mean(self, setting: Setting) -> float:
        """PSNR, the mean over tasks."""
        return float(np.mean([self.found[task, *setting]["own"]["mean"] for task in self.tasks]))

    def nearest(self, settings: Sequence[Setting]) -> tuple[Setting, str]:
        """Which comes nearest in the mean over tasks, and with how many of the seeds, where there are several."""
        again = [self.again(s) for s in settings]
        means = [[self.mean(one) for one in trainings] for trainings in again]
        best = max(range(len(settings)), key=lambda n: means[n][0])
        count = max(len(values) for values in means)
        if count == 1:
            return settings[best], ""
        by_seed = [[values[min(n, len(values) - 1)] for values in means] for n in range(count)]
        first = sum(values[best] == max(values) for values in by_seed)
        return settings[best], f" ({'with each' if first == count else f'with {first}'} of {count} seeds)"

    def value(self, task: str, setting: Setting) -> str:
        """PSNR and, where it was measured, dE00."""
        entry = self.found[task, *setting]
        colors = entry.get("users_de00")
        apart = f" (dE00 {np.mean(colors):.1f})" if colors else ""
        return f"{number(entry['own']['mean'])} dB{apart} on {TASKS.get(task, task)}"

    def editing(self, task: str) -> np.ndarray:
        """Which users of a task do not leave their photos alone."""
        return np.array(self.found[task, *UNEDITED]["users"]) < NO_EDIT

    def difference(self, task: str, first: Setting, second: Setting, of: np.ndarray | None = None) -> Mean:
        """How much nearer the first comes, dB; for some of the users alone where `of` says which."""
        return Mean.of([[[gain]] for gain in self._of_users(task, first, second, of)], self.results["seed"])

    def _of_users(self, task: str, first: Setting, second: Setting, of: np.ndarray | None) -> np.ndarray:
        gains = np.subtract(self.found[task, *first]["users"], self.found[task, *second]["users"])
        return gains if of is None else gains[of]

    def again(self, setting: Setting) -> list[Setting]:
        """All trainings of what a setting names, the first one first."""
        method, mode = setting
        return [(name, mode) for name in self.trainings.get(method, [method])]

    def gains(self, task: str, first: Setting, second: Setting, of: np.ndarray | None = None) -> list[float]:
        """How much nearer the first comes by every seed, dB; what was trained once stands for each."""
        ones, others = self.again(first), self.again(second)
        pairs = [
            (ones[min(n, len(ones) - 1)], others[min(n, len(others) - 1)]) for n in range(max(len(ones), len(others)))
        ]
        return [float(self._of_users(task, one, other, of).mean()) for one, other in pairs]

    def sign(self, task: str, first: Setting, second: Setting, of: np.ndarray | None = None) -> str:
        """`above`, `below`, `level` where the interval holds zero, or `varying` where seeds do not agree."""
        found = verdict(self.difference(task, first, second, of))
        if found == "level":
            return found
        gains = self.gains(task, first, second, of)
        agreed = min(gains) > 0 if found == "above" else max(gains) < 0
        return found if agreed else "varying"

    def verdict(self, task: str, first: Setting, second: Setting) -> str:
        """As `sign`, or `untold` where neither can be told from the photo as it is."""
        found = self.sign(task, first, second)
        if UNEDITED in (first, second):
            return found
        alike = all(self.sign(task, one, UNEDITED) in ("level", "varying") for one in (first, second))
        return "untold" if alike else found

    def against(self, first: Setting, second: Setting) -> str:
        """On every task, by how much the first is above or below the second."""
        parts = []
        for task in self.tasks:
            d, found = self.difference(task, first, second), self.verdict(task, first, second)
            between = f"{number(d.low, sign='+')} to {number(d.high, sign='+')}"
            words = f"{number(abs(d.mean))} dB {found} ({between})"
            if found == "level":
                words = f"indistinguishable ({between} dB)"
            elif found == "varying":
                words = f"above or below, depending on the seed ({between} dB with the first)"
            elif found == "untold":
                words = f"not to be compared ({between} dB, and neither can be told from the photo as it is)"
            parts.append(f"{words} on {TASKS.get(task, task)}")
        return listed(parts)

    def passed(self, task: str, setting: Setting) -> tuple[list[str], list[str]]:
        """The controlled tests that a method passes on a task, and those that it does not, see `steering`."""
        controls = self.found[task, *setting].get("controls")
        if not controls:
            lost = {"other": self.found[task, *setting]["lost"]}
        else:
            lost = {name: control["psnr"] for name, control in controls.items()}
        passed = [name for name, value in lost.items() if value["low"] > 0]
        if any(self.found[task, *one]["lost"]["mean"] <= 0 for one in self.again(setting)):
            passed = [name for name in passed if name != "other"]
        return passed, [name for name in lost if name not in passed]


def verdict(difference: Mean) -> str:
    """`above`, `below`, or `level` where the interval holds zero."""
    return "above" if difference.low > 0 else "below" if difference.high < 0 else "level"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
