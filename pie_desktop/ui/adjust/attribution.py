"""How much of the edit is general enhancement and how much is the user: two bars that follow the sliders."""

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Attribution, attribution
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement
from pie_desktop.ui.theme import COLORS, SPACE, numeric_font
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import LatestLane

# A full bar; larger differences make the scale grow.
FULL_SCALE = 12.0
_ERROR_TIP = (
    "How far the result may be from what you would have made of this photo yourself, as the model expects it: the "
    "mean colour difference (ΔE 2000) with Preference and Amount at 100 %. Below 2 it is hardly visible side by side; "
    "above 5 the photo is worth a second look. Your own edit of a photo like this one, added to the style, helps."
)
_FIT_TIP = (
    "This model makes pictures, and the editor applies the LUT that comes nearest to its picture of this photo: the "
    "mean colour difference (ΔE 2000) between the two at 256 pixels, with Preference and Amount at 100 %. Below 1 it "
    "is hardly visible side by side. It comes from what the model does to places rather than to colours."
)


class AttributionMeter(QObject):
    """Measures off the GUI thread; while one measurement runs, only the last of the requests behind it is kept.

    Signals:
        measured: an `Attribution`.
    """

    measured = Signal(object)

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lane = context.add_lane(LatestLane("attribution"))
        self._job: Job | None = None
        self._wanted: tuple[Enhancement, Edit] | None = None

    def measure(self, enhancement: Enhancement, edit: Edit) -> None:
        self._wanted = (enhancement, edit)
        if self._job is None:
            self._next()

    def clear(self) -> None:
        self._wanted = None
        self._lane.cancel_all()

    def _next(self) -> None:
        self._job = None
        if self._wanted is not None:
            enhancement, edit = self._wanted
            self._wanted = None
            self._job = self._lane.submit(_measure, enhancement, edit)
            self._job.result.connect(self.measured)
            self._job.failed.connect(self._context.notifier.error)
            self._job.finished.connect(self._next)


def _measure(context: JobContext, enhancement: Enhancement, edit: Edit) -> Attribution:
    return attribution(enhancement.proxy, enhancement.transform, edit)


class AttributionView(QWidget):
    """The share in words, two rows of name, bar and mean dE00, and how far the result may be off."""

    def __init__(self) -> None:
        super().__init__()
        self.general = Bar(COLORS.text_muted)
        self.preference = Bar(COLORS.accent)
        self._numbers = (PlainLabel("–"), PlainLabel("–"))
        self._share = PlainLabel()
        self._share.setProperty("role", "muted")
        self._share.setWordWrap(True)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(SPACE)
        layout.setVerticalSpacing(2)
        tips = (
            "Mean colour difference (ΔE 2000) between the original and the general enhancement",
            "Mean colour difference (ΔE 2000) that your preference adds",
        )
        rows = (("General", self.general), ("Yours", self.preference))
        for row, ((name, bar), number, tip) in enumerate(zip(rows, self._numbers, tips, strict=True), 1):
            label = PlainLabel(name)
            number.setFont(numeric_font(self.font()))
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            number.setMinimumWidth(number.fontMetrics().horizontalAdvance("ΔE 00.0"))
            for column, widget in enumerate((label, bar, number)):
                widget.setToolTip(plain(tip))
                layout.addWidget(widget, row, column)
        layout.addWidget(self._share, 0, 0, 1, 3)
        self.expected_error = PlainLabel()
        self.expected_error.setProperty("role", "muted")
        self.expected_error.setWordWrap(True)
        policy = self.expected_error.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes
        self.expected_error.setSizePolicy(policy)
        layout.addWidget(self.expected_error, 3, 0, 1, 3)
        layout.setColumnStretch(1, 1)
        self.show_attribution(None)
        self.show_errors(None)

    def show_errors(self, expected: float | None, fit: float | None = None) -> None:
        """Show how far the style's result may be off, mean CIEDE2000 each; None for both hides it.

        Args:
            expected: from the user's own edit.
            fit: from the model's own picture, where a LUT stands in for it; such a model expects nothing.
        """
        self.expected_error.setVisible(expected is not None or fit is not None)
        # Hidden, it has a text, too: for its height.
        said = f"Expected: about ΔE\u00a0{expected or 0.0:.1f} from your own edit"
        if expected is None and fit is not None:
            said = f"LUT: ΔE\u00a0{fit:.2f} from the model's own picture"
        self.expected_error.setText(said)
        self.expected_error.setToolTip(plain(_ERROR_TIP if fit is None else _FIT_TIP))

    def show_attribution(self, value: Attribution | None) -> None:
        """Show a measurement; None while no photo is enhanced."""
        parts = (value.general, value.preference) if value is not None else (0.0, 0.0)
        scale = max(FULL_SCALE, *parts)
        for bar, number, part in zip((self.general, self.preference), self._numbers, parts, strict=True):
            bar.set_share(part / scale)
            number.setText(f"ΔE {part:.1f}" if value is not None else "–")
            bar.say(number.text() if value is not None else "not measured")
        total = sum(parts)
        if value is None:
            text = "Shown once a photo is enhanced."
        elif total < 0.05:
            text = "The enhancement changes nothing."
        else:
            text = f"{round(100 * parts[1] / total)} % of this edit is your preference."
        self._share.setText(text)


class Bar(QWidget):
    """A thin horizontal bar."""

    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = QColor(color)
        self.share = 0.0
        self._said = "not measured"
        self.setMinimumSize(48, 16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    accessible_role = QAccessible.Role.Indicator

    def accessible_value(self) -> str:
        """The number beside the bar."""
        return self._said

    def say(self, number: str) -> None:
        """The number that the bar stands for, in words."""
        self._said = number

    def set_share(self, share: float) -> None:
        self.share = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(0, self.height() / 2 - 3, self.width(), 6)
        painter.setBrush(QColor(COLORS.border))
        painter.drawRoundedRect(groove, 3, 3)
        # Less than a pixel is nothing; what is more needs a width at which the round ends can be drawn.
        if self.share * groove.width() >= 1:
            groove.setWidth(max(6.0, groove.width() * min(1.0, self.share)))
            painter.setBrush(self._color)
            painter.drawRoundedRect(groove, 3, 3)
