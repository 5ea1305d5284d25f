"""The look: hue-free dark chrome, one accent, and icons drawn in the same colours.

Properties of a widget that the style sheet looks at.
"""

from dataclasses import asdict, dataclass
from functools import cache

from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from pie_desktop import paths

# Spacing in device-independent pixels; everything is a multiple of 4.
SPACE = 8
HALF_SPACE = 4


@dataclass(frozen=True)
class Colours:
    """Names of the theme's colours; `dark.qss` refers to them as `@name`.

    Only `accent` and the three signal colours have a hue, so that the chrome does not tint the judgement of a photo.
    Text on every chrome shade reaches a contrast of 4.5:1 (`text`, `text_muted`); `text_disabled` is exempt by WCAG.
    """

    window: str = "#2b2b2b"
    panel: str = "#303030"
    raised: str = "#3a3a3a"
    hover: str = "#444444"
    pressed: str = "#262626"
    field: str = "#222222"
    border: str = "#1f1f1f"
    outline: str = "#4c4c4c"
    canvas: str = "#3c3c3c"
    text: str = "#e4e4e4"
    text_strong: str = "#ffffff"
    text_muted: str = "#adadad"
    text_disabled: str = "#737373"
    accent: str = "#e8963c"
    accent_hover: str = "#f2a650"
    accent_text: str = "#1c1c1c"
    info: str = "#7fb2e5"
    warning: str = "#e9c46a"
    error: str = "#f0857d"


COLOURS = Colours()


def apply_theme(app: QApplication) -> None:
    """Give the application the palette, font and style sheet; called once, before the first widget is made."""
    app.setStyle("Fusion")
    app.setPalette(_palette(COLOURS))
    app.setFont(_interface_font(app.font()))
    app.setStyleSheet(style_sheet())


def style_sheet(colours: Colours = COLOURS) -> str:
    """The style sheet with the colours filled in."""
    sheet = paths.resource("theme/dark.qss").read_text(encoding="utf-8")
    values = asdict(colours)
    # Longest first: `@text` is the beginning of `@text_muted`.
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", values[name])
    return sheet.replace("url(theme:", f"url({paths.resource('theme').as_posix()}/")


@cache
def icon(name: str, colour: str = COLOURS.text, active: str = COLOURS.text_strong) -> QIcon:
    """A qtawesome icon such as `mdi6.compare`, in the theme's colours."""
    import qtawesome

    return qtawesome.icon(name, color=colour, color_active=active, color_disabled=COLOURS.text_disabled)


def numeric_font(font: QFont) -> QFont:
    """The font with digits of equal width, so that numbers do not dance while they change."""
    numeric = QFont(font)
    numeric.setFeature(QFont.Tag("tnum"), 1)
    return numeric


def _interface_font(font: QFont) -> QFont:
    font = numeric_font(font)
    if font.pointSizeF() > 0:
        font.setPointSizeF(max(9.0, min(font.pointSizeF(), 10.5)))
    return font


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, colour in {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.field,
        role.AlternateBase: colours.panel,
        role.Text: colours.text,
        role.BrightText: colours.text_strong,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.text_muted,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.accent_text,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Light: colours.outline,
        role.Midlight: colours.hover,
        role.Mid: colours.border,
        role.Dark: colours.border,
        role.Shadow: "#000000",
    }.items():
        palette.setColor(where, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, where, QColor(colours.text_disabled))
    palette.setColor(disabled, role.Highlight, QColor(colours.outline))
    return palette


def set_flag(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property and let the style sheet see it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
