"""What screen readers are told of widgets that draw themselves: a role and a value, beside name and description."""

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


@runtime_checkable
class Valued(Protocol):
    """A widget that can say what it shows.

    Attributes:
        accessible_role: what it is.
    """

    accessible_role: QAccessible.Role

    def accessible_value(self) -> str:
        """What it shows now, in a few words."""
        ...


class ValuedInterface(QAccessibleWidget):
    """Answers with the widget's own value; all else as Qt does."""

    def __init__(self, widget: QWidget, valued: Valued) -> None:
        super().__init__(widget, valued.accessible_role)
        self._valued = valued

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value:
            return self._valued.accessible_value()
        return super().text(kind)


def install() -> None:
    """Make Qt ask for the interfaces of this module; once for the program, before the first widget is asked for."""
    global _installed
    if not _installed:
        QAccessible.installFactory(_interface)
        _installed = True


_installed = False


def _interface(class_name: str, widget: QObject | None) -> QAccessibleInterface | None:
    return ValuedInterface(widget, widget) if isinstance(widget, QWidget) and isinstance(widget, Valued) else None
