"""What a thumbnail says of its photo besides the image: stars, flag, label, style, edited, exported, unsure."""

import zlib
from functools import cache

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPen, QPixmap

from pie_desktop.catalog.culling import PhotoFacts
from pie_desktop.ui.theme import COLORS, icon

LABEL_COLORS = {"Red": "#e05252", "Yellow": "#e6c84a", "Green": "#5fb760", "Blue": "#5b8fe0", "Purple": "#a96fd6"}
REJECTED_OPACITY = 0.35
_SIDE = 14
_CHIP = QColor(20, 20, 20, 200)
_STAR = "★"


def style_color(style_id: str) -> QColor:
    """The colour by which a style is known on thumbnails; always the same for a style."""
    return QColor.fromHsv(zlib.crc32(style_id.encode()) % 360, 150, 225)


def flag_icon(flag: str) -> QIcon:
    """The sign of a flag; that of no flag for an empty one."""
    names = {"pick": ("mdi6.flag", COLORS.text_strong), "reject": ("mdi6.close-thick", COLORS.error)}
    return icon(*names.get(flag, ("mdi6.flag-outline", COLORS.text_muted)))


def label_icon(label: str) -> QIcon:
    """A dot in the colour of a label; a ring for none."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(LABEL_COLORS[label]) if label else Qt.BrushStyle.NoBrush)
    painter.setPen(Qt.PenStyle.NoPen if label else QPen(QColor(COLORS.text_muted), 3))
    painter.drawEllipse(4, 4, 24, 24)
    painter.end()
    return QIcon(pixmap)


def paint_badges(painter: QPainter, box: QRect, facts: PhotoFacts) -> None:
    """Draw the badges over a thumbnail.

    Args:
        painter: at the thumbnail, over what is drawn already.
        box: where the image may be; the badges stand at its edges.
        facts: of the photo.
    """
    if facts.mark.flag:
        _paint_chip(painter, QRect(box.topLeft(), QSize(_SIDE + 4, _SIDE + 4)), [flag_icon(facts.mark.flag)])
    there = (facts.unsure, facts.exported, facts.edited)
    signs = [sign for wanted, sign in zip(there, _signs(), strict=True) if wanted]
    width = len(signs) * (_SIDE + 2) + 2
    right = QRect(0, 0, width, _SIDE + 4)
    right.moveTopRight(box.topRight())
    if signs:
        _paint_chip(painter, right, signs)
    if facts.style_id is not None:
        dot = QRect(0, 0, 10, 10)
        dot.moveTopRight(QPoint(right.left() - 3 if signs else box.right() - 2, box.top() + 4))
        painter.setPen(QPen(_CHIP, 1.5))
        painter.setBrush(style_color(facts.style_id))
        painter.drawEllipse(dot)
    if facts.mark.stars:
        _paint_stars(painter, box, facts.mark.stars)
    if facts.mark.label:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LABEL_COLORS[facts.mark.label]))
        painter.drawRect(QRect(box.left(), box.bottom() + 1, box.width(), 3))


@cache
def _signs() -> tuple[QIcon, QIcon, QIcon]:
    return (
        icon("mdi6.alert", COLORS.warning),
        icon("mdi6.export-variant", COLORS.text),
        icon("mdi6.tune-variant", COLORS.text),
    )


def _paint_chip(painter: QPainter, chip: QRect, icons: list[QIcon]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP)
    painter.drawRoundedRect(chip, 3, 3)
    for place, sign in enumerate(icons):
        sign.paint(painter, QRect(chip.left() + 2 + place * (_SIDE + 2), chip.top() + 2, _SIDE, _SIDE))


def _paint_stars(painter: QPainter, box: QRect, stars: int) -> None:
    font = painter.font()
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(small)
    text = _STAR * stars
    metrics = painter.fontMetrics()
    chip = QRect(0, 0, metrics.horizontalAdvance(text) + 6, metrics.height())
    chip.moveBottomLeft(box.bottomLeft())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP)
    painter.drawRoundedRect(chip, 3, 3)
    painter.setPen(QColor(COLORS.accent))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    painter.setFont(font)
