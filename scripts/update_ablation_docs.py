"""Put tables that `python -m training ablations` wrote into docs/ABLATIONS.md: `update_ablation_docs.py [TABLE]`.

With `--people`, the table of configs/ablations_people.toml.
"""

import argparse
from pathlib import Path

from marked_section import update_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "ABLATIONS.md"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, nargs="?", help="default: the one in the folder of the runs")
    parser.add_argument("--people", action="store_true", help="the second table of the page")
    chosen = parser.parse_args()
    section = "ablations_people" if chosen.people else "ablations"
    table = chosen.table or Path("runs") / section / "table.md"
    update_page(PAGE, section, table.read_text(encoding="utf-8"))
