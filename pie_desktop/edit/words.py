"""What a step of an enhancement does to a photo, in plain words that come from its numbers."""

import numpy as np

from pie_desktop.edit.explanation import SECTORS, Step

_LEAST, _CLEAR, _MUCH = 1.0, 3.0, 8.0  # of L*, a* or b* in the mean of a zone: worth a word, no longer slight, strong
_ALIKE = 0.6  # where all zones change by so much of the largest change, the whole photo does
_LEAST_CHROMA, _CLEAR_CHROMA, _MUCH_CHROMA = 0.06, 0.15, 0.4
_LEAST_TURN, _CLEAR_TURN, _MUCH_TURN = 5.0, 10.0, 25.0  # degrees of hue
_LEAST_HUE_CHROMA = 5.0  # C*ab, beyond what all colours do
_MOST = 4
_ZONES = ("shadows", "midtones", "highlights")
# What photographers call the hues of CIE L*a*b*, from 0 degrees on.
_HUES = (
    "pinks", "reds", "oranges", "yellows", "yellow-greens", "greens",
    "greens", "cyans", "cyans", "blues", "purples", "magentas",
)  # fmt: skip
_TOWARDS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "magenta")
_TOWARDS_AT = (25.0, 60.0, 95.0, 145.0, 200.0, 270.0, 310.0, 345.0)


def described(step: Step) -> str:
    """One sentence such as “Brightens shadows, cools highlights slightly and mutes greens.”"""
    if step.gray:
        return _sentence(["turns it black and white", *(text for _, text in _light(step))][:_MOST])
    found = [*_light(step), *_cast(step), *_colors(step)]
    found.sort(key=lambda one: -one[0])
    return _sentence([text for _, text in found[:_MOST]]) if found else "Changes hardly anything."


def _light(step: Step) -> list[tuple[float, str]]:
    return _of_zones(step.zones[:, 0], "brightens", "darkens")


def _cast(step: Step) -> list[tuple[float, str]]:
    return [
        *_of_zones(step.zones[:, 2], "warms", "cools"),
        *_of_zones(step.zones[:, 1], "tints {} towards magenta", "tints {} towards green"),
    ]


def _of_zones(changes: np.ndarray, more: str, less: str) -> list[tuple[float, str]]:
    """Weights and words of what becomes of shadows, midtones and highlights."""
    there = np.isfinite(changes)
    if not there.any():
        return []
    known = changes[there]
    largest = float(known[np.abs(known).argmax()])
    if abs(largest) < _LEAST:
        return []
    same = known * np.sign(largest)
    if (same >= _ALIKE * abs(largest)).all() or (len({_degree(value) for value in same}) == 1 and same.min() >= _LEAST):
        return [(abs(largest), _phrase(more if largest > 0 else less, "the photo", float(same.mean())))]
    words: dict[tuple[bool, str], list[int]] = {}
    for zone, change in enumerate(changes):
        if there[zone] and abs(change) >= _LEAST:
            words.setdefault((change > 0, _degree(abs(change))), []).append(zone)
    found = []
    for (up, _), zones in words.items():
        most = max(abs(float(changes[zone])) for zone in zones)
        found.append((most, _phrase(more if up else less, " and ".join(_ZONES[zone] for zone in zones), most)))
    return found


def _phrase(verb: str, what: str, change: float) -> str:
    said = verb.format(what) if "{}" in verb else f"{verb} {what}"
    return f"{said}{_degree(change)}"


def _degree(change: float, clear: float = _CLEAR, much: float = _MUCH) -> str:
    return " slightly" if change < clear else " strongly" if change >= much else ""


def _colors(step: Step) -> list[tuple[float, str]]:
    found = []
    apart = abs(np.log(max(step.chroma, 0.05)))
    if apart >= _LEAST_CHROMA:
        verb = "makes colours richer" if step.chroma > 1 else "mutes colours"
        found.append((10 * apart, f"{verb}{_degree(apart, _CLEAR_CHROMA, _MUCH_CHROMA)}"))
    usual = float(np.nanmedian(step.sectors[:, 1])) if np.isfinite(step.sectors).any() else 0.0
    said: set[str] = set()
    for sector, (turn, chroma) in enumerate(step.sectors):
        name = _HUES[sector]
        if not np.isfinite(turn) or name in said:
            continue
        if abs(turn) >= _LEAST_TURN:
            text = f"turns {name} towards {_next_hue(sector, turn)}{_degree(abs(turn), _CLEAR_TURN, _MUCH_TURN)}"
            found.append((abs(turn) / 4, text))
            said.add(name)
        elif abs(chroma - usual) >= _LEAST_HUE_CHROMA and np.sign(chroma) == np.sign(chroma - usual):
            found.append((abs(chroma - usual) / 2, f"{'enriches' if chroma > 0 else 'mutes'} {name}"))
            said.add(name)
    return found


def _next_hue(sector: int, turn: float) -> str:
    """The hue that one lies towards, other than its own name."""
    hue, step = sector * 360 / SECTORS, 15.0 if turn > 0 else -15.0
    own = _HUES[sector]
    for number in range(1, 24):
        near = _nearest(hue + number * step)
        if near not in own:
            return near
    return _nearest(hue + 180)


def _nearest(hue: float) -> str:
    apart = [abs((hue - at + 180) % 360 - 180) for at in _TOWARDS_AT]
    return _TOWARDS[int(np.argmin(apart))]


def _sentence(phrases: list[str]) -> str:
    joined = phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"
    return f"{joined[:1].upper()}{joined[1:]}."
