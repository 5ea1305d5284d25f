"""Photoshop documents: the flattened image that they carry, read through psd-tools."""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.formats.format import FileFormat
from pie_desktop.imaging.stored import Header, StoredPixels, check_size, composite_on_white

_MAGIC = b"8BPS"
_SPACES = {0: ("gray", 1), 1: ("gray", 1), 3: ("rgb", 3), 4: ("cmyk", 4), 8: ("gray", 1), 9: ("lab", 3)}
_INDEXED = 2
_ICC_PROFILE, _VERSION_INFO = 1039, 1057
_SECTION_LIMIT = 1 << 26


def read_header(path: Path) -> Header:
    """Header, with the profile among the image resources."""
    with path.open("rb") as file:
        magic, version, _, height, width, depth, mode = struct.unpack(">4sH6s2xIIHH", file.read(26))
        if magic != _MAGIC or version not in (1, 2):
            raise ValueError("not a Photoshop document")
        check_size(path, width, height)
        if (mode not in _SPACES and mode != _INDEXED) or depth not in (1, 8, 16, 32):
            kind = "a Photoshop document of a kind that is not a photo"
            raise DecodeError(f"{path.name} is {kind}; save it as TIFF first.")
        _section(file)  # colour table
        resources = _section(file)
    found = _resources(resources)
    info = found.get(_VERSION_INFO)
    if info is not None and len(info) > 4 and not info[4]:
        raise DecodeError(
            f"{path.name} was saved without a flattened image; "
            "save it again in Photoshop with “Maximize compatibility” turned on."
        )
    bit_depth = 8 if depth <= 8 else depth
    return Header(path, FORMAT.name, width, height, 1, bit_depth, found.get(_ICC_PROFILE) or None)


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """The flattened image: uint8, uint16, or float32 for 32 bits."""
    from psd_tools.psd import PSD

    with header.path.open("rb") as file:
        document = PSD.read(file)
    planes = document.image_data.get_data(document.header)
    shape = (header.height, header.width)
    mode = int(document.header.color_mode)
    if mode == _INDEXED:
        table = np.frombuffer(document.color_mode_data.value, dtype=np.uint8).reshape(3, 256).T
        return StoredPixels(np.ascontiguousarray(table[_samples(planes[0], 8, shape)]), "rgb")
    space, count = _SPACES[mode]
    stored = [_samples(plane, document.header.depth, shape) for plane in planes[: count + 1]]
    base = stored[0] if count == 1 else np.stack(stored[:count], axis=-1)
    # A further channel is transparency only where the layers say so: a negative number of them.
    layers = document.layer_and_mask_information.layer_info
    if layers is not None and layers.layer_count < 0 and len(stored) > count and space in ("rgb", "gray"):
        base = composite_on_white(base.reshape(*shape, -1), stored[count]).reshape(base.shape)
    if space == "cmyk":
        base = np.iinfo(base.dtype).max - base  # Photoshop stores paper white as the largest value
    return StoredPixels(np.ascontiguousarray(base), space)


def _samples(plane: bytes | Sequence[int], depth: int, shape: tuple[int, int]) -> np.ndarray:
    data = bytes(plane)
    if depth == 1:
        bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8).reshape(shape[0], -1), axis=1)[:, : shape[1]]
        return (1 - bits) * np.uint8(255)  # 1 is black
    dtype = {8: ">u1", 16: ">u2", 32: ">f4"}[depth]
    values = np.frombuffer(data, dtype=dtype, count=shape[0] * shape[1]).reshape(shape)
    return values.astype(values.dtype.newbyteorder("="))


def _section(file: Any) -> bytes:
    (length,) = struct.unpack(">I", file.read(4))
    if length > _SECTION_LIMIT:
        raise ValueError("a section of a Photoshop document that is too long")
    data: bytes = file.read(length)
    if len(data) < length:
        raise ValueError("a section of a Photoshop document that breaks off")
    return data


def _resources(data: bytes) -> dict[int, bytes]:
    """Image resource blocks by number; reading ends at the first one that is damaged."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 12 <= len(data) and data[at : at + 4] in (b"8BIM", b"8B64", b"MeSa", b"PHUT", b"AgHg", b"DCSR"):
        (number,) = struct.unpack_from(">H", data, at + 4)
        name = 1 + data[at + 6]
        at += 6 + name + name % 2
        if at + 4 > len(data):
            break
        (length,) = struct.unpack_from(">I", data, at)
        found[number] = data[at + 4 : at + 4 + length]
        at += 4 + length + length % 2
    return found


FORMAT = FileFormat(
    name="psd",
    title="PSD",
    suffixes=(".psd", ".psb"),
    read_header=read_header,
    read_pixels=read_pixels,
    magic=(_MAGIC,),
)
