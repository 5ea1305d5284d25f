"""An edit in words: the summary in receipts and dialogs, and the note in the XMP of an exported file."""

from pie_desktop.edit.edit import AMOUNT, MIX, STRENGTH, Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.imaging.metadata.copying import EditNote


def edit_summary(edit: Edit) -> str:
    """Such as `Preference 85 %, Amount 100 %`: strength, amount and the mix of a blend always, all else if changed."""
    always = (STRENGTH, AMOUNT, MIX) if edit.style.blend_id is not None else (STRENGTH, AMOUNT)
    shown = [one for one in all_parameters() if one in always or edit.value(one) != one.default]
    return ", ".join(dict.fromkeys(one.told(edit.value(one)) for one in shown))


def edit_note(edit: Edit, style: str | None) -> EditNote:
    """What an exported file says of its edit.

    Args:
        edit: the whole edit, of which the file keeps all that was applied, so that it can be read again.
        style: name of its style, or of its blend, None for neutral enhancement.
    """
    # Strength and amount as properties of their own, too: readers of earlier files know these.
    numbers = {"Strength": f"{edit.value(STRENGTH):g}", "Amount": f"{edit.value(AMOUNT):g}"}
    properties = {"Style": style or "neutral"} | numbers | {"Edit": edit.applied.to_text()}
    return EditNote(properties, moved=any(part.MOVES_PIXELS for part in edit.parts))
