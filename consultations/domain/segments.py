"""
How many parts a text message is sent and charged in.

Source: 3GPP TS 23.038, 6.2.1 (the seven-bit alphabet and its extension) and 3GPP TS 23.040, 9.2.3.24 (parts of a long
message lose room to their header: 153 of 160 septets, 67 of 70 UCS-2 units, are left).
"""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class Segments:
    """
    The parts of one text.

    alphabet  "GSM-7" or "UCS-2"; one letter outside the first puts the whole text into the second
    units     septets, or units of sixteen bits
    outside   the letters that are not in the first alphabet, in order, each once
    """

    alphabet: str
    units: int
    parts: int
    outside: str


def count(text: str) -> Segments:
    """Return in how many parts a text goes; no letter is split between two."""
    outside = "".join(dict.fromkeys(letter for letter in text if letter not in _BASIC | _ESCAPED))
    if outside:
        sizes = [len(letter.encode("utf-16-be")) // 2 for letter in text]
        return Segments("UCS-2", sum(sizes), _parts(sizes, alone=70, each=67), outside)
    sizes = [2 if letter in _ESCAPED else 1 for letter in text]
    return Segments("GSM-7", sum(sizes), _parts(sizes, alone=160, each=153), "")


def _parts(sizes: list[int], *, alone: int, each: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, left = 1, each
    for size in sizes:
        if size > left:
            parts, left = parts + 1, each
        left -= size
    return parts
