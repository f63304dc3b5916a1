"""What a patient has still to do before a case may be submitted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from config.core.errors import FieldError


@dataclass(frozen=True, slots=True)
class Questions:
    """One questionnaire of a case."""

    response_id: UUID
    title: str
    is_done: bool
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """One text that the service asks to be signed, in whichever language."""

    slug: str
    title: str


def once(rows: Iterable[tuple[str, str]]) -> list[Document]:
    """Return one document for each slug of (slug, title) rows, the first title winning."""
    titles: dict[str, str] = {}
    for slug, title in rows:
        titles.setdefault(slug, title)
    return [Document(slug, title) for slug, title in titles.items()]


def missing(
    *, questions: Iterable[Questions], documents: Iterable[Document], signed: Collection[str]
) -> tuple[FieldError, ...]:
    """
    Return one error for each thing that is missing, consents first, both in the order given.

    signed   slugs of the documents with a signature in force
    Returns  fields `consents.<slug>` and `questionnaire_responses.<id>`; () when the case may be submitted
    """
    unsigned = [
        FieldError(f"consents.{document.slug}", "not-signed", f"“{document.title}” is not signed yet.")
        for document in documents
        if document.slug not in signed
    ]
    unfinished = [
        FieldError(f"questionnaire_responses.{one.response_id}", "not-completed", f"“{one.title}” is not finished yet.")
        for one in questions
        if one.is_required and not one.is_done
    ]
    return (*unsigned, *unfinished)
