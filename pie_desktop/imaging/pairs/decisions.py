"""What a person decided about pairs: used or not, and which photo is the original. Kept in one small file.

Edits are known by their content, so that a decision stays when one is moved or renamed; where the content is not known,
or has changed, by their path.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock

from pie_desktop import json_files, paths
from pie_desktop.errors import PieError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.pairs.find import PairGuess
from pie_desktop.imaging.pairs.judge import path_text

FORMAT = 1
MOST = 100_000  # edits that anything is decided about; the oldest decisions go first
CHOSEN = "chosen by you"


@dataclass(frozen=True)
class Decision:
    """About one edit.

    Attributes:
        used: whether the pair trains; None where the program decides.
        original: path of the original that a person chose; empty for the one that is found.
        content: `file_digest` of the edit; empty where it is not known.
    """

    used: bool | None = None
    original: str = ""
    content: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is decided."""
        return self.used is None and not self.original


class Decisions:
    """The decisions of a person, by edit; several processes may read and write them.

    Args:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Decision] = {}
        self._by_content: dict[str, Decision] = {}
        self.read()

    @classmethod
    def of_program(cls) -> "Decisions":
        """Those that the editor and the training share."""
        return cls(paths.home_dir() / "pairs" / "decisions.json")

    def read(self) -> None:
        """Take in what is on the disk; a damaged file is set aside, and `problem` says so."""
        self.problem = ""
        try:
            stored = json_files.read_object(self._path)
            if stored.get("format") != FORMAT:
                raise json_files.DamagedJsonError("it is of another version")
            self._known = json_files.as_type(dict[str, Decision], stored["decisions"])
        except FileNotFoundError:
            self._known = {}
        except (KeyError, ValueError) as error:
            self._known = {}
            place = json_files.set_aside(self._path)
            self.problem = f"What was decided about pairs could not be read ({error}); decide again." + (
                f" The file is kept as {place}." if place is not None else ""
            )
        except OSError as error:
            self._known = {}
            self.problem = f"What was decided about pairs could not be read: {error.strerror or error}."
        self._note_contents()

    def of(self, edit: Path, content: str = "") -> Decision:
        """What was decided about an edit.

        Args:
            content: its `file_digest`, where that is known.
        """
        here = self._known.get(path_text(edit))
        if here is not None and (not content or here.content in ("", content)):
            return here
        return self._by_content.get(content) or here or Decision()

    def decide(self, changes: Mapping[Path, Decision]) -> None:
        """Decide about edits; an empty decision takes back what was decided about this file or this content.

        Raises:
            PieError: it cannot be written; it holds until the program ends.
        """
        texts = {path_text(edit): decision for edit, decision in changes.items()}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock")):
                self.read()  # another process may have decided something
                self._change(texts)
                with atomic_write(self._path) as temporary:
                    known = {edit: asdict(decision) for edit, decision in self._known.items()}
                    text = json_files.to_text({"format": FORMAT, "decisions": known})
                    temporary.write_text(text, encoding="utf-8")
        except OSError as error:
            self._change(texts)
            raise PieError(f"The decision cannot be kept in {self._path}: {error.strerror or error}.") from error

    def apply(self, guess: PairGuess) -> PairGuess:
        """The guess with the original that a person chose, where that is still there, or the other way round."""
        if guess.before is not None and self.of(guess.before).original == path_text(guess.after):
            return PairGuess(guess.before, guess.after, CHOSEN)
        chosen = self.of(guess.after).original
        if not chosen or not Path(chosen).is_file():
            return guess
        return replace(guess, before=Path(chosen), how=CHOSEN, doubt="")

    def _change(self, texts: Mapping[str, Decision]) -> None:
        taken_back = {one.content for one in texts.values() if one.content and one.empty}
        decided = {one.content for one in texts.values() if one.content}

        def stays(edit: str, one: Decision) -> bool:
            moved = one.content in decided and not Path(edit).exists()
            return edit not in texts and one.content not in taken_back and not moved

        known = {edit: one for edit, one in self._known.items() if stays(edit, one)}
        known |= {edit: decision for edit, decision in texts.items() if not decision.empty}
        self._known = dict(list(known.items())[-MOST:])
        self._note_contents()

    def _note_contents(self) -> None:
        self._by_content = {one.content: one for one in self._known.values() if one.content}
