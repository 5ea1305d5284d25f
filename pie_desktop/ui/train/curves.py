"""Curves of a run: loss and validation PSNR as they come, with the starting model's PSNR as the line to beat."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pie_desktop.ui.theme import COLORS, SPACE
from pie_desktop.ui.train.history import RunHistory

REFRESH_MS = 200
SMOOTHING_POINTS = 400  # the loss is averaged over at most so many points to each side: one batch says little


class CurvesView(QWidget):
    """Two plots side by side of the same history, redrawn at most five times a second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = RunHistory()
        self.loss_plot = _plot("Loss", "")
        self.psnr_plot = _plot("Held-out photos, PSNR", "dB")
        self._raw_loss = self.loss_plot.plot(pen=pg.mkPen(COLORS.outline, width=1))
        self._loss = self.loss_plot.plot(pen=pg.mkPen(COLORS.accent, width=2))
        self._psnr = self.psnr_plot.plot(
            pen=pg.mkPen(COLORS.accent, width=2),
            symbol="o",
            symbolSize=6,
            symbolBrush=COLORS.accent,
            symbolPen=None,
        )
        self._baseline = pg.InfiniteLine(
            angle=0,
            pen=pg.mkPen(COLORS.text_muted, width=1, style=Qt.PenStyle.DashLine),
            label="before training {value:.2f} dB",
            labelOpts={"position": 0.98, "anchors": [(1, 0), (1, 1)], "color": COLORS.text_muted},
        )
        self._baseline.setVisible(False)
        self.psnr_plot.addItem(self._baseline)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.loss_plot)
        layout.addWidget(self.psnr_plot)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.redraw)
        self.redraw()
        self.loss_plot.setAccessibleName("Loss curve")
        self.psnr_plot.setAccessibleName("Validation PSNR curve")

    def show_history(self, history: RunHistory) -> None:
        """Shows a history from now on; call `refresh` after it has grown."""
        self._history = history
        self.redraw()

    def refresh(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def redraw(self) -> None:
        history = self._history
        steps, losses = np.asarray(history.steps, dtype=float), np.asarray(history.losses, dtype=float)
        self._raw_loss.setData(steps, losses)
        self._loss.setData(steps, smoothed(losses))
        validations, psnr = list(history.validation_steps), list(history.psnr)
        self._baseline.setVisible(history.baseline_psnr is not None)
        if history.baseline_psnr is not None:
            # Before its first step the model is the one that it started from.
            validations, psnr = [0, *validations], [history.baseline_psnr, *psnr]
            self._baseline.setValue(history.baseline_psnr)
        self._psnr.setData(validations, psnr)
        last = max([1, *history.steps[-1:], *validations[-1:]])
        for plot, known in ((self.loss_plot, bool(history.steps)), (self.psnr_plot, bool(psnr))):
            plot.setXRange(0, last, padding=0.02)
            for side in ("left", "bottom"):
                plot.getAxis(side).setStyle(showValues=known)


def smoothed(values: np.ndarray) -> np.ndarray:
    """Centred moving average over 1/20 of the points, narrower towards both ends; shape (n,) as the input."""
    count = len(values)
    half = min(count // 40, SMOOTHING_POINTS)
    if half < 1:
        return values
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(count)
    reach = np.minimum(half, np.minimum(index, count - 1 - index))
    return (total[index + reach + 1] - total[index - reach]) / (2 * reach + 1)


def _plot(title: str, unit: str) -> pg.PlotWidget:
    plot = pg.PlotWidget(background=COLORS.panel)
    plot.setTitle(title, color=COLORS.text_muted, size="9pt")
    plot.setLabel("bottom", "step", color=COLORS.text_muted)
    if unit:
        plot.setLabel("left", unit, color=COLORS.text_muted)
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
    plot.setMinimumHeight(160)
    plot.getPlotItem().layout.setContentsMargins(SPACE, SPACE, 2 * SPACE, SPACE)
    return plot
