"""The shipped lists that a page searches while somebody types; the browser does the searching, any name may be typed."""

from functools import cache

from intake.adapters import catalogue
from intake.domain.outline import Page

Entries = tuple[tuple[str, str], ...]


def lists_of(page: Page) -> dict[str, Entries]:
    """Return {list: ((name, other names), ...)} that the questions of a page ask for."""
    asked = {question.hints.lookup for root in page.questions for question in root.walk() if question.hints.lookup}
    return {name: _entries(name) for name in sorted(asked)}


@cache
def _entries(name: str) -> Entries:
    return tuple((one["name"], ", ".join(one.get("brands", ()))) for one in catalogue.lookup(name))
