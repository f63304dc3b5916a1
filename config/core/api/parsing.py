"""The JSON parser: bounded in size, depth and number of keys, and strict where Python's is lenient."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser

from config.core.api.problems import TooLarge

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
MAX_KEYS = 2000


class StrictJSONParser(JSONParser):
    """
    Reads one JSON document of at most one megabyte, 20 levels and 2,000 keys.

    NUL and lone surrogates (which PostgreSQL cannot store), NaN, Infinity, duplicate keys and broken UTF-8 are
    refused with 400; stock DRF answers 500 to some of them.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the document; ParseError (400) or TooLarge (413) when it breaks a bound."""
        return _document(stream, most=MAX_BYTES)


class FileParser(BaseParser):
    """
    Reads a JSON document with one file of at most ten megabytes in it, in base64, as strictly.

    Not a JSONParser: of those DRF reads the whole body first, within the bound of all other endpoints.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the document; ParseError (400) or TooLarge (413) when it breaks a bound."""
        return _document(stream, most=14 * MAX_BYTES)


def _document(stream: IO[Any], *, most: int) -> Any:
    body = stream.read(most + 1)
    if len(body) > most:
        raise TooLarge
    try:
        document = json.loads(
            body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object_without_duplicates
        )
    except (ValueError, RecursionError) as error:
        message = "The body is not valid JSON."
        raise ParseError(message) from error
    _check(document, depth=1, budget=[MAX_KEYS])
    return document


def _refuse_constant(name: str) -> None:
    message = f"{name} is not JSON."
    raise ValueError(message)


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        message = "A key stands twice."
        raise ValueError(message)
    return result


def _check(value: Any, *, depth: int, budget: list[int]) -> None:
    if depth > MAX_DEPTH:
        message = f"The body is nested deeper than {MAX_DEPTH} levels."
        raise ParseError(message)
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        _spend(budget, len(value))
        for key, inner in value.items():
            _check_text(key)
            _check(inner, depth=depth + 1, budget=budget)
    elif isinstance(value, list):
        _spend(budget, len(value))
        for inner in value:
            _check(inner, depth=depth + 1, budget=budget)


def _spend(budget: list[int], count: int) -> None:
    budget[0] -= count
    if budget[0] < 0:
        message = f"The body has more than {MAX_KEYS} keys and elements."
        raise ParseError(message)


def _check_text(text: str) -> None:
    # A file in base64 is millions of characters; that all of them are ASCII is known at once.
    if "\x00" in text or (not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)):
        message = "The body has a character that cannot be stored."
        raise ParseError(message)
