"""The theme: hue-free dark chrome, one accent colour, spacing, fonts, and icons in the same colours."""

import re
from dataclasses import asdict, dataclass
from functools import cache

from PySide6.QtGui import QColor, QFont, QFontInfo, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from pie_desktop import paths

# Spacing in device-independent pixels; everything is a multiple of 4.
SPACE = 8
HALF_SPACE = 4


@dataclass(frozen=True)
class Colors:
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


COLORS = Colors()


TEXT_SIZE = "screen.text_size"
"""Setting: the size of texts in points; below `TEXT_SIZES`, the system's."""
TEXT_SIZES = (7, 20)
USUAL_PIXELS = 13  # height of the font that the style sheet's sizes are made for


def apply_theme(app: QApplication, points: float = 0.0) -> None:
    """Give the application the palette, font and style sheet; called once, before the first widget is made.

    Args:
        app: the application.
        points: size of the texts; that of the system, within reason, where it is below `TEXT_SIZES`.
    """
    app.setStyle("Fusion")
    app.setPalette(_palette(COLORS))
    font = _interface_font(app.font())
    if points >= TEXT_SIZES[0]:
        font.setPointSizeF(min(points, TEXT_SIZES[1]))
    app.setFont(font)
    app.setStyleSheet(style_sheet(scale=max(1.0, QFontInfo(font).pixelSize() / USUAL_PIXELS)))


def style_sheet(colors: Colors = COLORS, scale: float = 1.0) -> str:
    """The style sheet with the colours filled in; `scale` is that of its font sizes and of the height of fields."""
    sheet = paths.resource("theme/dark.qss").read_text(encoding="utf-8")
    values = asdict(colors)
    # Longest first: `@text` is the beginning of `@text_muted`.
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", values[name])
    sheet = re.sub(r"(font-size|min-height): (\d\d+)px", lambda found: _scaled(found, scale), sheet)
    return sheet.replace("url(theme:", f"url({paths.resource('theme').as_posix()}/")


def _scaled(found: re.Match[str], scale: float) -> str:
    return f"{found[1]}: {max(1, round(int(found[2]) * scale))}px"


@cache
def icon(name: str, color: str = COLORS.text, active: str = COLORS.text_strong) -> QIcon:
    """A qtawesome icon such as `mdi6.compare`, in the theme's colours."""
    import qtawesome

    return qtawesome.icon(name, color=color, color_active=active, color_disabled=COLORS.text_disabled)


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


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, color in {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.field,
        role.AlternateBase: colors.panel,
        role.Text: colors.text,
        role.BrightText: colors.text_strong,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.ToolTipBase: colors.raised,
        role.ToolTipText: colors.text,
        role.PlaceholderText: colors.text_muted,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.accent_text,
        role.Link: colors.accent,
        role.LinkVisited: colors.accent,
        role.Light: colors.outline,
        role.Midlight: colors.hover,
        role.Mid: colors.border,
        role.Dark: colors.border,
        role.Shadow: "#000000",
    }.items():
        palette.setColor(where, QColor(color))
    disabled = QPalette.ColorGroup.Disabled
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, where, QColor(colors.text_disabled))
    palette.setColor(disabled, role.Highlight, QColor(colors.outline))
    return palette


def set_flag(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property and let the style sheet see it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
