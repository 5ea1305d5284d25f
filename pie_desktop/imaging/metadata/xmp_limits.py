"""How much XMP is read: a packet that would take minutes, gigabytes or a deep stack is refused before exiv2 sees it.

exiv2 takes a time that grows with the square of the number of properties (a minute for 100 000, in 2.5 MB), ten times
the size of a text in memory, and gives nothing at all, without an error, for what is nested very deeply.
"""

from xml.parsers import expat

MAX_BYTES = 16_000_000
MAX_DEPTH = 100
MAX_PROPERTIES = 20_000
"""Elements and attributes, without the items of lists; Lightroom's sidecars with many masks have a few thousand."""
_ITEM = "rdf:li"


class XmpTooLargeError(ValueError):
    """A packet that is not read; the message says why, as the end of a sentence: `it is nested too deeply`."""


def check_packet(packet: bytes) -> None:
    """Whether exiv2 may read a packet; a fault in its XML is left to it.

    Raises:
        XmpTooLargeError: it is too large, nested too deeply, has too many properties, or declares entities, which XMP
            has no use for and which can grow without end.
    """
    if len(packet) > MAX_BYTES:
        raise XmpTooLargeError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += (name != _ITEM) + len(attributes)
        if depth > MAX_DEPTH:
            raise XmpTooLargeError("it is nested too deeply")
        if count > MAX_PROPERTIES:
            raise XmpTooLargeError(f"it has more than {MAX_PROPERTIES:,} values")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_arguments: object) -> None:
        raise XmpTooLargeError("it declares entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(packet, True)
    except expat.ExpatError:
        return
