"""Results of a study that never was, small and with every kind of row."""

from typing import Any

from training.benchmark.metrics import Mean, bootstrap_interval

TASKS = ("looks", "simulated")
REFS = (1, 5)
SYSTEMS = {
    "pienet": ("PieNet", "two_stage", "triplet"),
    "msm": ("Masked Style Modeling", "masked", None),
    "study-adain": ("pSp + U-Net, AdaIN", "end_to_end", None),
    "study-two-stage": ("pSp + U-Net, AdaIN, two stages", "two_stage", "multi_similarity"),
}
LOSSES = {"embedding-triplet": "Triplet", "embedding-center": "Center"}
# PSNR with edits alone and with pairs; None where it does not work
PSNR: dict[str, tuple[float | None, float | None]] = {
    "identity": (20.0, 20.0),
    "reinhard": (16.0, 16.0),
    "histogram": (15.0, 15.0),
    "lut_fit": (None, 28.0),
    "model": (23.0, 31.0),
    "pienet": (21.0, 21.0),
    "msm": (None, 24.0),
    "study-adain": (22.5, 22.5),
    "study-two-stage": (21.5, 21.5),
    "oracle": (40.0, 40.0),
}
JITTER = (-0.3, -0.1, 0.1, 0.3)  # of the users


def steering_entry(task: str, method: str, mode: str, own: float, lost: float) -> dict[str, Any]:
    """An entry of users whose PSNR and losses lie around the given ones."""

    def mean(center: float) -> dict[str, float]:
        low, high = bootstrap_interval([[center + j] for j in JITTER])
        return vars(Mean(center, low, high))

    values = {"own": mean(own), "swapped": mean(own - lost), "lost": mean(lost), "users": [own + j for j in JITTER]}
    return {"task": task, "method": method, "mode": mode, "refs": 5} | values


def _map(name: str, title: str) -> dict[str, Any]:
    points = [[[(u + 0.1 * s) / 4, (u + 0.2 * s) / 4] for s in range(3)] for u in range(3)]
    return {"name": name, "title": title, "points": points, "score": _score(0.5), "seen": 0.6}


def _score(value: float) -> dict[str, float]:
    return {"silhouette": value, "precision": value, "retrieval": value, "chance": 0.25}


def _system(
    name: str, title: str, protocol: str, metric: str | None, compared: bool, retrieval: float
) -> dict[str, Any]:
    curve = [
        {"seconds": 60.0 * n, "psnr": None if (protocol == "two_stage" and n == 1) or not compared else 20.0 + n}
        for n in (1, 2, 3)
    ]
    return {
        "name": name,
        "title": title,
        "source": f"paper of {title}",
        "protocol": protocol,
        "metric": metric,
        "compared": compared,
        "failure": None,
        "trained": True,
        "steps": 1234,
        "samples": 5678,
        "seconds": 180.0,
        "parameters": {"all": 300_000, "encoder": 200_000, "enhancer": 100_000},
        "device": "cpu",
        "curve": curve,
        "needs_pairs": name == "msm",
        "embedding": _score(retrieval),
    }


def study_results(
    psnr: dict[str, tuple[float | None, float | None]] | None = None, lost: float = 2.0
) -> dict[str, Any]:
    """Results as `training.study.report.write_report` leaves them.

    Args:
        psnr: replaces parts of `PSNR`.
        lost: dB that every method loses by a swap.
    """
    levels = PSNR | (psnr or {})
    rows, steering = [], []
    for task in TASKS:
        for method, by_mode in levels.items():
            for mode, value in zip(("after", "pairs"), by_mode, strict=True):
                if value is None:
                    continue
                for refs in REFS:
                    row = {"psnr": value, "psnr_low": value - 1.5, "psnr_high": value + 1.5, "de00": 9.0, "n": 8}
                    rows.append({"task": task, "method": method, "mode": mode, "refs": refs} | row)
        for method in ("identity", "pienet", "study-adain", "study-two-stage"):
            steering.append(steering_entry(task, method, "after", levels[method][0] or 0.0, lost))
        for method in ("msm", "lut_fit", "model"):
            steering.append(steering_entry(task, method, "pairs", levels[method][1] or 0.0, lost))
    systems = [_system(name, *about, True, 0.3) for name, about in SYSTEMS.items()]
    systems += [_system(n, t, "embedding", n[10:], False, 0.3 + 0.1 * k) for k, (n, t) in enumerate(LOSSES.items())]
    return {
        "scale": {
            "name": "reduced",
            "side": 96,
            "population": {"kind": "simulated", "users": 128, "shots": 24},
            "batch": {"users": 6, "references": 5, "queries": 2},
            "system": {"side": 64, "width": None, "channels": 8, "encoder_channels": 16},
            "budget": {"minutes": 4.0, "clock": "cpu", "samples": None},
            "evaluation": {"count": 24, "simulated": 16, "queries": 4, "embedding_users": 4, "embedding_shots": 3},
        },
        "seed": 7,
        "model": "0123456789abcdef",
        "rows": rows,
        "systems": systems,
        "shipped": {"name": "PIE base", "seconds": 4560, "steps": 13945, "users": 16, "parameters": 4_000_000},
        "steering": steering,
        "maps": [_map(n, a[0]) for n, a in SYSTEMS.items()]
        + [_map(n, t) for n, t in LOSSES.items()]
        + [_map("digits", "Check: handwritten digits")],
        "pictures": [{"file": "coffee.jpg", "title": "The photograph “coffee”", "text": "A user."}],
    }
