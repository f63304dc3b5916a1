"""A patient's cases with all that a list, a page or an endpoint shows of them, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from config.core.errors import FieldError
from consultations.domain import completeness, steps
from consultations.domain.codes import LIVE_APPOINTMENTS, ReferralKind, RequestStatus
from consultations.domain.completeness import Document
from consultations.models import (
    Appointment,
    CarePlan,
    CommunicationRequest,
    Referral,
    ReviewTask,
    ServiceRequest,
    SupportingInfo,
)
from intake.domain.codes import ConsentStatus
from intake.models import Consent, ConsentDocument, Flag
from intake.queries.questions import title_of


@dataclass(slots=True)
class Case:
    """One case. `appointment` is the live visit or else the newest one; `ask` is the clinician's open question."""

    request: ServiceRequest
    responses: list[SupportingInfo] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    signed: frozenset[str] = frozenset()
    appointment: Appointment | None = None
    ask: CommunicationRequest | None = None
    flags: list[Flag] = field(default_factory=list)
    care_plan: CarePlan | None = None
    referrals: list[Referral] = field(default_factory=list)

    @property
    def referred_from(self) -> Referral | None:
        """Return the referral by which the patient came to this case; None where they began it themselves."""
        return next((one for one in self.referrals if one.new_request_id == self.request.pk), None)

    @property
    def referred_to(self) -> Referral | None:
        """Return the referral with whose new case the patient goes on; None without one."""
        gone = (one for one in self.referrals if one.new_request_id not in {None, self.request.pk})
        return next(gone, None)

    @property
    def is_with_colleague(self) -> bool:
        """Tell whether a clinician has referred this to a colleague, and it is not decided yet."""
        is_waiting = self.request.status == RequestStatus.ACTIVE and self.task is not None and not self.task.outcome
        return is_waiting and any(one.kind == ReferralKind.COLLEAGUE for one in self.referrals)

    @property
    def task(self) -> ReviewTask | None:
        """Return the review of the case, once submitted."""
        try:
            return self.request.review_task
        except ObjectDoesNotExist:
            return None

    @property
    def missing(self) -> tuple[FieldError, ...]:
        """Return what is left to do before the case may be submitted; nothing once it is."""
        if self.request.status != RequestStatus.DRAFT:
            return ()
        questions = [
            one.as_questions(title=title_of(one.questionnaire_response.questionnaire)) for one in self.responses
        ]
        return completeness.missing(questions=questions, documents=self.documents, signed=self.signed)

    @property
    def standing(self) -> steps.Standing:
        """Return what decides who acts next."""
        visit = self.appointment
        return steps.Standing(
            status=self.request.status,
            pathway=self.request.service.pathway,
            is_complete=not self.missing,
            is_sent=self.request.submitted_at is not None,
            outcome=self.task.outcome if self.task else "",
            visit_status=visit.status if visit else "",
            visit_start_at=visit.start_at if visit else None,
            visit_end_at=visit.end_at if visit else None,
            has_plan=self.care_plan is not None,
            goes_on=self.referred_to.new_request.status if self.referred_to and self.referred_to.new_request else "",
        )

    def next_step(self, now: datetime) -> steps.Step:
        """Return whose turn it is at `now`."""
        return steps.next_step(self.standing, now=now)


def whole(rows: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
    """Return the rows with what `cases` reads of each; nothing large comes along."""
    return rows.select_related("service", "patient", "review_task")


def cases(requests: Iterable[ServiceRequest]) -> list[Case]:
    """
    Return the cases of `requests`, in their order.

    requests  loaded through `whole`
    Reads     SupportingInfo, ConsentDocument, Consent, Appointment, CommunicationRequest, Flag, CarePlan, Referral:
              eight queries for any number
    """
    found = {request.pk: Case(request) for request in requests}
    if not found:
        return []
    _add_responses(found)
    _add_consents(list(found.values()))
    _add_visits(found)
    for ask in CommunicationRequest.objects.waiting().filter(service_request__in=found).order_by("asked_at", "id"):
        found[ask.service_request_id].ask = ask
    _add_flags(found)
    _add_plans(found)
    _add_referrals(found)
    return list(found.values())


def case(request: ServiceRequest) -> Case:
    """Return the case of one request: eight queries."""
    return cases([request])[0]


def _add_responses(found: dict[UUID, Case]) -> None:
    rows = SupportingInfo.objects.filter(service_request__in=found).select_related(
        "questionnaire_response__questionnaire"
    )
    slim = rows.only(
        "service_request_id", "position", "required", "ask_id",
        "questionnaire_response__status", "questionnaire_response__revision",
        "questionnaire_response__questionnaire__title", "questionnaire_response__questionnaire__minutes",
    )  # fmt: skip
    for row in slim.order_by("position", "id"):
        found[row.service_request_id].responses.append(row)


def _add_consents(rows: Sequence[Case]) -> None:
    services = {row.request.service_id for row in rows}
    wanted: defaultdict[UUID, list[Document]] = defaultdict(list)
    documents = ConsentDocument.objects.current().filter(services__in=services)
    for service, slug, title, language, pk in documents.values_list("services", "slug", "title", "language", "pk"):
        wanted[service].append(Document(slug, title, language, pk))
    signed: defaultdict[UUID, set[str]] = defaultdict(set)
    signatures = Consent.objects.filter(
        patient__in={row.request.patient_id for row in rows}, status=ConsentStatus.ACTIVE, document__is_current=True
    )
    for patient, slug in signatures.values_list("patient", "document__slug"):
        signed[patient].add(slug)
    for row in rows:
        spoken = row.request.patient.preferred_language
        row.documents = completeness.readable(wanted[row.request.service_id], language=spoken)
        row.signed = frozenset(signed[row.request.patient_id])


def _add_visits(found: dict[UUID, Case]) -> None:
    visits = Appointment.objects.filter(service_request__in=found).select_related("practitioner")
    newest_last = visits.order_by("created_at", "id")
    for visit in sorted(newest_last, key=lambda visit: visit.status in LIVE_APPOINTMENTS):
        found[visit.service_request_id].appointment = visit


def _add_flags(found: dict[UUID, Case]) -> None:
    flags = Flag.objects.active().filter(response__supporting_info__service_request__in=found)
    rows = flags.select_related("rule", "response__supporting_info").only(
        "severity", "raised_at", "acknowledged_at", "rule__code", "rule__clinician_text", "rule__is_crisis", "rule__severity",
        "response__supporting_info__service_request_id",
    )  # fmt: skip
    for flag in rows.order_by("raised_at", "id"):
        found[flag.response.supporting_info.service_request_id].flags.append(flag)


def _add_plans(found: dict[UUID, Case]) -> None:
    plans = CarePlan.objects.signed().filter(determination__service_request__in=found)
    for plan in plans.select_related("determination").order_by("signed_at", "id"):
        found[plan.determination.service_request_id].care_plan = plan


def _add_referrals(found: dict[UUID, Case]) -> None:
    rows = Referral.objects.about(found).select_related("task__service_request__service", "new_request__service")
    for row in rows:
        for pk in (row.task.service_request_id, row.new_request_id):
            if pk in found:
                found[pk].referrals.append(row)
