"""
A simple letter as it goes to a mail server, in the very bytes that Django writes.

Django's headers may hold anything, so each is parsed, encoded and folded; measured, that takes longer than handing the
letter over. Nearly all of ours are a few lines to one plain address. What is not plain is left to Django.
"""

import re
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache

from django.conf import settings
from django.core.mail.message import sanitize_address

_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_VALUE = re.compile(r"[!-~]+(?: [!-~]+)*")
# Longer headers are folded where they have a space; these have none, or are not plain.
_FOLDS = re.compile(r"[ ;,]")
_HEADER_LETTERS = 76
# RFC 5322, 2.1.1.
_LINE_OCTETS = 998


def written(*, to: str, subject: str, body: str, headers: Mapping[str, str]) -> bytes | None:
    """
    Return a letter from the clinic, ready for SMTP; None when it is not plain enough.

    body     lines that end with a bare line feed
    headers  what follows the date, in this order
    """
    if "\r" in body or _ADDRESS.fullmatch(to) is None:
        return None
    text = body.encode()
    if any(len(line) > _LINE_OCTETS for line in text.splitlines()):
        return None
    date = formatdate(localtime=settings.EMAIL_USE_LOCALTIME)
    named = {"Subject": subject, "From": settings.DEFAULT_FROM_EMAIL, "To": to, "Date": date, **headers}
    lines = [_line(name, value) for name, value in named.items()]
    if None in lines:
        return None
    encoding = "7bit" if body.isascii() else "8bit"
    head = (
        f'Content-Type: text/plain; charset="utf-8"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: {encoding}\r\n'
    )
    return "".join([head, *map(str, lines), "\r\n"]).encode() + text.replace(b"\n", b"\r\n")


@lru_cache
def sender(written_as: str) -> str:
    """Return the address that a mail server is told, from the one that readers see."""
    return str(sanitize_address(written_as, "utf-8"))


def _line(name: str, value: str) -> str | None:
    if _VALUE.fullmatch(value) is None:
        return None
    if len(name) + 2 + len(value) <= _HEADER_LETTERS:
        return f"{name}: {value}\r\n"
    return None if _FOLDS.search(value) else f"{name}: \r\n {value}\r\n"
