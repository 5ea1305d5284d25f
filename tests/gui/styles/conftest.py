"""The style panel with real files, and what it tells."""

import pytest
from pytestqt.qtbot import QtBot

from pie_desktop.styles.store import Style
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.notifications import Notice
from pie_desktop.ui.styles import StylePanel
from tests.gui.styles.helpers import Pairs, own_styles


@pytest.fixture
def panel(qtbot: QtBot, context: AppContext) -> StylePanel:
    made = StylePanel(context)
    qtbot.addWidget(made)
    made.resize(320, 640)
    with qtbot.waitSignal(made.controller.listed):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def notices(context: AppContext) -> list[Notice]:
    """What the user was told."""
    told: list[Notice] = []
    context.notifier.posted.connect(told.append)
    return told


@pytest.fixture
def style(qtbot: QtBot, panel: StylePanel, sample_pairs: Pairs) -> Style:
    """A style of the user's own with four pairs, selected."""
    with qtbot.waitSignal(panel.style_selected):
        panel.add_edits([after for pair in sample_pairs for after in pair])
    qtbot.waitUntil(lambda: not panel.controller.lane.open_jobs)
    return own_styles(panel)[0]
