"""The process that tries inputs: `python -m tests.fuzz.worker`; its parent sees when it crashes, hangs or swells.

It reads `make TARGET NUMBER` or `again TARGET FOLDER` line by line and answers each with one line of JSON. An input is
made from the seed, the target and the number alone; a kept one is tried again as it is.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from pie_desktop.errors import Cancelled, PieError
from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo
from tests.fuzz.corpus import Corpus
from tests.fuzz.targets import Try, taken_again, targets

CONTAINED = ("crashed the photo reader", "could not be read within", "of memory to be opened")
TRIED = "tried"
"""Folder beside the input with a copy of it as it was before it was tried."""


def serve(seed: str, home: Path) -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    corpus, known = Corpus(home / "corpus"), targets()
    isolation.start(processes=1, prepare=isolation.EXPORT)
    load_photo(corpus.photos[0])  # when that answers, all is loaded and compiled
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        how, name, what = line.rstrip("\n").split(" ", 2)
        place = home / "input"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        make, attempt = known[name]
        try:
            if how == "make":
                path = make(corpus, random.Random(f"{seed}/{name}/{what}"), place)
            else:
                path = _again(Path(what), place)
            shutil.rmtree(home / TRIED, ignore_errors=True)
            shutil.copytree(place, home / TRIED)  # what is tried may be moved or changed
        except Exception:
            answer = {"kind": "driver", "text": traceback.format_exc()}
        else:
            facts = {"place": str(place), "path": str(path.relative_to(place))}
            (home / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
            answer = _tried(attempt, path)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    isolation.stop()


def _again(finding: Path, place: Path) -> Path:
    facts = json.loads((finding / "finding.json").read_text(encoding="utf-8"))
    taken_again(finding / "input", place, facts["place"])
    return place / str(facts["path"])


def _tried(attempt: Try, path: Path) -> dict[str, str]:
    try:
        attempt(path)
    except (PieError, Cancelled) as error:
        contained = any(words in str(error) for words in CONTAINED)
        return {"kind": "contained" if contained else "refused", "text": str(error)}
    except Exception as error:
        return {"kind": type(error).__name__, "text": traceback.format_exc()}
    return {"kind": "", "text": ""}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[2]) as own:
        os.environ["PIE_DESKTOP_HOME"] = own
        Path(sys.argv[2], "place").write_text(own, encoding="utf-8")
        serve(sys.argv[1], Path(own))
