"""A field for a typed number that takes a comma and a point alike as what stands before the fraction."""

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class NumberField(QDoubleSpinBox):
    """Qt's own field drops the sign of a fraction that it does not expect: `0,5` became 5, and `1.5` became 15.

    Fractions of a number that is shown without any are rounded.
    """

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        text = self._with_point(text)
        if self.decimals() == 0 and self.locale().decimalPoint() in text:
            number = self._number(text)
            if number is None:
                return QValidator.State.Invalid, text, position
            inside = self.minimum() <= number <= self.maximum()
            return QValidator.State.Acceptable if inside else QValidator.State.Invalid, text, position
        return super().validate(text, position)

    def valueFromText(self, text: str) -> float:
        number = self._number(self._with_point(text))
        return number if number is not None else super().valueFromText(text)

    def _with_point(self, text: str) -> str:
        """The text with the decimal point of the locale."""
        point = self.locale().decimalPoint()
        return text.replace(",", point).replace(".", point)

    def _number(self, text: str) -> float | None:
        """The number before the unit; None where there is none."""
        number, known = self.locale().toDouble(text.removesuffix(self.suffix()).strip())
        return number if known else None
