"""What a patient has still to do before a case may be submitted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext

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
    """One text that the service asks to be signed; a signature in any language counts."""

    slug: str
    title: str
    language: str = ""
    document_id: UUID | None = None


def readable(documents: Iterable[Document], *, language: str) -> list[Document]:
    """
    Return one document for each slug, in the order of the slugs: in the reader's language, else in English.

    language   of the reader, as in `en`
    """
    liked = {language: 0, "en": 1}
    chosen: dict[str, Document] = {}
    for document in sorted(documents, key=lambda one: (one.slug, liked.get(one.language, 2), one.language)):
        chosen.setdefault(document.slug, document)
    return list(chosen.values())


def missing(
    *, questions: Iterable[Questions], documents: Iterable[Document], signed: Collection[str]
) -> tuple[FieldError, ...]:
    """
    Return one error for each thing that is missing, consents first, both in the order given.

    signed   slugs of the documents with a signature in force
    Returns  fields `consents.<slug>` and `questionnaire_responses.<id>`; () when the case may be submitted
    """
    unsigned = [
        FieldError(
            f"consents.{document.slug}",
            "not-signed",
            gettext("“%(title)s” is not signed yet.") % {"title": document.title},
        )
        for document in documents
        if document.slug not in signed
    ]
    unfinished = [
        FieldError(
            f"questionnaire_responses.{one.response_id}",
            "not-completed",
            gettext("“%(title)s” is not finished yet.") % {"title": one.title},
        )
        for one in questions
        if one.is_required and not one.is_done
    ]
    return (*unsigned, *unfinished)
