"""Write docs/STUDY.md and its figures anew from docs/study/results.json.

That file, and the photographs beside it, are written by `python -m training study … --report docs/STUDY.md`; none of
it is edited by hand.
"""

import json
from pathlib import Path

from training.study.report import RESULTS, image_folder, rewrite

PAGE = Path(__file__).resolve().parents[1] / "docs" / "STUDY.md"


def main() -> None:
    rewrite(json.loads((image_folder(PAGE) / RESULTS).read_text(encoding="utf-8")), PAGE)


if __name__ == "__main__":
    main()
