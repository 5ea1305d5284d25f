"""Exporting a style, with its photos or with what the model in use learned from them."""

from pathlib import Path

from pie_desktop.engine.bundles import bundle_name
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.references import Progress, ShouldCancel
from pie_desktop.styles.exporting import export_style, export_without_photos
from pie_desktop.styles.style import OnlyModel, Style


def share_style(
    engine: Engine,
    style: Style,
    target: Path,
    *,
    photos: bool,
    overwrite: bool = False,
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> None:
    """Write a style as a `.piestyle` file.

    Args:
        engine: whose model learns the style; not used with photos.
        target: the file.
        photos: whether the copies of the references go with it.
        overwrite: whether the file may replace an existing one.

    Raises:
        StyleError: the file exists or cannot be written, or the style has no photos to go with it.
        BundleError: there is no usable model.
        Cancelled: `should_cancel` answered True.
    """
    if photos:
        export_style(style, target, overwrite=overwrite)
        return
    preference = engine.preference(style, progress, should_cancel)
    model = style.only_model or OnlyModel(preference.bundle_id, bundle_name(preference.bundle_id))
    export_without_photos(style, preference, model, target, overwrite=overwrite)
