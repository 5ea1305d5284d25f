"""XMP of a photo as a whole: its extended part joined, its namespaces told apart by their addresses, and split again
for a JPEG."""

import contextlib
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

import exiv2

from pie_desktop.imaging.metadata.containers import MAX_JPEG_XMP, extended_name, read_extended_xmp, with_jpeg_xmp
from pie_desktop.imaging.metadata.xmp_limits import check_packet

_log = logging.getLogger(__name__)
NAMESPACE = "urn:x-pie-desktop:edit:1.0/"
# Namespaces that exiv2 does not know by itself.
_REGISTERED = {
    "pie": NAMESPACE,
    "cc": "http://creativecommons.org/ns#",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "darktable": "http://darktable.sf.net/",
}
EXTENDED = "Xmp.xmpNote.HasExtendedXMP"
_PREFIX = re.compile(r"(?:^|/)\??([^:/\[\]]+):")
_DECLARED = re.compile(r'\sxmlns:([^=\s]+)="([^"]*)"')
_PADDING = 2_000  # what programs that write into the file may use
_FORMAT = exiv2.XmpParser.XmpFormatFlags.useCompactFormat
_WITHOUT_WRAPPER = _FORMAT | exiv2.XmpParser.XmpFormatFlags.omitPacketWrapper


def forget_namespaces() -> None:
    """Forget the prefixes of all photos read before; to be called under `exiv2_lock`.

    exiv2 and the library below it keep, for the whole process, the prefix that a file used last for a namespace. The
    bytes of an export would depend on the photos before it.
    """
    exiv2.XmpProperties.unregisterNs()
    exiv2.XmpParser.terminate()
    exiv2.XmpParser.initialize()
    for prefix, address in _REGISTERED.items():
        exiv2.XmpProperties.registerNs(address, prefix)


def read_packet(packet: bytes) -> Any:
    """exiv2's image of an XMP packet alone; to be called under `exiv2_lock`.

    Raises:
        exiv2.Exiv2Error: it is no XMP.
        XmpTooLargeError: see `check_packet`.
    """
    check_packet(packet)
    image = exiv2.ImageFactory.open(packet)
    image.readMetadata()
    return image


def join_extended(image: Any, content: Callable[[], bytes]) -> bool:
    """Add the extended XMP of a JPEG to the properties of its main packet.

    Args:
        image: exiv2's image of it, read.
        content: gives the whole file, if it is needed.

    Returns:
        False when there is an extended part and it is damaged.
    """
    xmp = image.xmpData()
    place = xmp.findKey(exiv2.XmpKey(EXTENDED))
    if place == xmp.end():
        return True
    guid = xmp[EXTENDED].toString()
    xmp.erase(place)
    try:
        extended = read_extended_xmp(content(), guid)
        if extended is not None:
            part = read_packet(extended)
            own_namespaces(part.xmpData())
            merge(xmp, part.xmpData(), ())
    except Exception as error:
        _log.warning("Extended XMP: %s", error)
        return False
    return extended is not None


def merge(xmp: Any, more: Any, replaced: Iterable[str]) -> None:
    """Add properties to others, with all that lies below them.

    Args:
        xmp: gets those of `more` that it has not.
        more: exiv2's `XmpData`.
        replaced: top-level properties, such as `Xmp.dc.rights`, that those of `more` replace.
    """
    replaced = set(replaced)
    for key in [datum.key() for datum in xmp if root_of(datum.key()) in replaced]:
        place = xmp.findKey(exiv2.XmpKey(key))
        if place != xmp.end():
            xmp.erase(place)
    there = {root_of(datum.key()) for datum in xmp}
    for datum in more:
        if root_of(datum.key()) not in there:
            xmp.add(exiv2.XmpKey(datum.key()), datum.value())


def root_of(key: str) -> str:
    """The top-level property of a key: `Xmp.plus.Licensor` of `Xmp.plus.Licensor[1]/plus:LicensorName`."""
    return key.split("/", 1)[0].split("[", 1)[0]


