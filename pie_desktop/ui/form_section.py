"""Forms that look the same on every page: a panel with titled groups of labelled fields, and buttons below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from pie_desktop.ui.theme import SPACE

PANEL_WIDTH = 344
LABEL_WIDTH = 88
ROW_HEIGHT = 30


def form_panel(form: QWidget, main_button: QPushButton, *buttons: QPushButton) -> QWidget:
    """The left side of a page: the form, which scrolls when it must, and the page's buttons always in sight below."""
    scroll = QScrollArea()
    scroll.setWidget(form)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    row = QHBoxLayout()
    row.addWidget(main_button, 1)
    for button in buttons:
        row.addWidget(button)
    panel = QWidget()
    panel.setFixedWidth(PANEL_WIDTH)
    column = QVBoxLayout(panel)
    column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 2 * SPACE)
    column.addWidget(scroll, 1)
    column.addLayout(row)
    return panel


def add_section(layout: QVBoxLayout, title: str, *rows: tuple[str, QWidget]) -> QFormLayout:
    """Appends a heading (none if `title` is empty) and a row per field to `layout`; the labels stand in one column."""
    if title:
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        layout.addSpacing(SPACE)
        layout.addWidget(heading)
    form = QFormLayout()
    form.setSpacing(SPACE)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for text, field in rows:
        add_row(form, text, field)
    layout.addLayout(form)
    return form


def add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    label = QLabel(text)
    # As high as one line: beside a field with something beneath, the label stands beside its first line.
    label.setMinimumWidth(LABEL_WIDTH)
    label.setFixedHeight(ROW_HEIGHT)
    label.setBuddy(field)
    form.addRow(label, field)
