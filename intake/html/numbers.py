"""Numbers as people type them."""

import re
from typing import Any

_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d{1,2}")


def number(text: str) -> Any:
    """
    Return an int or a float of a text; the text when it is none.

    A comma before groups of three digits stands for thousands, before one or two digits for the decimal point, as many
    who write Spanish have it: 70,5 must never become 705.
    """
    plain = text
    if _THOUSANDS.fullmatch(text):
        plain = text.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(text):
        plain = text.replace(",", ".")
    try:
        return int(plain) if re.fullmatch(r"[-+]?\d{1,12}", plain) else float(plain) if plain else None
    except ValueError:
        return text
