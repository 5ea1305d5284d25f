"""Errors that a user can cause, each one clear sentence."""


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
