"""The process that tries inputs: `python -m tests.fuzz.worker`; its parent sees when it crashes, hangs or swells.

It reads `TARGET NUMBER` or `TARGET FILE` line by line and answers each with one line of JSON. An input is made from
the seed, the target and the number alone, so that it can be made again.
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
from tests.fuzz.corpus import make_photos
from tests.fuzz.targets import Corpus, targets

CONTAINED = ("crashed the photo reader", "could not be read within", "of memory to be opened")


def serve(seed: str, folder: Path) -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    made = folder / "corpus"
    made.mkdir()
    own = targets(Corpus(make_photos(made), folder))
    isolation.start(processes=1)
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        name, what = line.rstrip("\n").split(" ", 1)
        place = folder / "input"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        make, attempt = own[name]
        path = make(random.Random(f"{seed}/{name}/{what}"), place) if what.isdigit() else Path(what)
        (folder / "current").write_text(str(path), encoding="utf-8")
        shutil.copy(path, folder / f"tried{path.suffix}")  # the target may move or change its file
        answers.write(json.dumps(_tried(attempt, path)) + "\n")
        answers.flush()
    isolation.stop()


def _tried(attempt, path: Path) -> dict[str, str]:  # type: ignore[no-untyped-def]
    try:
        attempt(path)
    except (PieError, Cancelled) as error:
        return {
            "kind": "contained" if any(words in str(error) for words in CONTAINED) else "refused",
            "text": str(error),
        }
    except Exception as error:
        return {"kind": type(error).__name__, "text": traceback.format_exc()}
    return {"kind": "", "text": ""}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[2]) as home:
        os.environ["PIE_DESKTOP_HOME"] = home
        Path(sys.argv[2], "place").write_text(home, encoding="utf-8")
        serve(sys.argv[1], Path(home))
