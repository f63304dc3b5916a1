"""Functions over texts."""

import base64
import binascii
import html
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

from intake.domain.fhirpath.arithmetic import text
from intake.domain.fhirpath.element import Collection, single, value_of
from intake.domain.fhirpath.faults import LONGEST_TEXT, Failed, NotFhirPath
from intake.domain.fhirpath.scope import Frame
from intake.domain.fhirpath.syntax import unescaped

Texts = Callable[..., Collection]


def string(focus: Collection) -> str | None:
    """Return the only text, None when there is none; Failed for anything else."""
    value = single(focus)
    if value is None or isinstance(value, str):
        return value
    raise Failed("A text was expected.")


def _of_texts(function: Callable[..., Any]) -> Texts:
    """Make a function of texts empty where its input or an argument is."""

    def run(_frame: Frame, focus: Collection, *given: Collection) -> Collection:
        told = [string(one) for one in (focus, *given)]
        if any(one is None for one in told):
            return []
        found = function(*told)
        return text(found) if isinstance(found, str) else [] if found is None else [found]

    return run


@lru_cache(maxsize=512)
def pattern(text: str) -> Any:
    """
    Return a compiled regular expression of RE2, which never takes more than linear time.

    Raises  NotFhirPath for a pattern that RE2 refuses, such as one with a lookahead
    """
    options = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(text, options)
    except re2.error as error:
        raise NotFhirPath(f"The pattern “{text[:60]}” cannot be used: {error}.") from error


def _matched(value: str, told: str) -> Any:
    try:
        return pattern(told).search(value) is not None
    except NotFhirPath as error:
        raise Failed(str(error)) from error


def _matched_full(value: str, told: str) -> Any:
    try:
        return pattern(told).fullmatch(value) is not None
    except NotFhirPath as error:
        raise Failed(str(error)) from error


def _replaced_matches(value: str, told: str, other: str) -> str:
    if not told:
        return value
    try:
        # FHIRPath names groups as $1, RE2 as \1.
        return str(pattern(told).sub(other.replace("\\", "\\\\").replace("$", "\\"), value))
    except (NotFhirPath, re2.error) as error:
        raise Failed(str(error)) from error


def _replaced(value: str, told: str, other: str) -> str:
    if len(value) + value.count(told) * len(other) > LONGEST_TEXT:
        raise Failed("A text grew too long.")
    return value.replace(told, other)


def _substring(_frame: Frame, focus: Collection, start: Collection, length: Collection | None = None) -> Collection:
    value, first = string(focus), single(start)
    if value is None or first is None:
        return []
    count = len(value) if length is None else single(length)
    if not isinstance(first, int) or not isinstance(count, int):
        raise Failed("A whole number was expected.")
    if not 0 <= first < len(value):
        return []
    return [value[first : first + max(count, 0)]]


def _split(_frame: Frame, focus: Collection, separator: Collection) -> Collection:
    value, told = string(focus), string(separator)
    if value is None or told is None:
        return []
    return list(value.split(told) if told else value)


def _join(_frame: Frame, focus: Collection, separator: Collection | None = None) -> Collection:
    told = [str(one) for one in map(value_of, focus) if not hasattr(one, "raw")]
    return text((string(separator or []) or "").join(told)) if focus else []


def _encoded(value: str, way: str) -> str | None:
    raw = value.encode()
    ways = {"hex": raw.hex, "base64": lambda: base64.b64encode(raw).decode()}
    ways["urlbase64"] = lambda: base64.urlsafe_b64encode(raw).decode()
    return ways[way]() if way in ways else None


def _decoded(value: str, way: str) -> str | None:
    ways: dict[str, Callable[[str], bytes]] = {
        "hex": bytes.fromhex,
        "base64": lambda told: base64.b64decode(told, validate=True),
        "urlbase64": base64.urlsafe_b64decode,
    }
    try:
        return ways[way](value).decode() if way in ways else None
    except (ValueError, binascii.Error) as error:
        raise Failed("This cannot be decoded.") from error


def _escaped(value: str, way: str) -> str | None:
    return {"html": html.escape, "json": lambda told: json.dumps(told)[1:-1]}[way](value) if way in _WAYS else None


def _unescaped(value: str, way: str) -> str | None:
    return {"html": html.unescape, "json": unescaped}[way](value) if way in _WAYS else None


_WAYS = frozenset({"html", "json"})

FUNCTIONS: dict[str, tuple[int, int, Callable[..., Collection]]] = {
    "startsWith": (1, 1, _of_texts(str.startswith)),
    "endsWith": (1, 1, _of_texts(str.endswith)),
    "contains": (1, 1, _of_texts(str.__contains__)),
    "indexOf": (1, 1, _of_texts(str.find)),
    "lastIndexOf": (1, 1, _of_texts(str.rfind)),
    "upper": (0, 0, _of_texts(str.upper)),
    "lower": (0, 0, _of_texts(str.lower)),
    "trim": (0, 0, _of_texts(str.strip)),
    "length": (0, 0, _of_texts(len)),
    "replace": (2, 2, _of_texts(_replaced)),
    "matches": (1, 2, _of_texts(_matched)),
    "matchesFull": (1, 1, _of_texts(_matched_full)),
    "replaceMatches": (2, 2, _of_texts(_replaced_matches)),
    "encode": (1, 1, _of_texts(_encoded)),
    "decode": (1, 1, _of_texts(_decoded)),
    "escape": (1, 1, _of_texts(_escaped)),
    "unescape": (1, 1, _of_texts(_unescaped)),
    "substring": (1, 2, _substring),
    "split": (1, 1, _split),
    "join": (0, 1, _join),
    "toChars": (0, 0, lambda _frame, focus: list(string(focus) or "")),
}
