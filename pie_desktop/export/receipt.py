"""The receipt of an export: every photo with its file and settings, or its error; JSON, HTML and text."""

import html
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pie_desktop import __version__
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.note import edit_summary
from pie_desktop.errors import PieError
from pie_desktop.export.report import ExportItem, ExportReport
from pie_desktop.export.settings import ExportPart, settings_to_json
from pie_desktop.imaging.atomic import atomic_write, write_problem
from pie_desktop.imaging.encode_options import EncodeOptions

_EDGE = 200  # bytes at the start and the end of a receipt that tell it from other files
_ERRORS = {"expected_error": "Expected difference", "fit_error": "Difference of the LUT from the model's own picture"}
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; border-bottom: 1px solid #ddd;
  overflow-wrap: anywhere; }
.failed { color: #b00020; } .skipped, .cancelled, small { color: #666; } dt { font-weight: 600; }
"""


def receipt(export_id: str, begun: str, parts: Sequence[ExportPart], report: ExportReport) -> dict[str, Any]:
    """The receipt as a JSON-ready document; `report` has the items of the parts in their order."""
    items = iter(report.items)
    return {
        "program": f"PIE Desktop {__version__}",
        "export": export_id,
        "begun": begun,
        "ended": datetime.now().astimezone().isoformat(timespec="seconds"),
        "summary": report.summary,
        "notice": report.notice,
        "parts": [
            {
                "settings": settings_to_json(part.settings),
                "model": part.bundle_id,
                "preference": part.preference.key if part.preference is not None else None,
                "photos": [_photo(next(items), photo.burst) for photo in part.photos],
            }
            for part in parts
        ],
    }


def write_receipt(document: dict[str, Any], path: Path) -> None:
    """Write a receipt: `.json`, `.html` or `.txt`, by the suffix.

    Raises:
        PieError: another suffix, or it cannot be written.
    """
    content = receipt_content(document, path)
    try:
        with atomic_write(path) as temporary:
            temporary.write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise PieError(f"The receipt was not written: {write_problem(path, error)}") from error


def check_receipt_file(path: Path) -> None:
    """Before the export rather than after it: an earlier receipt may be replaced, no other file.

    Raises:
        PieError: the name is none of a receipt's, or there is something else of that name.
    """
    _check_suffix(path)
    if path.exists() and not _is_receipt(path):
        raise PieError(f"{path} already exists and is not a receipt, so it was not replaced; choose another name.")


def _is_receipt(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _EDGE))
            end = file.read()
            file.seek(0)
            start = file.read(_EDGE)
    except OSError:
        return False
    return b'"program": "PIE Desktop' in start if path.suffix.lower() == ".json" else b"PIE Desktop " in end


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in (".json", ".html", ".htm", ".txt"):
        raise PieError(f"The receipt {path.name} must be a .json, .html or .txt file; give it one of these suffixes.")


def receipt_content(document: dict[str, Any], path: Path) -> str:
    """The text of a receipt file of this name. Raises PieError for a suffix that is none of a receipt's."""
    _check_suffix(path)
    if path.suffix.lower() == ".json":
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return _text(document) if path.suffix.lower() == ".txt" else _html(document)


def _photo(item: ExportItem, burst: int | None) -> dict[str, Any]:
    state = item.source_state
    return {
        "source": str(item.source),
        "copy": item.copy or None,
        "target": str(item.target) if item.status in ("written", "skipped") else None,
        "status": item.status,
        "message": item.message,
        "general": item.general,
        "preference_share": item.preference,
        "expected_error": item.expected_error,
        "fit_error": item.fit_error,
        "burst": burst,
        "source_size": state.size if state is not None else None,
        "source_sha256": state.sha256 if state is not None else None,
    }


def settings_lines(part: dict[str, Any]) -> list[tuple[str, str]]:
    """What a part of a receipt says about its settings, for people."""
    settings = part["settings"]
    style = settings["style"] or ("neutral enhancement" if part["preference"] is None else "edits given for it")
    return [
        ("Destination", settings["destination"]),
        ("Style", style),
        ("Edit", edit_summary(Edit.from_json(settings["edit"]))),
        ("Files", EncodeOptions(**settings["encode"]).summary),
        ("Names", f"{settings['name']}; when a file exists: {settings['on_conflict']}"),
        ("Model", str(part["model"] or "unknown")),
    ]


def _text(document: dict[str, Any]) -> str:
    lines = [f"Export {document['export']}: {document['summary']}", f"{document['begun']} to {document['ended']}", ""]
    if document["notice"]:
        lines += [document["notice"], ""]
    for part in document["parts"]:
        lines += [f"{name}: {value}" for name, value in settings_lines(part)] + [""]
        for photo in part["photos"]:
            line = f"{photo['status']:9}  {_source(photo)}"
            line += f"  ->  {photo['target']}" if photo["target"] else ""
            for key, title in _ERRORS.items():
                line += f"  {title[:1].lower()}{title[1:]} {_error_text(photo, key)}" if _error_text(photo, key) else ""
            lines.append(line + (f"  ({photo['message']})" if photo["message"] else ""))
        lines.append("")
    return "\n".join(lines) + document["program"] + "\n"


def _html(document: dict[str, Any]) -> str:
    parts = []
    for part in document["parts"]:
        settings = "".join(f"<dt>{_e(name)}</dt><dd>{_e(value)}</dd>" for name, value in settings_lines(part))
        known = [key for key in _ERRORS if any(_error_text(photo, key) for photo in part["photos"])]
        rows = "".join(_row(photo, known) for photo in part["photos"])
        names = ("Photo", "File", "Result", *(_ERRORS[key] for key in known))
        heading = f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"
        parts.append(f"<dl>{settings}</dl><table>{heading}{rows}</table>")
    notice = f"<p>{_e(document['notice'])}</p>" if document["notice"] else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Export {_e(document["export"])}</title>'
        f"<style>{_STYLE}</style><h1>{_e(document['summary'])}</h1>"
        f"<p><small>Export {_e(document['export'])}, {_e(document['begun'])} to {_e(document['ended'])}</small></p>"
        f"{notice}{''.join(parts)}<p><small>{_e(document['program'])}</small></p></html>\n"
    )


def _row(photo: dict[str, Any], errors: Sequence[str]) -> str:
    result = photo["status"] + (f": {photo['message']}" if photo["message"] else "")
    cells = (_source(photo), photo["target"] or "", result, *(_error_text(photo, key) for key in errors))
    return f'<tr class="{_e(photo["status"])}">' + "".join(f"<td>{_e(cell)}</td>" for cell in cells) + "</tr>"


def _source(photo: dict[str, Any]) -> str:
    """The photo, with its virtual copy; receipts of earlier versions know none."""
    return f"{photo['source']} ({copy})" if (copy := photo.get("copy")) else str(photo["source"])


def _error_text(photo: dict[str, Any], key: str) -> str:
    """One of the photo's `_ERRORS`; receipts of earlier versions do not have them."""
    error = photo.get(key)
    return f"ΔE {error:.1f}" if error is not None else ""


def _e(text: object) -> str:
    return html.escape(str(text))
