"""An entry chosen from a list, as a person does it by keys."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox


def choose_from_list(box: QComboBox, name: str) -> None:
    """Open the list of a combo box and go down to an entry."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_F4)
    QTest.keyClick(box.view(), Qt.Key.Key_Home)
    while box.view().currentIndex().data() != name:
        row = box.view().currentIndex().row()
        QTest.keyClick(box.view(), Qt.Key.Key_Down)
        assert box.view().currentIndex().row() > row, f"{name} is not in the list"
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    assert box.currentText() == name
