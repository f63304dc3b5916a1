"""`/fhir/QuestionnaireResponse`: the same answers as on the pages, saved and closed by the same flows."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import signed_in
from config.core.errors import FieldError, Invalid, Stale
from config.core.flow import envelope
from intake.api.fhir_base import FhirView, found, only, resource
from intake.api.fhir_questionnaires import base_of, ids, one_of
from intake.domain.codes import ResponseStatus
from intake.domain.issues import Issue
from intake.domain.validate import read_response
from intake.fhir.bundle import issue_of, outcome
from intake.fhir.questionnaire_response import questionnaire_response
from intake.flows import answer, begin
from intake.models import Questionnaire, QuestionnaireResponse
from intake.queries.plans import plan_of

_SEARCHES = frozenset({"_id", "questionnaire", "status", "patient", "subject", "authored"})
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"')
_OPEN = (ResponseStatus.IN_PROGRESS, ResponseStatus.COMPLETED)
_COMPARE = {"ge": "gte", "gt": "gt", "le": "lte", "lt": "lt"}


class NotConforming(Invalid):
    """Correct each place; nothing was stored."""

    code = "not-conforming"
    title = "The response does not answer its questionnaire"


class FhirResponseRows(FhirView):
    """
    Rows that the caller may read.

    A subclass may widen `rows`; creating and changing stay the patient's own.
    """

    def rows(self, request: Request) -> QuerySet[QuestionnaireResponse]:
        """Return the caller's responses with their questionnaires."""
        return QuestionnaireResponse.objects.visible_to(signed_in(request)).select_related("questionnaire")

    def read(self, request: Request, row: QuestionnaireResponse) -> None:
        """Note that a row is read; one's own reading is not noted."""


class FhirResponses(FhirResponseRows):
    """Responses to questionnaires."""

    def get(self, request: Request) -> Response:
        """Search by questionnaire (a canonical, with or without version), status, patient, authored and _id."""
        only(request, _SEARCHES)
        rows = _filtered(self.rows(request), request.query_params)
        return found(request, rows.order_by("-created_at", "id"), shown, base=base_of(request))

    def post(self, request: Request) -> Response:
        """Create a response, whole or not at all; `completed` closes it when it conforms."""
        sent, by, now = resource(request, "QuestionnaireResponse"), signed_in(request), timezone.now()
        _status(sent)
        with envelope():
            made = begin.begin(canonical=str(sent.get("questionnaire", "")), by=by, now=now)
            _own_subject(sent, made)
            done = _store(made, sent, by=by, now=now, base=0)
        return _told(request, done, status=201)


class FhirResponse(FhirResponseRows):
    """One response."""

    def get(self, request: Request, pk: UUID) -> Response:
        """Return it with its version."""
        row = one_of(self.rows(request), pk)
        self.read(request, row)
        return _told(request, row)

    def put(self, request: Request, pk: UUID) -> Response:
        """Change a draft to what was sent; `If-Match` names the version that the sender has seen."""
        sent, by, now = resource(request, "QuestionnaireResponse"), signed_in(request), timezone.now()
        _status(sent)
        row = one_of(QuestionnaireResponse.objects.visible_to(by).select_related("questionnaire"), pk)
        if sent.get("id") not in {None, str(pk)}:
            raise _wrong("QuestionnaireResponse.id", "The id is not that of the address.")
        if sent.get("questionnaire") not in {row.questionnaire.canonical, row.questionnaire.url}:
            raise _wrong("QuestionnaireResponse.questionnaire", "A response stays with its questionnaire.")
        _own_subject(sent, row)
        base = _seen(request)
        if base != row.revision:
            raise Stale("There is a newer version. Read it, merge, and send again.")
        with envelope():
            done = _store(row, sent, by=by, now=now, base=base)
        return _told(request, done)


class ValidateResponse(FhirResponseRows):
    """`$validate` of a QuestionnaireResponse."""

    def post(self, request: Request, pk: UUID | None = None) -> Response:
        """Return every finding as an OperationOutcome; nothing is stored."""
        sent = resource(request, "QuestionnaireResponse")
        if pk is not None:
            one_of(self.rows(request), pk)
        url, _, version = str(sent.get("questionnaire", "")).partition("|")
        versions = Questionnaire.objects.visible_to(signed_in(request)).filter(url=url).exclude(status="draft")
        row = (versions.filter(version=version) if version else versions.filter(status="active")).first()
        if row is None:
            words = "No published questionnaire has that name."
            told = Issue("questionnaire-unknown", "error", "", "", words, {"expression": "QuestionnaireResponse"})
            return Response(outcome([issue_of(told)]))
        _, issues = read_response(plan_of(row.pk), sent, now=timezone.now())
        return Response(outcome([issue_of(one) for one in issues]))


