"""Write the commands and options of docs/CLI.md anew from the program's own help."""

import html
import os
import subprocess
import sys
from pathlib import Path

from marked_section import update_page

REPOSITORY = Path(__file__).resolve().parents[1]


def command_section() -> str:
    """Markdown of all commands but the root, whose text the page has itself."""
    command = [sys.executable, "-m", "typer", "pie_desktop.cli", "utils", "docs", "--name", "pie-desktop"]
    environment = dict(os.environ, PYTHONPATH=str(REPOSITORY), PYTHONIOENCODING="utf-8")
    page = subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8").stdout
    _, heading, commands = page.partition("\n## ")
    # Escaped for HTML even inside code spans, where Markdown shows the escapes.
    return html.unescape(heading + commands)


if __name__ == "__main__":
    update_page(REPOSITORY / "docs" / "CLI.md", "commands", command_section())
