"""The API reference as HTML, made from the docstrings by pdoc: `build/api/index.html`. Needs the extra `[docs]`.

usage: python scripts/make_api_reference.py [FOLDER]
"""

import importlib
import sys
from pathlib import Path

import pdoc
import pdoc.doc
import pdoc.render

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("pie_desktop", "training")
DOCSTRINGS = "google"


def public_modules() -> list[str]:
    """Dotted names of all modules of both packages but those that start a program when they are imported."""
    files = (path.relative_to(REPOSITORY) for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))
    names = {".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in files}
    return sorted(name for name in names if not name.endswith("__main__"))


def documented(name: str) -> pdoc.doc.Module:
    """A module as the reference sees it; imports it."""
    return pdoc.doc.Module(importlib.import_module(name))


def write_reference(folder: Path) -> None:
    """One page per module, and an index with a search."""
    pdoc.render.configure(docformat=DOCSTRINGS, show_source=False)
    pdoc.pdoc(*PACKAGES, "!.*__main__", output_directory=folder)


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "build" / "api"
    write_reference(target)
    print(target / "index.html")
