"""What becomes of a run when the window is closed: a question with a choice that can be remembered."""

from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from pie_desktop.ui.settings import Settings

CLOSING = "train.when_closing"
"""Setting: `ASK`, `KEEP` or `STOP`."""
ASK, KEEP, STOP, CANCEL = "ask", "keep", "stop", "cancel"
CHOICES = ((ASK, "Ask"), (KEEP, "It goes on without the window"), (STOP, "It is stopped, with a checkpoint"))


def closing_choice(parent: QWidget, settings: Settings) -> str:
    """`KEEP`, `STOP` or `CANCEL`: what was chosen for good, or the answer to the question."""
    chosen = settings.text(CLOSING, ASK)
    if chosen in (KEEP, STOP):
        return chosen
    box = QMessageBox(
        QMessageBox.Icon.Question,
        "Training is running",
        "Keep training while PIE Desktop is closed? You find the run here when you open it again. If you stop it, a "
        "checkpoint is kept, and it can be resumed.",
        parent=parent,
    )
    keep = box.addButton("Keep training", QMessageBox.ButtonRole.AcceptRole)
    stop = box.addButton("Stop training", QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(keep)
    remember = QCheckBox("Do so every time")
    remember.setToolTip("The preferences have this choice, too.")
    box.setCheckBox(remember)
    box.exec()
    choice = next((named for button, named in ((keep, KEEP), (stop, STOP)) if box.clickedButton() is button), CANCEL)
    if remember.isChecked() and choice != CANCEL:
        settings.set(CLOSING, choice)
    return choice
