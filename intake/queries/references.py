"""References that answers give: who answers may point only at what they may see themselves."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from config.core.errors import FieldError
from config.core.models import User
from intake.domain.merge import Change
from intake.models import Patient, Questionnaire, QuestionnaireResponse
from intake.queries.questions import outline_of
from providers.models import HealthcareService, Practitioner

# Who works here and what is offered is known to anybody who looks for a time.
_KINDS: dict[str, Callable[[User], QuerySet[Any]]] = {
    "Patient": lambda by: Patient.objects.visible_to(by),
    "Practitioner": lambda _: Practitioner.objects.active(),
    "HealthcareService": lambda _: HealthcareService.objects.active(),
    "Questionnaire": lambda by: Questionnaire.objects.visible_to(by),
    "QuestionnaireResponse": lambda by: QuestionnaireResponse.objects.visible_to(by),
}


def unseen(questionnaire_id: UUID, changes: Sequence[Change], *, by: User) -> list[FieldError]:
    """
    Return one error for each answer that refers to a row of this server which `by` may not see, or which there is not.

    A reference to another server, by its whole address, is none of ours. One query for each that is relative.
    """
    outline = outline_of(questionnaire_id)
    told = [
        (change.link_id, reference)
        for change in changes
        if outline.by_link_id[change.link_id.rsplit("/", 1)[-1]].type == "reference"
        for reference in _references(change.value)
    ]
    return [
        FieldError(path, "reference-not-visible", gettext("This refers to nothing that you can see."))
        for path, reference in told
        if "://" not in reference and not reference.startswith("urn:") and not _is_visible(reference, by)
    ]


def _references(value: Any) -> Iterator[str]:
    values: Iterable[Any] = value if isinstance(value, list) else [value]
    yield from (str(one["reference"]) for one in values if isinstance(one, dict) and "reference" in one)


def _is_visible(reference: str, by: User) -> bool:
    kind, _, rest = reference.partition("/_history/")[0].partition("/")
    rows = _KINDS.get(kind)
    try:
        return rows is not None and rows(by).filter(pk=UUID(rest)).exists()
    except ValueError:
        return False
