"""Reading a JSON file that anybody may have written."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

LARGEST = 20 * 1024 * 1024


class Unreadable(ValueError):
    """The file holds no JSON that can be read here; `code` is stable, the text is for the person who gave it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def read(path: Path, *, exact: bool = False) -> Any:
    """
    Return what a JSON file holds; a byte order mark at its start is passed over.

    exact   numbers with a point become Decimal, so that their digits are known
    Raises  Unreadable for what is not there, too large, not UTF-8, not JSON, or nested too deep
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable("too-large", f"The file is larger than {LARGEST // 1024 // 1024} MB.")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Unreadable("not-a-file", f"The file cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Unreadable("not-utf-8", "The file is not text in UTF-8.") from error
    try:
        return json.loads(text, parse_float=Decimal if exact else float, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise Unreadable("too-deep", "The file is nested too deep.") from error
    except ValueError as error:
        raise Unreadable("not-json", f"The file is not JSON: {str(error)[:120]}.") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")
