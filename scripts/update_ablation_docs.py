"""Put the table that `python -m training ablations` wrote into docs/ABLATIONS.md: `update_ablation_docs.py TABLE`."""

import argparse
from pathlib import Path

from marked_section import update_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "ABLATIONS.md"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, nargs="?", default=Path("runs/ablations/table.md"))
    update_page(PAGE, "ablations", parser.parse_args().table.read_text(encoding="utf-8"))
