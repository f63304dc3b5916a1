"""Addresses of pages, for whoever writes many of them at once."""

from functools import lru_cache
from uuid import UUID

from django.urls import get_script_prefix, reverse

_ANY = UUID(int=0)


def page_of(name: str, pk: UUID | str) -> str:
    """Return the address of the page `name` about one row or token, as `reverse` does, which finds it anew each time."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache(maxsize=256)
def _around(name: str, _prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_ANY]).partition(str(_ANY))
    return before, after
