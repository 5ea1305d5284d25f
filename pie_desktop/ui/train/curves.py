"""Curves of a run: how near it comes to the held-out photos, with the lines to beat, and the loss."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pie_desktop.ui.theme import COLORS, SPACE
from pie_desktop.ui.train.history import Check, RunHistory
from pie_desktop.ui.widgets.combo_box import ComboBox
from pie_desktop.ui.widgets.plain_text import PlainLabel

REFRESH_MS = 200
SMOOTHING_POINTS = 400  # the loss is averaged over at most so many points to each side: one batch says little
FEW_POINTS = 12  # to each side that are averaged where there are not many
PLOT_HEIGHT = 90  # px, at least
FAR = 2.0  # times the height of the curve that a line to beat may be away and still be drawn where it is
LINES = {
    "references": "the same edits as references, {:.2f}",
    "neutral": "the model without your edits, {:.2f}",
}
MEASURES = (("PSNR (dB)", "psnr"), ("ΔE00", "de00"))


_DASHED = pg.mkPen(COLORS.text_muted, width=1, style=Qt.PenStyle.DashLine)


class CurvesView(QWidget):
    """Plots of a history, redrawn at most five times a second; where there are no numbers yet, it says so.

    Attributes:
        loss: the plot of the loss, to be placed elsewhere.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = RunHistory()
        self.measure = ComboBox()
        for label, name in MEASURES:
            self.measure.addItem(label, name)
        self.measure.setAccessibleName("What is measured on the held-out photos")
        self.measure.setMinimumContentsLength(9)
        self.measure.setToolTip(
            "PSNR: higher is nearer; ΔE00: lower is nearer. It tells how near this model comes to your own edits of "
            "photos that it does not learn from. The band is the 95 % interval, over photos, of the difference to the "
            "same edits as references: where it lies beyond that line, the model is better."
        )
        self.quality_plot = _plot()
        self.loss_plot = _plot()
        self._band = pg.FillBetweenItem(pg.PlotDataItem(), pg.PlotDataItem(), brush=_faint())
        self.quality_plot.addItem(self._band)
        self._quality = self.quality_plot.plot(
            pen=pg.mkPen(COLORS.accent, width=2), symbol="o", symbolSize=6, symbolBrush=COLORS.accent, symbolPen=None
        )
        self._lines = {name: self._line() for name in LINES}
        self._raw_loss = self.loss_plot.plot(pen=pg.mkPen(COLORS.outline, width=1))
        self._loss = self.loss_plot.plot(pen=pg.mkPen(COLORS.accent, width=2))
        self.quality = _Plotted(self.quality_plot, "The curve begins before the first step.", self.measure)
        self.loss = _Plotted(
            self.loss_plot, "The loss of the training appears here, smoothed, with each step behind it."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.quality)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.redraw)
        self.measure.currentIndexChanged.connect(self.redraw)
        self.loss_plot.setAccessibleName("Loss curve")
        self.quality_plot.setAccessibleName("Curve of the held-out photos")
        self.redraw()

    def show_history(self, history: RunHistory) -> None:
        """Shows a history from now on; call `refresh` after it has grown."""
        self._history = history
        self.redraw()

    def refresh(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def redraw(self) -> None:
        history = self._history
        timed = history.timed
        self._draw_loss(timed)
        self._draw_quality(timed)
        self.loss.set_known(len(history.losses) > 1)
        self.quality.set_known(bool(history.checks) or history.baseline_psnr is not None)

    def _draw_loss(self, timed: bool) -> None:
        history = self._history
        at = np.asarray(history.seconds if timed else history.steps, dtype=float)
        losses = np.asarray(history.losses, dtype=float)
        at, unit = _in_unit(at, self._last(timed), timed)
        self._raw_loss.setData(at, losses)
        self._loss.setData(at, smoothed(losses))
        self._frame(self.loss_plot, timed, unit)

    def _draw_quality(self, timed: bool) -> None:
        history, measure = self._history, str(self.measure.currentData())
        lines = {name: getattr(one, measure) for name, one in history.baselines.items()}
        if measure == "psnr" and history.baseline_psnr is not None:
            lines["references"] = history.baseline_psnr  # also of runs of earlier versions
        points = [(_when(check, timed), getattr(check, measure), check) for check in history.checks]
        points = [(at, value, check) for at, value, check in points if value is not None]
        at, values = np.array([p[0] for p in points]), np.array([p[1] for p in points], dtype=float)
        gains = [getattr(check, f"{measure}_gain") for _, _, check in points]
        start = lines.get("references")
        if start is not None:
            # Before its first step the model is the one that it started from.
            at, values, gains = np.append(0.0, at), np.append(start, values), [None, *gains]
        at, unit = _in_unit(at, self._last(timed), timed)
        self._quality.setData(at, values)
        ends = [(value, value) if gain is None else (value - gain.mean + gain.low, value - gain.mean + gain.high)
                for value, gain in zip(values, gains, strict=True)]  # fmt: skip
        low, high = (np.array([end[side] for end in ends], dtype=float) for side in (0, 1))
        self._band.setCurves(pg.PlotDataItem(at, low), pg.PlotDataItem(at, high))
        self._band.setVisible(any(gain is not None for gain in gains))
        self._frame(self.quality_plot, timed, unit)
        self._place_lines(lines, [*low, *high])

    def _place_lines(self, lines: dict[str, float], curve: list[float]) -> None:
        """Draw the lines to beat; one that is far from the curve would flatten it, and is named at the edge instead."""
        known = [*curve, *(lines[name] for name in ("references",) if name in lines)]
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        reach = max(FAR * (high - low), 1.0)
        near = {name: value for name, value in lines.items() if low - reach <= value <= high + reach}
        low, high = min([low, *near.values()]), max([high, *near.values()])
        margin = max(0.15 * (high - low), 0.1)
        self.quality_plot.setYRange(low - margin, high + margin, padding=0)
        for name, line in self._lines.items():
            line.setVisible(name in lines)
            if name not in lines:
                continue
            value, text = lines[name], LINES[name].format(lines[name])
            line.setValue(value if name in near else (low - margin if value < low else high + margin))
            line.setPen(_DASHED if name in near else pg.mkPen(None))
            line.label.setFormat(text if name in near else f"far {'below' if value < low else 'above'}: {text}")

    def _last(self, timed: bool) -> float:
        """The last time, or step, of both plots, so that they have one axis."""
        history = self._history
        found = [*(history.seconds if timed else history.steps)[-1:], *(_when(c, timed) for c in history.checks[-1:])]
        return max([1.0, *(float(one) for one in found)])

    def _frame(self, plot: pg.PlotWidget, timed: bool, unit: str) -> None:
        last, _ = _in_unit(np.array([self._last(timed)]), self._last(timed), timed)
        plot.setXRange(0, float(last[0]), padding=0.02)
        plot.setLabel("bottom", unit, color=COLORS.text_muted)

    def _line(self) -> pg.InfiniteLine:
        line = pg.InfiniteLine(
            angle=0,
            pen=_DASHED,
            label="-",
            labelOpts={"position": 0.98, "anchors": [(1, 0), (1, 1)], "color": COLORS.text_muted},
        )
        line.setVisible(False)
        self.quality_plot.addItem(line)
        return line


def smoothed(values: np.ndarray) -> np.ndarray:
    """Centred moving average over 1/20 of the points, more of few, narrower towards both ends; shape (n,)."""
    count = len(values)
    half = min(max(count // 40, min(count // 6, FEW_POINTS)), SMOOTHING_POINTS)
    if half < 1:
        return values
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(count)
    reach = np.minimum(half, np.minimum(index, count - 1 - index))
    return (total[index + reach + 1] - total[index - reach]) / (2 * reach + 1)


def _when(check: Check, timed: bool) -> float:
    return float(check.seconds if timed and check.seconds is not None else check.step)


def _in_unit(values: np.ndarray, last: float, timed: bool) -> tuple[np.ndarray, str]:
    """Seconds in the unit that suits the last of them, and its name; steps stay as they are."""
    if not timed:
        return values, "step"
    factor, unit = next((f, u) for most, f, u in ((120, 1, "seconds"), (7200, 60, "minutes"), (math.inf, 3600, "hours"))
                        if last < most)  # fmt: skip
    return values / factor, f"{unit} of training"


def _faint() -> object:
    color = pg.mkColor(COLORS.accent)
    color.setAlpha(50)
    return pg.mkBrush(color)


class _Plotted(QStackedWidget):
    """A plot with a choice above it, or a sentence as long as it has no numbers."""

    def __init__(self, plot: pg.PlotWidget, waiting: str, choice: QWidget | None = None) -> None:
        super().__init__()
        said = PlainLabel(waiting, wordWrap=True)
        said.setProperty("role", "muted")
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE // 2)
        if choice is not None:
            title = PlainLabel("Held-out photos over time")
            title.setProperty("role", "muted")
            row = QHBoxLayout()
            row.addWidget(title, 1)
            row.addWidget(choice)
            layout.addLayout(row)
        layout.addWidget(plot, 1)
        self.addWidget(said)
        self.addWidget(page)

    def set_known(self, known: bool) -> None:
        """Whether there are numbers."""
        self.setCurrentIndex(int(known))


def _plot() -> pg.PlotWidget:
    plot = pg.PlotWidget(background=COLORS.panel)
    plot.showGrid(x=True, y=True, alpha=0.12)
    plot.setMouseEnabled(x=False, y=False)
    plot.enableAutoRange(axis="y")
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.getPlotItem().setDownsampling(auto=True, mode="peak")
    plot.getPlotItem().setClipToView(True)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(COLORS.outline))
        axis.setTextPen(pg.mkPen(COLORS.text_muted))
        axis.enableAutoSIPrefix(False)
    plot.setMinimumHeight(PLOT_HEIGHT)
    plot.getPlotItem().layout.setContentsMargins(SPACE, SPACE, 2 * SPACE, SPACE // 2)
    return plot
