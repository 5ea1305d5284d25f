"""How ready a style is: one word, one sentence that says why, and what to add next.

The words follow the benchmark (docs/BENCHMARK.md): of the error that one pair leaves, three pairs take off a fifth,
five a quarter, and twenty a third, while twenty edits without originals do not come as far as one pair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pie_desktop.styles.consistency import Consistency
from pie_desktop.styles.style import Limit, Style, contradiction
from pie_desktop.styles.survey import Survey

_SOME, _ENOUGH, _MANY = 2, 5, 10
_MANY_EDITS = 10
_NAMED = 2  # kinds of photos that are missing


class Level(Enum):
    """The one word."""

    NONE = "unusable"
    WEAK = "weak"
    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"


# of pairs that have little in common, which only many of can tell what is done to another photo
_LESS = {Level.WEAK: Level.WEAK, Level.FAIR: Level.FAIR, Level.GOOD: Level.FAIR, Level.STRONG: Level.GOOD}


@dataclass(frozen=True)
class Readiness:
    """What is to be said of a style.

    Attributes:
        level: the word.
        reason: one sentence.
        advice: what to add next, one sentence; empty where nothing is wanted.
    """

    level: Level
    reason: str
    advice: str = ""


def readiness(style: Style, agreement: Mapping[str, float], seen: Survey | None = None) -> Readiness:
    """How ready a style is, as far as it is known.

    Args:
        agreement: how well each active reference fits the others, 0 to 1 by its id; empty while it is not known.
        seen: what its photos show; None while it is not known.
    """
    usable = [one for one in style.active if seen is None or one.id not in seen.damaged]
    pairs = [one for one in usable if one.before is not None]
    fits = [agreement[one.id] for one in pairs if one.id in agreement]
    if not usable:
        return Readiness(
            Level.NONE, "None of its copies can be read, or all are muted.", "Add some of your edits, with originals."
        )
    if not pairs:
        return _of_edits(len(usable))
    if style.picked:
        return Readiness(
            Level.FAIR,
            "It was made of your picks, which show a direction better than the details.",
            "Go on picking, or add edits of your own with their originals.",
        )
    consistency = Consistency.of(fits)
    level = _by_count(len(pairs))
    narrow = seen is not None and (Limit.ONE_SCENE in seen.limits or Limit.DARK_ORIGINALS in seen.limits)
    if contradiction(fits) is not None or narrow:
        level = Level.WEAK if level is Level.WEAK else Level.FAIR
    elif consistency is Consistency.SCATTERED:
        level = _LESS[level]
    return Readiness(level, _reason(len(pairs), consistency, seen), _advice(level, fits, seen))


def _of_edits(count: int) -> Readiness:
    advice = "An edit teaches far more together with its original: add the unedited original to each."
    if count == 1:
        return Readiness(Level.WEAK, "One edit without its original hardly shows what you do to photos.", advice)
    level = Level.FAIR if count >= _MANY_EDITS else Level.WEAK
    reason = f"{count} edits without originals show what you like, and only in part what you do to photos."
    return Readiness(level, reason, advice)


def _by_count(pairs: int) -> Level:
    if pairs < _SOME:
        return Level.WEAK
    if pairs < _ENOUGH:
        return Level.FAIR
    return Level.GOOD if pairs < _MANY else Level.STRONG


def _reason(pairs: int, consistency: Consistency | None, seen: Survey | None) -> str:
    if pairs == 1:
        return "One pair shows what you did to one photo; for all others it is a guess."
    said = f"{pairs} pairs"
    if consistency is Consistency.CONSISTENT:
        said = f"{pairs} consistent pairs"
    elif consistency is Consistency.VARIED:
        said = f"{pairs} pairs that vary from photo to photo"
    elif consistency is Consistency.SCATTERED:
        said = f"{pairs} pairs, each edited in its own way"
    missing = seen.missing()[:_NAMED] if seen is not None else ()
    if not missing:
        return f"{said}."
    return f"{said}, but no {' and no '.join(one.words for one in missing)}: there it goes by the other photos."


def _advice(level: Level, fits: Sequence[float], seen: Survey | None) -> str:
    if contradiction(fits) is not None:
        return "Remove or mute what does not belong, or give each of the tastes its own style."
    if Consistency.of(fits) is Consistency.SCATTERED:
        return "That is fine if you treat every photo by what it shows; then the style needs more pairs than others do."
    if level is Level.WEAK:
        return "Add two or more pairs of other photos."
    if seen is not None and Limit.ONE_SCENE in seen.limits:
        return "Add pairs of other scenes."
    if seen is not None and seen.missing():
        return "Add a pair of each of these, if you take such photos."
    return "Add pairs of the kinds of photos that you take most." if level is Level.FAIR else ""


def left_out(style: Style, seen: Survey | None) -> str:
    """Which references are left out as their copies are damaged or gone, as one sentence; empty where none are."""
    damaged = seen.damaged if seen is not None else ()
    sources = [one.source for one in style.references if one.id in damaged] + list(style.lost)
    if not sources:
        return ""
    names = [f"“{Path(source).name}”" for source in sources[:_NAMED]]
    if len(sources) > _NAMED:
        names.append(f"{len(sources) - _NAMED} more")
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"The copies of {said} are damaged or gone; the other references go on."
