"""Files that a patient added to the answers of a case."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations.flows import open_case
from consultations.html.clinic_access import for_clinicians
from consultations.queries import queue
from intake.html.files import sent_file
from intake.models import Attachment, QuestionnaireResponse
from providers.models import Practitioner


@require_safe
@for_clinicians
def case_file(request: HttpRequest, practitioner: Practitioner, task_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Hand a file of a case to a clinician who may see the case; that it was read is recorded."""
    task = queue.task_of(by=practitioner.user, task_id=task_id)
    if task is None:
        raise Http404
    of_case = Attachment.objects.filter(response__supporting_info__service_request=task.service_request_id)
    row = get_object_or_404(of_case, pk=attachment_id)
    open_case.opened(request_id=task.service_request_id, by=practitioner.user, now=timezone.now())
    return sent_file(row)


def files_of(responses: Iterable[QuestionnaireResponse]) -> list[dict[str, Any]]:
    """Return the files that answers name, {id, title, contentType, size}, without a query."""
    return [one for response in responses for value in response.answers.values() for one in _files(value)]


def _files(value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and "contentType" in one and "id" in one:
            yield one
