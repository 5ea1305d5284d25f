"""Rating, flagging and labelling photos."""

from pie_desktop.imaging.metadata.marks import LABELS, MAX_STARS
from pie_desktop.ui.actions.action import Action, Menu, Need, Where

_FIRST_LABEL_KEY = 6  # purple has none, as in Lightroom


def _stars(count: int) -> Action:
    label = f"Give {count} star{'s' if count > 1 else ''}" if count else "Give no stars"
    said = f"{label} to the selected photos"
    return Action(f"rate_{count}", label, said, (str(count),), Where.EDIT, (Need.SELECTION,))


def _label(place: int, label: str) -> Action:
    key = _FIRST_LABEL_KEY + place
    return Action(
        f"label_{label.lower()}",
        f"{label} label",
        f"Label the selected photos {label.lower()}, or take the label away",
        (str(key),) if key <= 9 else (),
        Where.EDIT,
        (Need.SELECTION,),
        words="colour color",
    )


RATE = Menu(
    "Rate",
    (
        *(_stars(count) for count in range(MAX_STARS + 1)),
        None,
        Action(
            "pick",
            "Pick photos",
            "Flag the selected photos as picked",
            ("P",),
            Where.EDIT,
            (Need.SELECTION,),
            "mdi6.flag",
        ),
        Action(
            "reject",
            "Reject photos",
            "Flag the selected photos as rejected; the files stay",
            ("X",),
            Where.EDIT,
            (Need.SELECTION,),
            "mdi6.close-thick",
        ),
        Action(
            "unflag",
            "Remove flag",
            "The selected photos are neither picked nor rejected",
            ("U",),
            Where.EDIT,
            (Need.SELECTION,),
            "mdi6.flag-outline",
            "clear",
        ),
        None,
        *(_label(place, label) for place, label in enumerate(LABELS)),
        None,
        Action(
            "auto_advance",
            "Next photo after rating",
            "Go to the next photo as soon as one is rated, flagged or labelled",
            where=Where.EDIT,
            words="auto advance cull",
            checkable=True,
        ),
        Action(
            "ratings_in_sidecars",
            "Write ratings into XMP sidecars",
            "Write stars, flags and labels beside the photos as well, where other programs read them",
            where=Where.EDIT,
            words="darktable digikam lightroom",
            checkable=True,
        ),
    ),
)
