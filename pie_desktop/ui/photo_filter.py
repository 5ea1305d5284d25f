"""What file dialogs offer as photos."""

from pie_desktop.imaging.formats import READABLE_SUFFIXES

# Some desktops tell upper case from lower case here, and cameras write either.
_PATTERNS = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(READABLE_SUFFIXES))
PHOTO_FILTER = f"Photos ({_PATTERNS});;All files (*)"
