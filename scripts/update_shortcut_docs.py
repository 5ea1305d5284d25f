"""The tables of resources/help/6-shortcuts.md, written from the declared actions and their default keys."""

from pathlib import Path

from marked_section import update_page

from pie_desktop.ui.actions import registry
from pie_desktop.ui.actions.sheet import keys_as_markdown

PAGE = Path(__file__).resolve().parents[1] / "resources" / "help" / "6-shortcuts.md"


def main() -> None:
    update_page(PAGE, "keys", keys_as_markdown(lambda action_id: registry.action(action_id).keys))


if __name__ == "__main__":
    main()
