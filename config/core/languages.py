"""In which language somebody reads."""

from django.utils.translation import get_language


def reading() -> str:
    """Return the language of who reads, in two letters; English where none is set."""
    return (get_language() or "en")[:2]
