"""The Export form's part for the edit: each photo as the Edit page shows it or, as the exception, one edit for all."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QRadioButton, QVBoxLayout, QWidget

from pie_desktop.edit.edit import Edit
from pie_desktop.errors import EditError
from pie_desktop.ui.adjust.sliders import EditSliders
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.export.style_fields import StyleFields
from pie_desktop.ui.theme import SPACE
from pie_desktop.ui.widgets.form import add_section


class EditChoice(QWidget):
    """Begins with each photo's own; one edit for all is chosen anew at every start, so that nobody exports it unawares.

    Signals:
        changed: another choice.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.as_shown = QRadioButton("Each photo as on the Edit page")
        self.as_shown.setToolTip(
            "Each photo with its own edit; photos without one in the current style of their folder. "
            "The plan names the edit of each."
        )
        self.one_for_all = QRadioButton("One edit for all photos")
        self.one_for_all.setToolTip("Whatever was decided for the photos, all get the edit that you choose here.")
        self._group = QButtonGroup(self)
        for button in (self.as_shown, self.one_for_all):
            self._group.addButton(button)
        self.as_shown.setChecked(True)
        self.style_fields = StyleFields(context)
        self.copy_button = QPushButton("Take the open photo's edit")
        self.copy_button.setToolTip(
            "Style, or blend of two, and sliders become those of the photo that is open on the Edit page."
        )
        self.sliders = EditSliders(in_form=True)
        self._details = QWidget()
        self._build()
        self.sliders.set_edit(self._remembered())
        self._connect()
        self._show_details()

    @property
    def edit(self) -> Edit | None:
        """The one edit for all; None for each photo's own."""
        return self.sliders.edit if self.one_for_all.isChecked() else None

    @property
    def style_name(self) -> str | None:
        """The name of the style, or of the blend, of the one edit; None for neutral enhancement."""
        return self.style_fields.name

    def set_one(self, edit: Edit) -> None:
        """Choose one edit for all photos."""
        self.style_fields.show(edit)
        self.sliders.set_edit(self.style_fields.choose(edit))
        self.one_for_all.setChecked(True)
        self.changed.emit()

    def remember(self) -> None:
        """Keep the numbers for the next start of the editor, not the choice itself and no style."""
        self._context.settings.set("export.edit", self.sliders.edit.with_style(None).to_json())

    def _build(self) -> None:
        inner = QVBoxLayout(self._details)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE)
        self.style_fields.stand_in(add_section(inner, "", *self.style_fields.rows(), *self.sliders.rows()))
        inner.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        for widget in (self.as_shown, self.one_for_all, self._details):
            layout.addWidget(widget)
        self.setFocusProxy(self.as_shown)

    def _connect(self) -> None:
        self.one_for_all.toggled.connect(self._on_toggled)
        self.style_fields.changed.connect(self._on_style)
        self.sliders.changed.connect(self._on_slider)
        self.copy_button.clicked.connect(lambda: self.set_one(self._context.current.edit))

    def _on_toggled(self) -> None:
        self._show_details()
        self.changed.emit()

    def _on_style(self) -> None:
        self.sliders.set_edit(self.style_fields.choose(self.sliders.edit))
        self.changed.emit()  # without one edit, too: styles in the plan may have other names now

    def _on_slider(self, _edit: Edit, moving: bool) -> None:
        if moving:  # its end changes nothing more
            self.changed.emit()

    def _show_details(self) -> None:
        self._details.setVisible(self.one_for_all.isChecked())

    def _remembered(self) -> Edit:
        """The numbers of the last start; those of earlier versions were kept in percent."""
        settings = self._context.settings
        percent = {name: settings.number(f"export.{name}", 100, 0, 200) for name in ("strength", "amount")}
        older = {name: value / 100 for name, value in percent.items()}
        try:
            return Edit.from_json(settings.get("export.edit") or older).with_style(None)
        except EditError:
            return Edit()
