"""The explanation of one photo: words first, then the references that counted, and plots behind a fold."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from pie_desktop.edit.explanation import Explanation
from pie_desktop.edit.words import described
from pie_desktop.ui.references.jobs import Counted
from pie_desktop.ui.styles.mosaic import Mosaic, StyleImages
from pie_desktop.ui.theme import HALF_SPACE, SPACE, set_flag
from pie_desktop.ui.why.plots import HueWheel, TonePlot
from pie_desktop.ui.widgets.elision import Differences
from pie_desktop.ui.widgets.labels import ElidedLabel, heading
from pie_desktop.ui.widgets.plain_text import PlainLabel, plain

MOST_SHOWN = 5
_SIDE = 84
_HARDLY = 0.5  # mean CIEDE2000 that nobody sees
_LEAST_TOLD = 0.01


class WhyView(QWidget):
    """Shows what `show_explanation` and `show_counted` are given."""

    def __init__(self, images: StyleImages) -> None:
        super().__init__()
        self._images = images
        self.general, self.own, self.numbers = (_wrapped() for _ in range(3))
        set_flag(self.numbers, "role", "muted")
        self.others = _wrapped()
        set_flag(self.others, "role", "muted")
        self.tones, self.wheel = TonePlot(), HueWheel()
        self.fold = QToolButton()
        self.fold.setText("Curves and colours")
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.toggled.connect(self._unfold)
        self.references: list[tuple[Mosaic, ElidedLabel, PlainLabel]] = []
        self._plots = QWidget()
        self._plots.hide()
        self._lay_out()

    def show_explanation(
        self, explanation: Explanation | None, style: str, error: float | None, fit_error: float | None = None
    ) -> None:
        """Show what is done to the photo.

        Args:
            explanation: None for no photo.
            style: name of the style, empty for none.
            error: mean CIEDE2000 by which the result at full strength may be off, None where that is not known.
            fit_error: the same from the model's own picture, None where the model answers with LUTs.
        """
        self.tones.show_explanation(explanation)
        self.wheel.show_explanation(explanation)
        if explanation is None:
            self.general.setText("Open a photo to see what is done to it.")
            self.own.setText("")
            self.numbers.setText("")
            return
        parts = explanation.attribution
        general = described(explanation.general) if parts.general >= _HARDLY else "Changes hardly anything."
        self.general.setText(f"General enhancement: {_begun(general)}")
        own = described(explanation.own) if parts.preference >= _HARDLY else "Changes hardly anything."
        self.own.setText(f"{style}: {_begun(own)}" if style else "No style is chosen, so nothing of it is yours.")
        said = [f"General ΔE {parts.general:.1f}", f"yours ΔE {parts.preference:.1f}"]
        if error is not None:
            said.append(f"expected to be about ΔE {error:.1f} from your own edit")
        if fit_error is not None:
            said.append(f"as a LUT ΔE {fit_error:.2f} from the model's own picture")
        self.numbers.setText(", ".join(said) + ".")

    def show_counted(self, counted: Sequence[Counted] | None, styled: bool) -> None:
        """Show which references counted, the most first.

        Args:
            counted: None while it is not known.
            styled: whether the photo has a style.
        """
        shown = counted[:MOST_SHOWN] if counted is not None and styled else ()
        names = Differences(Path(one.reference.source).name for one in counted or ())
        for number, (picture, title, share) in enumerate(self.references):
            there = number < len(shown)
            for widget in (picture, title, share):
                widget.setVisible(there)
            if there:
                one = shown[number]
                name = Path(one.reference.source).name
                picture.set_paths([one.reference.after])
                picture.setToolTip(plain(one.reference.source))
                title.set_differences(names)
                title.set_full_text(name)
                share.setText(f"{100 * one.share:.0f} %")
        self._images.load([one.reference.after for one in shown], [], self.devicePixelRatioF())
        rest = _rest(counted, len(shown)) if counted is not None and styled else ""
        self.others.setText(rest)
        self.others.setVisible(bool(rest))

    def _unfold(self, open_: bool) -> None:
        self.fold.setArrowType(Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow)
        self._plots.setVisible(open_)

    def _lay_out(self) -> None:
        strip = QGridLayout()
        strip.setHorizontalSpacing(SPACE)
        strip.setVerticalSpacing(2)
        for column in range(MOST_SHOWN):
            picture = Mosaic(self._images.loader, _SIDE, "mdi6.image-outline")
            title, share = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle), PlainLabel()
            title.setFixedWidth(_SIDE)
            for row, widget in enumerate((picture, title, share)):
                strip.addWidget(widget, row, column)
                widget.hide()
            set_flag(title, "role", "muted")
            self.references.append((picture, title, share))
        strip.setColumnStretch(MOST_SHOWN, 1)
        plots = QHBoxLayout(self._plots)
        plots.setContentsMargins(0, 0, 0, 0)
        plots.setSpacing(2 * SPACE)
        plots.addWidget(self.tones, 1)
        plots.addWidget(self.wheel, 1)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(SPACE)
        for widget in (self.general, self.own, self.numbers, heading("REFERENCES THAT COUNTED")):
            column_.addWidget(widget)
        column_.addLayout(strip)
        column_.addWidget(self.others)
        column_.addSpacing(HALF_SPACE)
        column_.addWidget(self.fold, alignment=Qt.AlignmentFlag.AlignLeft)
        column_.addWidget(self._plots, 1)
        column_.addStretch(0)


def _wrapped() -> PlainLabel:
    label = PlainLabel()
    label.setWordWrap(True)
    return label


def _begun(sentence: str) -> str:
    """The sentence behind a colon."""
    return sentence[:1].lower() + sentence[1:]


def _rest(counted: Sequence[Counted], shown: int) -> str:
    """What the other references decide, and what no reference does."""
    if not counted:
        return "It is not known which references counted."
    others = sum(one.share for one in counted[shown:])
    usual = max(0.0, 1 - sum(one.share for one in counted))
    said = [f"{len(counted) - shown} more together {100 * others:.0f} %"] if len(counted) > shown else []
    if usual >= _LEAST_TOLD:
        said.append(f"what many people do {100 * usual:.0f} %")
    joined = "; ".join(said)
    return f"{joined[:1].upper()}{joined[1:]}." if said else ""
