"""What a text to sign leaves for the clinic to fill in."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# [Words in brackets], but not the words of a Markdown link.
_BLANK = re.compile(r"\[[^\[\]\n]+\](?![(\[])")


class Blank(NamedTuple):
    """One blank: the line of the text on which it stands, from 1, and its words with the brackets."""

    line: int
    words: str


def blanks(text: str) -> Iterator[Blank]:
    """Yield the blanks of a Markdown text in order."""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _BLANK.finditer(line):
            yield Blank(number, found[0])
