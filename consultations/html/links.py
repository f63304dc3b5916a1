"""Where pages of other apps are, and where the next step of a case is."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from consultations.queries.case import Case
from intake.queries.questions import title_of

REGISTER = "intake:register"


def register() -> str:
    """Return where a person says who they are."""
    return reverse(REGISTER)


def consent(document_id: UUID, *, back: str) -> str:
    """Return where a document is read and signed, and where the reader comes back to."""
    return f"{reverse('intake:sign-consent', args=[document_id])}?next={back}"


def questions(response_id: UUID) -> str:
    """Return where a questionnaire is answered."""
    return reverse("intake:start-questions", args=[response_id])


def missing(case: Case) -> list[dict[str, str]]:
    """Return what is left to do before a case may be submitted, each with its link."""
    back = reverse("consultations:case", args=[case.request.pk])
    places = {f"consents.{one.slug}": consent(one.document_id, back=back) for one in case.documents if one.document_id}
    for info in case.responses:
        places[f"questionnaire_responses.{info.questionnaire_response_id}"] = questions(info.questionnaire_response_id)
    return [{"text": error.detail, "url": places[error.field], "code": error.code} for error in case.missing]


def parts(case: Case) -> list[dict[str, Any]]:
    """Return the parts of a draft in order, texts to sign first, each with its link and whether it is done."""
    back = reverse("consultations:case", args=[case.request.pk])
    texts = [
        {
            "title": one.title,
            "url": consent(one.document_id, back=back),
            "is_done": one.slug in case.signed,
            "minutes": 0,
        }
        for one in case.documents
        if one.document_id
    ]
    return texts + [
        {
            "title": title_of(info.questionnaire_response.questionnaire),
            "url": questions(info.questionnaire_response_id),
            "is_done": info.as_questions().is_done,
            "minutes": info.questionnaire_response.questionnaire.minutes,
            "is_optional": not info.required,
        }
        for info in case.responses
    ]


def further(case: Case) -> list[dict[str, Any]]:
    """Return the questionnaires that the clinician's open question sends along, each with its link."""
    if case.ask is None:
        return []
    return [
        {
            "title": title_of(info.questionnaire_response.questionnaire),
            "url": questions(info.questionnaire_response_id),
            "is_done": info.as_questions().is_done,
            "minutes": info.questionnaire_response.questionnaire.minutes,
        }
        for info in case.responses
        if info.ask_id == case.ask.pk
    ]


def next_action(case: Case, code: str) -> dict[str, str] | None:
    """Return the button of the patient's next step; None when somebody else is next, or when it is on the page."""
    pk = case.request.pk
    if code == "answer" and (left := [one for one in parts(case) if not one["is_done"] and not one.get("is_optional")]):
        return {"label": gettext("Next: %(title)s") % {"title": left[0]["title"]}, "url": left[0]["url"]}
    if code == "go-on" and case.referred_to is not None and case.referred_to.new_request is not None:
        new = case.referred_to.new_request
        words = gettext("Go on with: %(service)s") % {"service": new.service.told_name}
        return {"label": words, "url": reverse("consultations:case", args=[new.pk])}
    if code == "submit":
        return {"label": gettext("Look over and submit"), "url": reverse("consultations:submit-case", args=[pk])}
    if code == "book":
        return {"label": gettext("Pick a time"), "url": reverse("consultations:pick-time", args=[pk])}
    if code == "answer-question":
        return {"label": gettext("Answer the question"), "url": f"{reverse('consultations:case', args=[pk])}#question"}
    if case.appointment is not None and case.standing.has_visit:
        return {
            "label": gettext("Check in") if code == "check-in" else gettext("See your visit"),
            "url": reverse("consultations:visit", args=[case.appointment.pk]),
        }
    return None
