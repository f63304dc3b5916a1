"""What people write into free-text fields, checked in one place."""

from django.utils.translation import gettext, gettext_lazy

from config.core.errors import FieldError, Invalid

MAX_WORDS = 4000


class WordsMissing(Invalid):
    """Ask for the words; the error names the field."""

    code = "words-missing"
    title = gettext_lazy("Some words are needed")


class WordsTooLong(Invalid):
    """Ask for fewer words; the error names the field."""

    code = "words-too-long"
    title = gettext_lazy("That is too long")


def required(text: str, field: str, *, limit: int = MAX_WORDS) -> str:
    """
    Return the text without white space around it.

    limit   number of characters
    Raises  WordsMissing, WordsTooLong
    """
    text = bounded(text, field, limit=limit)
    if not text:
        reason = gettext("Write some words first.")
        raise WordsMissing(reason, errors=[FieldError(field, "required", reason)])
    return text


def bounded(text: str, field: str, *, limit: int = MAX_WORDS) -> str:
    """
    Return the text without white space around it; it may be empty.

    limit   number of characters
    Raises  WordsTooLong
    """
    text = text.strip()
    if len(text) > limit:
        reason = gettext("At most %(count)s characters fit here.") % {"count": f"{limit:,}"}
        raise WordsTooLong(reason, errors=[FieldError(field, "too-long", reason)])
    return text
