"""The texts of the help: Markdown files in `resources/help`, in the order of their names."""

from dataclasses import dataclass
from pathlib import Path

from pie_desktop import paths

SHORTCUTS = "6-shortcuts"


@dataclass(frozen=True)
class HelpPage:
    """One page; `name` is its file's name without suffix, `title` its first heading."""

    name: str
    title: str
    markdown: str


def load_pages(folder: Path | None = None) -> list[HelpPage]:
    """All pages; `{home}` in them stands for the folder of the program's own files."""
    pages = []
    for file in sorted((folder or paths.resource("help")).glob("*.md")):
        text = file.read_text(encoding="utf-8").replace("{home}", str(paths.home_dir()))
        title = next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), file.stem)
        pages.append(HelpPage(file.stem, title, text))
    return pages