def own_namespaces(xmp: Any) -> dict[str, str]:
    """Addresses by prefix of the namespaces that exiv2 does not know, of XMP that was just read.

    A file may use a prefix that exiv2 knows for a namespace of its own, after which exiv2 would write everybody's
    properties of
    that prefix into it. Such properties are removed from `xmp`, and exiv2's own address holds again.
    """
    own: dict[str, str] = {}
    impostors = set()
    for prefix in {prefix for datum in xmp for prefix in _prefixes(datum.key())}:
        try:
            address = exiv2.XmpProperties.ns(prefix)
        except exiv2.Exiv2Error:
            continue
        with contextlib.suppress(exiv2.Exiv2Error):
            exiv2.XmpProperties.unregisterNs(address)
        known = _REGISTERED.get(prefix) or _built_in(prefix)
        if prefix in _REGISTERED:
            exiv2.XmpProperties.registerNs(known, prefix)
        if known is None:
            exiv2.XmpProperties.registerNs(address, prefix)
            own[prefix] = address
        elif known != address:
            impostors.add(prefix)
    for key in [datum.key() for datum in xmp if impostors & _prefixes(datum.key())] if impostors else []:
        place = xmp.findKey(exiv2.XmpKey(key))
        if place != xmp.end():
            xmp.erase(place)
    return own


def inner_prefixes(xmp: Any) -> dict[str, str]:
    """Addresses, escaped as in XML, by prefix of the namespaces that only fields of structures have and that exiv2 does
    not know by that prefix; of XMP that was just read."""
    unknown = {prefix for datum in xmp for prefix in _prefixes(datum.key()) if _built_in(prefix) is None}
    if not unknown:
        return {}
    status, packet = exiv2.XmpParser.encode(xmp, _WITHOUT_WRAPPER, 0)
    return {
        prefix: address for prefix, address in _DECLARED.findall(packet if status == 0 else "") if prefix in unknown
    }


def register(namespaces: dict[str, str], inner: dict[str, str]) -> None:
    """Let prefixes stand for the namespaces of one photo, and no other's, before its XMP is written.

    Args:
        namespaces: from `own_namespaces`.
        inner: from `inner_prefixes`.
    """
    forget_namespaces()
    for prefix, address in namespaces.items():
        exiv2.XmpProperties.registerNs(address, prefix)
    if inner:  # as another prefix of a namespace that exiv2 may know, which only reading one does
        declared = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in inner.items())
        rdf = f"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'{declared}/>"
        read_packet(f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{rdf}</x:xmpmeta>".encode())


def split_for_jpeg(encoded: bytes, xmp: Any) -> bytes:
    """A JPEG without XMP with as many packets as its properties need.

    Raises:
        ValueError: the XMP library could not write it.
    """
    if len(packet := encode_packet(xmp)) <= MAX_JPEG_XMP:
        return with_jpeg_xmp(encoded, packet)
    sizes: dict[str, int] = {}
    for datum in xmp:
        root = root_of(datum.key())
        sizes[root] = sizes.get(root, 0) + len(datum.key()) + datum.size()
    moved: set[str] = set()
    for root in sorted(sizes, key=sizes.__getitem__, reverse=True):
        moved.add(root)
        main, extended = exiv2.XmpData(), exiv2.XmpData()
        for datum in xmp:
            (extended if root_of(datum.key()) in moved else main).add(exiv2.XmpKey(datum.key()), datum.value())
        second = encode_packet(extended, _WITHOUT_WRAPPER)
        main[EXTENDED] = extended_name(second)
        first = encode_packet(main)
        if len(first) <= MAX_JPEG_XMP and second:
            return with_jpeg_xmp(encoded, first, second)
    raise ValueError("XMP could not be divided")


def encode_packet(xmp: Any, flags: Any = _FORMAT) -> bytes:
    """XMP as a packet; to be called under `exiv2_lock`. Raises ValueError where the library cannot write it."""
    status, packet = exiv2.XmpParser.encode(xmp, flags, _PADDING if flags == _FORMAT else 0)
    if status != 0:
        raise ValueError(f"XMP could not be written ({status})")
    return str(packet).encode()


def _prefixes(key: str) -> set[str]:
    _, prefix, path = key.split(".", 2)
    return {prefix, *_PREFIX.findall(path)} - {"xml", "rdf"}


def _built_in(prefix: str) -> str | None:
    try:
        return str(exiv2.XmpProperties.ns(prefix))
    except exiv2.Exiv2Error:
        return None


forget_namespaces()
