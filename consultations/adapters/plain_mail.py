"""
A simple letter as it goes to a mail server, in the very bytes that Django writes.

Django's headers may hold anything, so each is parsed, encoded and folded twice; measured, that takes longer than handing
the letter over. Nearly all of ours are a few plain headers and lines to one plain address: those are joined as they are.
What is not plain is left to Django.
"""

import re
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache

from django.conf import settings
from django.core.mail.message import sanitize_address

_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_VALUE = re.compile(r"[!-~]+(?: [!-~]+)*")
# Longer headers are folded where they have a space, or, if they have none, after the name; the others are not plain.
_FOLDS = re.compile(r"[ ;,]")
_HEADER_LETTERS = 78
# RFC 5322, 2.1.1.
_LINE_OCTETS = 998


def written(*, to: str, subject: str, body: str, headers: Mapping[str, str]) -> bytes | None:
    """
    Return a letter from the clinic, ready for SMTP; None when it is not plain enough.

    body     lines that end with a bare line feed
    headers  what follows the date, in this order
    """
    text = body.encode()
    if "\r" in body or _ADDRESS.fullmatch(to) is None or not _has_short_lines(text):
        return None
    date = formatdate(localtime=settings.EMAIL_USE_LOCALTIME)
    named = {"Subject": subject, "From": settings.DEFAULT_FROM_EMAIL, "To": to, "Date": date, **headers}
    if not all(_is_plain(name, value) for name, value in named.items()):
        return None

    encoding = "7bit" if text.isascii() else "8bit"
    first = ('Content-Type: text/plain; charset="utf-8"', "MIME-Version: 1.0", f"Content-Transfer-Encoding: {encoding}")
    head = "\r\n".join([*first, *(_line(name, value) for name, value in named.items())])
    return head.encode("ascii") + b"\r\n\r\n" + text.replace(b"\n", b"\r\n")


@lru_cache
def sender(written_as: str) -> str:
    """Return the address that a mail server is told, from the one that readers see."""
    return str(sanitize_address(written_as, "utf-8"))


def _has_short_lines(text: bytes) -> bool:
    return len(text) <= _LINE_OCTETS or all(len(line) <= _LINE_OCTETS for line in text.splitlines())


def _line(name: str, value: str) -> str:
    return f"{name}: {value}" if _fits(name, value) else f"{name}: \r\n {value}"


def _is_plain(name: str, value: str) -> bool:
    return _VALUE.fullmatch(value) is not None and (_fits(name, value) or _FOLDS.search(value) is None)


def _fits(name: str, value: str) -> bool:
    return len(name) + len(": ") + len(value) <= _HEADER_LETTERS
