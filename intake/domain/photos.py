"""
Photos without what they tell beside the picture: where, when and with which device they were taken, and by whom.

The picture itself is not decoded: what a viewer needs is copied byte for byte, all else is left out. So nothing is lost
by compressing twice, and no decoder is open to whoever uploads. Only the orientation is written anew.

Source  ITU-T T.81 annex B (JPEG), W3C PNG 3rd edition, Google WebP container specification, CIPA DC-008 (Exif)
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

_UPRIGHT = 1
_ORIENTATION = 0x0112
_EXIF = b"Exif\x00\x00"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT pHYs bKGD acTL fcTL fdAT".split())
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_WEBP_TELLS = 0x08 | 0x04
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_BARE = frozenset((0x01, *range(0xD0, 0xD8)))


class DamagedPhoto(ValueError):
    """The file says that it is a photo, but is not written as one."""


def plain(kind: str, data: bytes) -> bytes:
    """
    Return a photo without what it tells beside the picture; a file of any other kind as it came.

    kind    media type that its content shows
    Raises  DamagedPhoto when it cannot be read to its end
    """
    clean = _KINDS.get(kind)
    if clean is None:
        return data
    try:
        return clean(data)
    except (struct.error, IndexError) as wrong:
        raise DamagedPhoto("This photo ends too early.") from wrong


def _jpeg(data: bytes) -> bytes:
    kept, turned = [b"\xff\xd8"], _UPRIGHT
    for marker, segment, scan in _segments(data):
        body = segment[4:]
        if marker == 0xE1 and body.startswith(_EXIF):
            turned = _turned(body[len(_EXIF) :]) or turned
        elif not _tells(marker, body):
            kept.append(segment + scan)
    if turned != _UPRIGHT:
        told = _EXIF + _exif(turned)
        kept.insert(1, b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told)
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (marker, segment, compressed data after it) up to the end of the first picture; what follows is dropped."""
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if data[at] != 0xFF or marker in {0x00, _SOI}:
            raise DamagedPhoto("This photo is damaged.")
        if marker == _EOI:
            yield marker, data[at : at + 2], b""
            return
        end = at + 2 + (0 if marker in _BARE else struct.unpack_from(">H", data, at + 2)[0])
        scan = _scan_end(data, end) if marker == _SOS else end
        yield marker, data[at:end], data[end:scan]
        at = scan


def _scan_end(data: bytes, at: int) -> int:
    """Return where compressed data ends: at the first marker that is neither a stuffed byte nor a restart."""
    while True:
        found = data.find(b"\xff", at)
        at = len(data) if found < 0 else found
        after = data[at + 1]
        if after != 0x00 and not 0xD0 <= after <= 0xD7:
            return at
        at += 2


def _tells(marker: int, body: bytes) -> bool:
    """Tell whether a segment is no part of the picture: all but JFIF, Adobe's colours and the colour profile."""
    if marker == 0xE2:
        return not body.startswith(b"ICC_PROFILE\x00")
    return marker == 0xFE or (0xE0 < marker <= 0xEF and marker != 0xEE)


def _png(data: bytes) -> bytes:
    kept, turned, at = [_PNG], _UPRIGHT, len(_PNG)
    while True:
        size, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise DamagedPhoto("This photo ends too early.")
        if name in _PNG_KEPT:
            kept.append(data[at:end])
        elif name == b"eXIf":
            turned = _turned(data[at + 8 : end - 4]) or turned
        if name == b"IEND":
            break
        at = end
    if turned != _UPRIGHT:
        told = b"eXIf" + _exif(turned)
        kept.insert(2, struct.pack(">I", len(told) - 4) + told + struct.pack(">I", zlib.crc32(told)))
    return b"".join(kept)


def _webp(data: bytes) -> bytes:
    kept, turned, at, end = [], _UPRIGHT, 12, 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise DamagedPhoto("This photo ends too early.")
    while at < end:
        name, size = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + size]
        if name == b"EXIF":
            turned = _turned(body.removeprefix(_EXIF)) or turned
        elif name == b"VP8X":
            kept.append(_chunk(name, bytes((body[0] & ~_WEBP_TELLS,)) + body[1:]))
        elif name in _WEBP_KEPT:
            kept.append(_chunk(name, body))
        at += 8 + size + size % 2
    if turned != _UPRIGHT and kept[0][:4] == b"VP8X":
        kept[0] = kept[0][:8] + bytes((kept[0][8] | 0x08,)) + kept[0][9:]
        kept.append(_chunk(b"EXIF", _exif(turned)))
    whole = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", name, len(body)) + body + b"\x00" * (len(body) % 2)


def _turned(tiff: bytes) -> int:
    """Return the orientation that an Exif block tells, 1 to 8; 0 when it tells none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 0
    try:
        at = struct.unpack_from(order + "I", tiff, 4)[0]
        for number in range(struct.unpack_from(order + "H", tiff, at)[0]):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, at + 2 + 12 * number)
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _exif(turned: int) -> bytes:
    """Return an Exif block that tells the orientation and nothing else."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)


_KINDS: Mapping[str, Callable[[bytes], bytes]] = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
