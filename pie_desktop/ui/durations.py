"""Durations as people say them."""


def duration_text(seconds: float) -> str:
    """For instance `45 s`, `3 min 20 s`, `2 h 05 min`; coarser the longer, so that the text does not flicker."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60 // 5 * 5:02d} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
