"""Errors that a user can cause, each one clear sentence."""

import re

# Escape sequences of terminals, line breaks of all kinds, and marks that turn the direction of writing.
_COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """A message in one line as a terminal may show it: what a file name holds of commands to terminals is escaped."""
    return _COMMANDS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class PieError(Exception):
    """A problem the user can act on.

    `str(error)` is one plain sentence that names the file concerned and says what to do; the editor shows
    it as it is, the command line prints it on stderr and exits with code 2.
    """


class DecodeError(PieError):
    """A photo that cannot be read."""


class EncodeError(PieError):
    """A photo that cannot be written."""


class StyleError(PieError):
    """A style that is missing, damaged or has no usable reference."""


class EditError(PieError):
    """An edit that cannot be used: damaged, outside its bounds, or of a newer version."""


class NewerEditError(EditError):
    """An edit that a newer version of the program made."""


class BundleError(PieError):
    """A model bundle that is missing, damaged or of another format version."""


class Cancelled(Exception):
    """Raised inside a job after its cancellation was asked for; never shown to the user."""
