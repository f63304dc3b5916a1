"""Content as patients see it, for those who look after it; nothing is saved."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from config.core.http import signed_in
from config.core.models import Role, User
from intake.html.markdown import markdown
from intake.html.sheet import Sheet
from intake.models import ConsentDocument, Questionnaire
from intake.queries.questions import outline_of


@require_safe
def preview_questionnaire(request: HttpRequest, questionnaire_id: UUID) -> HttpResponse:
    """Show every page of a questionnaire, questions that wait for an answer included."""
    rows = Questionnaire.objects.visible_to(_keeper(request))
    questionnaire = get_object_or_404(rows.defer("source"), pk=questionnaire_id)
    outline = outline_of(questionnaire.pk, language=request.GET.get("language", "en"))
    everything = frozenset(outline.by_link_id)
    pages = [{"title": page.title, "parts": Sheet(page, {}).parts(everything)} for page in outline.pages()]
    context = {"questionnaire": questionnaire, "outline": outline, "pages": pages}
    return render(request, "intake/preview_questionnaire.html", context)


@require_safe
def read_consent(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show a text as it is or was to be signed."""
    document = get_object_or_404(ConsentDocument.objects.visible_to(_keeper(request)), pk=document_id)
    return render(request, "intake/read_consent.html", {"document": document, "text": markdown(document.body)})


def _keeper(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.role not in {Role.ADMIN, Role.PRACTITIONER}:
        raise PermissionDenied
    return user
