"""Pictures of styles that are looked at, compared, and laid out on a contact sheet."""

from photographer import SETTLE_MS, SIZES, Photographer, pause, wait_for
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from pie_desktop.ui.canvas.panes import View
from pie_desktop.ui.compare.choices import EDIT, Choice
from pie_desktop.ui.main_window import MainWindow


def take_comparing(window: MainWindow, photographer: Photographer) -> None:
    """Writes `style-preview-*`, `compare-styles.jpg` and `contact-sheet.jpg`."""
    page = window.edit_page
    cards = list(page.styles.gallery.cards.values())

    def settle() -> None:
        window.canvas.fit()
        pause(SETTLE_MS)
        wait_for(lambda: not any(lane.open_jobs for lane in window.context.lanes), "the styles")

    def rest_on_card() -> None:
        page.styles.gallery.ensureWidgetVisible(cards[-1])
        QTest.mouseMove(window.canvas, QPoint(20, 20))
        QTest.mouseMove(cards[-1], cards[-1].rect().center())
        settle()

    photographer.take("style-preview", rest_on_card)
    QTest.mouseMove(window.canvas, QPoint(20, 20))
    window.canvas.set_view(View.SIDE)
    page.comparison.compare([EDIT, *(Choice("style", card.style_id) for card in cards[-3:])])
    window.resize(SIZES[0])
    settle()
    photographer.take_dialog("compare-styles", window)
    page.comparison.leave()
    page.filmstrip.view.selectAll()
    window.commands["contact_sheet"].trigger()
    sheets = page.contact_sheets
    wait_for(lambda: sheets.dialog is not None and sheets.dialog.page is not None, "the contact sheet")
    assert sheets.dialog is not None
    pause(SETTLE_MS)
    photographer.take_dialog("contact-sheet", sheets.dialog)
    sheets.dialog.reject()
    wait_for(lambda: sheets.dialog is None, "the end of the dialog")
    assert window.session.path is not None
    page.filmstrip.select(window.session.path)
