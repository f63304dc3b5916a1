"""Numbers as people type them."""

import re
from typing import Any


def number(text: str) -> Any:
    """Return an int or a float of a text with point, comma for thousands or neither; the text when it is none."""
    plain = text.replace(",", "")
    try:
        return int(plain) if re.fullmatch(r"[-+]?\d{1,12}", plain) else float(plain) if plain else None
    except ValueError:
        return text
