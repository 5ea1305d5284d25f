"""A titled group of labelled fields, the same on every page."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from pie_desktop.ui.theme import SPACE

LABEL_WIDTH = 88
ROW_HEIGHT = 30


def add_section(layout: QVBoxLayout, title: str, *rows: tuple[str, QWidget]) -> QFormLayout:
    """Appends a heading (none if `title` is empty) and a row per field to `layout`; the labels stand in one column."""
    if title:
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        layout.addSpacing(SPACE)
        layout.addWidget(heading)
    form = QFormLayout()
    form.setSpacing(SPACE)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for text, field in rows:
        add_row(form, text, field)
    layout.addLayout(form)
    return form


def add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    label = QLabel(text)
    # A form layout puts labels at the top of their row; one as high as its field stands in the middle.
    label.setMinimumSize(LABEL_WIDTH, ROW_HEIGHT)
    label.setBuddy(field)
    form.addRow(label, field)
