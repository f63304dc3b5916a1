"""What a file is, by its content and never by its name."""

from collections.abc import Sequence

import puremagic
from django.utils.translation import gettext, gettext_lazy

from intake.domain.hints import MEGABYTE

# Not HEIC: where a photo was taken stands inside of its picture boxes and cannot be left out without decoding it, and
# most browsers of clinicians do not show it. A phone that is asked for JPEG sends JPEG.
ACCEPTED = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "application/pdf": "PDF",
}
_IN_WORDS = {
    "image/jpeg": gettext_lazy("JPEG photo"),
    "image/png": gettext_lazy("PNG image"),
    "image/webp": gettext_lazy("WebP image"),
    "application/pdf": "PDF",
}
_SAME = {"image/jpg": "image/jpeg"}
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
        raise NotThisFile(gettext("This file is empty."))
    if len(data) > max_bytes:
        raise NotThisFile(_too_large(max_bytes / MEGABYTE))
    kind, taken = kind_of(data), wanted(mime_types)
    if kind not in taken:
        told = gettext("This kind of file cannot be taken. Choose one of these: %(kinds)s.")
        raise NotThisFile(told % {"kinds": ", ".join(str(_IN_WORDS[one]) for one in taken)})
    return kind


def wanted(mime_types: Sequence[str]) -> list[str]:
    """Return the media types that a question takes, of those that are accepted at all."""
    if not mime_types:
        return list(ACCEPTED)
    told = {_SAME.get(one, one) for one in mime_types}
    return [kind for kind in ACCEPTED if kind in told or f"{kind.split('/')[0]}/*" in told or "*/*" in told]


def _too_large(most: float) -> str:
    if most < 1:
        return gettext("This file is too large.")
    return gettext("This file is larger than %(size)s MB.") % {"size": f"{most:.0f}"}


def safe_name(name: str) -> str:
    """Return a file's name to show: without folders and control characters, not too long."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in base if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    return plain[-LONGEST_NAME:] or "file"
