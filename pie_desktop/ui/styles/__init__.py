"""The style panel: a gallery of styles made from the user's own edits."""

from pie_desktop.ui.styles.panel import StylePanel

__all__ = ["StylePanel"]
