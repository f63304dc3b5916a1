"""The overview of one's answers before they are sent, and after."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from config.core.errors import FieldError
from config.core.http import signed_in, whole_number
from intake.domain.codes import ResponseStatus
from intake.domain.items import instances
from intake.domain.outline import Outline, Page, Question
from intake.flows import answer
from intake.html.fields import label_of, name_of
from intake.html.places import HOME, page_of, shown_pages
from intake.html.words import words
from intake.models import QuestionnaireResponse
from intake.queries import crisis
from intake.queries.alarms import alarms
from intake.queries.judgement import Judgement, judge_response
from intake.queries.questions import outline_of


@require_http_methods(["GET", "POST"])
def review_answers(request: HttpRequest, response_id: UUID) -> HttpResponseBase:
    """Show every answer with a way to change it; POST sends them."""
    user = signed_in(request)
    mine = QuestionnaireResponse.objects.visible_to(user).select_related("patient")
    response = get_object_or_404(mine, pk=response_id)
    if request.method == "GET":
        return _show(request, response, ())
    try:
        answer.complete(response_id=response.pk, by=user, now=timezone.now(), seen_revision=seen_revision(request.POST))
    except answer.Incomplete as refused:
        return _show(request, response, refused.errors)
    except answer.AnswersMoved as moved:
        messages.warning(request, moved.detail)
        return redirect("intake:review-answers", response_id=response.pk)
    except answer.ResponseClosed:
        return redirect("intake:review-answers", response_id=response.pk)
    title = outline_of(response.questionnaire_id, language=response.patient.preferred_language).title
    messages.success(request, gettext("“%(title)s” is done.") % {"title": title})
    return redirect(HOME)


def seen_revision(posted: Mapping[str, Any]) -> int | None:
    """Return the revision of the answers that stood on the page; None when it does not say."""
    return whole_number(str(posted.get("revision", "")))


def _show(request: HttpRequest, response: QuestionnaireResponse, errors: tuple[FieldError, ...]) -> HttpResponse:
    language = response.patient.preferred_language
    outline = outline_of(response.questionnaire_id, language=language)
    judged = judge_response(response, now=timezone.now())
    is_open = response.status == ResponseStatus.IN_PROGRESS
    context = {
        "response": response,
        "outline": outline,
        "sections": [
            {"title": page.title, "rows": list(_rows(page, response, judged, changeable=is_open))}
            for page in shown_pages(outline, judged)
        ],
        "problems": [_problem(outline, error, response) for error in errors],
        "has_errors": bool(errors),
        "is_open": is_open,
        "home": HOME,
        "crisis": crisis.text(alarms(response.pk), language=language),
    }
    return render(request, "intake/review_answers.html", context)


def _rows(
    page: Page, response: QuestionnaireResponse, judged: Judgement, *, changeable: bool
) -> Iterator[dict[str, Any]]:
    enabled = frozenset(judged.enabled)
    for path, question, name in _paths(page.questions, response, "", ""):
        if path not in enabled:
            continue
        url = _change_url(response, page.number, path) if changeable else ""
        yield {"term": name, "text": words(question, response.answers.get(path)), "url": url}


def _paths(
    questions: tuple[Question, ...], response: QuestionnaireResponse, prefix: str, around: str
) -> Iterator[tuple[str, Question, str]]:
    for question in questions:
        path = prefix + question.link_id
        if question.is_asked and not question.is_hidden and not question.is_computed:
            yield path, question, around + label_of(question)
        if question.type == "group" and question.repeats:
            for number in range(instances(response.answers, path)):
                title = f"{question.text} {number + 1}: "
                yield from _paths(question.children, response, f"{path}[{number}]/", title)
        else:
            yield from _paths(question.children, response, prefix, around)


def _problem(outline: Outline, error: FieldError, response: QuestionnaireResponse) -> dict[str, str]:
    question = outline.by_link_id.get(error.field.rsplit("/", 1)[-1])
    url = _change_url(response, page_of(outline, error.field), error.field)
    return {"label": label_of(question) if question else error.field, "detail": error.detail, "url": url}


def _change_url(response: QuestionnaireResponse, number: int, path: str) -> str:
    address = reverse("intake:questions", kwargs={"response_id": response.pk, "number": number})
    return f"{address}?from=review#id_{name_of(path)}"
