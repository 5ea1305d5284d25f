"""Properties of a widget that the style sheet looks at."""

from PySide6.QtWidgets import QWidget


def set_flag(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property and let the style sheet see it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
