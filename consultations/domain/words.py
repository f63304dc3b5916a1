"""What people write into free-text fields, checked in one place."""

from config.core.errors import FieldError, Invalid

MAX_WORDS = 4000


class WordsMissing(Invalid):
    """Ask for the words; the error names the field."""

    code = "words-missing"
    title = "Some words are needed"


class WordsTooLong(Invalid):
    """Ask for fewer words; the error names the field."""

    code = "words-too-long"
    title = "That is too long"


def required(text: str, field: str, *, limit: int = MAX_WORDS) -> str:
    """
    Return the text without white space around it.

    limit   number of characters
    Raises  WordsMissing, WordsTooLong
    """
    text = bounded(text, field, limit=limit)
    if not text:
        raise WordsMissing("Write some words first.", errors=[FieldError(field, "required", "Write some words first.")])
    return text


def bounded(text: str, field: str, *, limit: int = MAX_WORDS) -> str:
    """
    Return the text without white space around it; it may be empty.

    limit   number of characters
    Raises  WordsTooLong
    """
    text = text.strip()
    if len(text) > limit:
        reason = f"At most {limit:,} characters fit here."
        raise WordsTooLong(reason, errors=[FieldError(field, "too-long", reason)])
    return text