def shown(row: QuestionnaireResponse) -> dict[str, Any]:
    """Return a response with its version."""
    meta = {"versionId": str(row.revision), "lastUpdated": row.updated_at.astimezone(UTC).isoformat()}
    return {**questionnaire_response(row), "meta": meta}


def _told(request: Request, row: QuestionnaireResponse, *, status: int = 200) -> Response:
    headers = {"ETag": f'W/"{row.revision}"'}
    if status == 201:
        headers["Location"] = f"{base_of(request)}QuestionnaireResponse/{row.pk}"
    return Response(shown(row), status=status, headers=headers)


def _store(
    row: QuestionnaireResponse, sent: Mapping[str, Any], *, by: Any, now: datetime, base: int
) -> QuestionnaireResponse:
    """Save what differs from the answers that are there, and close the response when it is sent as completed."""
    live, issues = read_response(plan_of(row.questionnaire_id), sent, now=now)
    errors = [one for one in issues if one.severity == "error"]
    if errors:
        told = [
            FieldError(str(one.params.get("expression") or one.path or one.link_id), one.code, one.message)
            for one in errors
        ]
        raise NotConforming(told[0].detail, errors=told)
    told_now = {
        place.path: place.value
        for place in live.all()
        if place.item is not None and place.value is not None and not place.item.question.is_computed
    }
    changes = [
        {"link_id": path, "value": told_now.get(path)}
        for path in dict.fromkeys([*told_now, *row.answers])
        if told_now.get(path) != row.answers.get(path)
    ]
    if changes:
        saved = answer.save(
            response_id=row.pk, client_id=f"fhir-{uuid4()}", sequence=1, base_revision=base, answers=changes, by=by,
            now=now, is_whole=True,
        )  # fmt: skip
        if saved.conflicts:
            raise Stale("Somebody answered meanwhile. Read the response, merge, and send again.")
    if sent["status"] == ResponseStatus.COMPLETED:
        answer.complete(response_id=row.pk, by=by, now=now)
    return QuestionnaireResponse.objects.select_related("questionnaire").get(pk=row.pk)


def _status(sent: Mapping[str, Any]) -> None:
    if sent.get("status") not in _OPEN:
        raise _wrong("QuestionnaireResponse.status", "The status is in-progress or completed.")


def _own_subject(sent: Mapping[str, Any], row: QuestionnaireResponse) -> None:
    """Refuse a response about, or by, anybody but the person who sends it."""
    for name in ("subject", "source", "author"):
        told = sent.get(name)
        if told is not None and (not isinstance(told, Mapping) or told.get("reference") != f"Patient/{row.patient_id}"):
            raise _wrong(f"QuestionnaireResponse.{name}", "This can only be yourself.")


def _seen(request: Request) -> int:
    told = _VERSION.fullmatch(request.headers.get("If-Match", "").strip())
    if told is None:
        raise Stale('Send If-Match with the version that you have seen, such as W/"3".')
    return int(told[1])


def _wrong(place: str, words: str) -> NotConforming:
    return NotConforming(words, errors=[FieldError(place, "not-conforming", words)])


def _filtered(rows: QuerySet[QuestionnaireResponse], asked: Mapping[str, str]) -> QuerySet[QuestionnaireResponse]:
    if "_id" in asked:
        rows = rows.filter(pk__in=ids(asked["_id"]))
    if "status" in asked:
        rows = rows.filter(status__in=asked["status"].split(","))
    if "questionnaire" in asked:
        url, _, version = asked["questionnaire"].partition("|")
        rows = rows.filter(questionnaire__url=url)
        rows = rows.filter(questionnaire__version=version) if version else rows
    for name in ("patient", "subject"):
        if name in asked:
            rows = rows.filter(patient_id__in=ids(asked[name].rsplit("/", 1)[-1]))
    return rows.filter(_authored(asked["authored"])) if "authored" in asked else rows


def _authored(text: str) -> Q:
    """Return the filter of a FHIR date search: an optional prefix and a day or an instant."""
    prefix, day = (text[:2], text[2:]) if text[:2] in {*_COMPARE, "eq"} else ("eq", text)
    try:
        at = datetime.fromisoformat(day) if "T" in day else datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError:
        message = "authored is a day or an instant, such as ge2026-06-01."
        raise exceptions.ParseError(message) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    if prefix in _COMPARE:
        return Q(**{f"authored_at__{_COMPARE[prefix]}": at})
    return Q(authored_at__date=at.date()) if "T" not in day else Q(authored_at=at)
