"""The report on a model as one page of HTML that needs nothing else, pictures included."""

import base64
from html import escape
from pathlib import Path

from pie_desktop.model.report import ModelReport, PhotoReport, Picture, picture_path

TITLES: dict[Picture, str] = {
    "before": "Before",
    "shipped": "Shipped model",
    "references": "References alone",
    "ours": "This model",
    "yours": "Yours",
}
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1500px; margin: 2em auto; padding: 0 1em; color: #222 }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em }
table { border-collapse: collapse } td, th { padding: .2em 1em .2em 0; text-align: right }
td:first-child, th:first-child { text-align: left }
figure { margin: 0 0 1.5em } .row { display: flex; gap: 6px } .row div { flex: 1; min-width: 0 } img { width: 100% }
figcaption, .row span { color: #666; font-size: .9em }
"""


def report_page(name: str, bundle: Path, report: ModelReport, more: list[str]) -> str:
    """The page.

    Args:
        name: of the model.
        bundle: with the pictures; those that are not there are left out.
        more: further sentences, such as what was picked in the blind comparison.
    """
    most, least = report.extremes
    sentences = "".join(f"<p>{escape(one)}</p>" for one in [*report.sentences(), *more])
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(name)}</title><style>{_STYLE}</style>",
        f"<h1>{escape(name)}</h1>{sentences}{_means(report)}",
        _gallery("Most improved", bundle, most),
        _gallery("Worst", bundle, least),
        _table(report),
        "</html>",
    ]
    return "\n".join(parts)


def _means(report: ModelReport) -> str:
    rows = [
        f"<tr><td>{TITLES[which]}<td>{report.mean(which).psnr:.2f}<td>{report.mean(which).de00:.2f}"
        for which in TITLES
        if which != "yours"
    ]
    return f"<table><tr><th>Mean over {len(report.photos)} photos<th>PSNR, dB<th>dE00{''.join(rows)}</table>"


def _gallery(title: str, bundle: Path, photos: list[PhotoReport]) -> str:
    figures = [
        f"<figure><div class=row>{''.join(_picture(bundle, photo, which) for which in TITLES)}</div>"
        f"<figcaption>{escape(photo.name)}: {photo.gain:+.2f} dB</figcaption></figure>"
        for photo in photos
    ]
    return f"<h2>{title}</h2>{''.join(figures)}" if figures else ""


def _picture(bundle: Path, photo: PhotoReport, which: Picture) -> str:
    try:
        data = base64.b64encode(picture_path(bundle, photo, which).read_bytes()).decode("ascii")
    except OSError:
        return ""
    return f'<div><img alt="" src="data:image/jpeg;base64,{data}"><span>{TITLES[which]}</span></div>'


def _table(report: ModelReport) -> str:
    rows = [
        f"<tr><td>{escape(photo.name)}<td>{photo.unedited.psnr:.2f}<td>{photo.shipped.psnr:.2f}"
        f"<td>{photo.references.psnr:.2f}<td>{photo.ours.psnr:.2f}<td>{photo.gain:+.2f}"
        for photo in report.by_gain
    ]
    head = "".join(f"<th>{TITLES[which]}" for which in TITLES if which != "yours")
    return f"<h2>All photos, PSNR in dB</h2><table><tr><th>Photo{head}<th>Gain{''.join(rows)}</table>"
