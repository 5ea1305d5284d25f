"""Text from data is never shown as HTML: what the window's code must go through, by reading it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "pie_desktop" / "ui"
HELPER = UI / "widgets" / "plain_text.py"
HELP = UI / "help.py"  # shows the pages that come with the program
TEXT_OF = {"setToolTip": 0, "setStatusTip": 0, "setWhatsThis": 0, "setTabToolTip": 1, "setInformativeText": 0}
BOXES = {"question", "warning", "information", "critical", "about"}
RICH = {"setHtml", "setMarkdown", "insertHtml", "setOpenExternalLinks"}


def faults(source: str) -> Iterator[str]:
    """What would show text as HTML if it looks like it, with its line."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (f"{node.lineno}: {fault}" for fault in _of_call(node))
        elif isinstance(node, ast.If) and _asks_for_tool_tip(node.test):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None and not _is_plain(inner.value):
                    yield f"{inner.lineno}: a tooltip without plain()"
        elif isinstance(node, ast.Attribute) and node.attr in ("RichText", "AutoText", "MarkdownText"):
            yield f"{node.lineno}: {node.attr}"


def _of_call(call: ast.Call) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Name):
        if function.id == "QLabel":
            yield "QLabel instead of PlainLabel"
        if function.id == "QMessageBox" and len(call.args) > 2 and not _is_plain(call.args[2]):
            yield "a message box without plain()"
        if function.id in ("QTextBrowser", "QTextDocument", "QErrorMessage"):
            yield function.id
    elif isinstance(function, ast.Attribute):
        place = TEXT_OF.get(function.attr)
        if place is not None and len(call.args) > place and not _is_plain(call.args[place]):
            yield f"{function.attr} without plain()"
        if function.attr in BOXES and ast.unparse(function.value) == "QMessageBox" and not _is_plain(call.args[2]):
            yield f"QMessageBox.{function.attr} without plain()"
        if function.attr in RICH:
            yield function.attr


def _asks_for_tool_tip(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "ToolTipRole" for node in ast.walk(test))


def _is_plain(value: ast.expr) -> bool:
    """Whether text is written in the code itself, or goes through `plain`."""
    if isinstance(value, ast.BinOp):
        return _is_plain(value.left) and _is_plain(value.right)
    if isinstance(value, ast.IfExp):
        return _is_plain(value.body) and _is_plain(value.orelse)
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "plain"
    return isinstance(value, ast.Constant)


def test_the_window_s_code() -> None:
    found = [
        f"{path.relative_to(UI)}:{fault}"
        for path in sorted(UI.rglob("*.py"))
        if path not in (HELPER, HELP)
        for fault in faults(path.read_text("utf-8"))
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "QLabel(name)",
        "button.setToolTip(str(path))",
        "button.setToolTip(f'{name}…')",
        "button.setToolTip(name or 'nothing')",
        "QMessageBox.question(self, 'Delete', f'Delete {name}?')",
        "QMessageBox(icon, 'Delete', question)",
        "label.setTextFormat(Qt.TextFormat.RichText)",
        "if role == Qt.ItemDataRole.ToolTipRole:\n    x = 1\n    y = (lambda: 0)\ndef data(role):\n"
        "    if role == Qt.ItemDataRole.ToolTipRole:\n        return str(path)",
    ],
)
def test_faults_are_found(code: str) -> None:
    assert list(faults(code))
