"""Help > About names what a report of a problem needs."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from pie_desktop import __version__
from pie_desktop.ui.about import AboutDialog, licences
from pie_desktop.ui.main_window import MainWindow


def test_about_names_version_model_device_and_licences(window: MainWindow, qtbot: QtBot) -> None:
    window.context.engine.load()
    window.commands["about"].trigger()
    (dialog,) = window.findChildren(AboutDialog)
    dialog.copy_button.click()
    text = QGuiApplication.clipboard().text()
    engine = window.context.engine
    for wanted in (__version__, engine.bundle_id, engine.device, "GPL-3.0-or-later"):
        assert wanted and wanted in text
    for name, version, licence in licences():
        assert f"{name} {version} {licence}" in text and licence
    dialog.close()
