"""What a file is, by its content and never by its name."""

from collections.abc import Sequence

import puremagic

from intake.domain.hints import MEGABYTE

ACCEPTED = {
    "image/jpeg": "JPEG photo",
    "image/png": "PNG image",
    "image/webp": "WebP image",
    "image/heic": "HEIC photo",
    "application/pdf": "PDF",
}
_SAME = {"image/jpg": "image/jpeg", "image/heif": "image/heic", "image/heic-sequence": "image/heic"}
LONGEST_NAME = 120


class NotThisFile(ValueError):
    """The file is not taken; the text is for the person who chose it."""


def kind_of(data: bytes) -> str:
    """Return the media type that the first bytes show; empty when it is none that is accepted."""
    try:
        found = {_SAME.get(match.mime_type, match.mime_type) for match in puremagic.magic_string(data[:8192])}
    except (puremagic.PureError, ValueError):
        return ""
    return next((kind for kind in ACCEPTED if kind in found), "")


def check(data: bytes, *, mime_types: Sequence[str], max_bytes: int) -> str:
    """
    Return the media type of a file that may be taken.

    mime_types  what the question takes, `image/*` included; empty for all that is accepted
    Raises      NotThisFile when it is empty, too large, or of another kind than its question takes
    """
    if not data:
        raise NotThisFile("This file is empty.")
    if len(data) > max_bytes:
        size = max_bytes / MEGABYTE
        raise NotThisFile(f"This file is larger than {size:.0f} MB." if size >= 1 else "This file is too large.")
    kind, taken = kind_of(data), wanted(mime_types)
    if kind not in taken:
        names = ", ".join(ACCEPTED[one] for one in taken)
        raise NotThisFile(f"This kind of file cannot be taken. Choose one of these: {names}.")
    return kind


def wanted(mime_types: Sequence[str]) -> list[str]:
    """Return the media types that a question takes, of those that are accepted at all."""
    if not mime_types:
        return list(ACCEPTED)
    told = {_SAME.get(one, one) for one in mime_types}
    return [kind for kind in ACCEPTED if kind in told or f"{kind.split('/')[0]}/*" in told or "*/*" in told]


def safe_name(name: str) -> str:
    """Return a file's name to show: without folders and control characters, not too long."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in base if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    return plain[-LONGEST_NAME:] or "file"
