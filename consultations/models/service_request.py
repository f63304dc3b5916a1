"""The ask: one patient, one service line, and the questionnaires that belong to it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Max, Q

from config.core import audit
from config.core.constraints import all_or_none, known
from config.core.errors import FieldError
from config.core.models import Record, Role, User
from consultations.domain import completeness, lifecycle
from consultations.domain.codes import OPEN_REQUESTS, Priority, RequestStatus, ReviewOutcome
from consultations.domain.policy import ChangePolicy
from consultations.models.communication_request import CommunicationRequest
from intake.domain.codes import ConsentStatus, ResponseStatus
from intake.models import ConsentDocument, Patient, Questionnaire, QuestionnaireResponse, ServiceQuestionnaire
from providers.domain.codes import Pathway
from providers.models import HealthcareService, Qualification

OPEN_ONCE = "consultations_servicerequest_open_once"


class ServiceRequestQuerySet(models.QuerySet["ServiceRequest"]):
    """Cases."""

    def open(self) -> Self:
        """Return the cases that are not over."""
        return self.filter(status__in=OPEN_REQUESTS)

    def begin(
        self, patient: Patient, service: HealthcareService, *, state: str,
        asked: Sequence[tuple[ServiceQuestionnaire, Questionnaire]], by: User, now: datetime,
    ) -> "ServiceRequest":  # fmt: skip
        """
        Store a draft with one empty response for each questionnaire, and its first status.

        asked  each line of the service with the version that is asked, in their order
        """
        request = self.create(patient=patient, service=service, state=state, authored_at=now)
        responses = [
            QuestionnaireResponse(questionnaire=questionnaire, patient=patient, service=service)
            for _, questionnaire in asked
        ]
        QuestionnaireResponse.objects.bulk_create(responses)
        SupportingInfo.objects.bulk_create(
            SupportingInfo(
                service_request=request, questionnaire_response=response, position=line.position, required=line.required
            )
            for (line, _), response in zip(asked, responses, strict=True)
        )
        audit.status_changed(request, old="", new=request.status, by=by, now=now)
        return request

    def visible_to(self, user: User) -> Self:
        """
        Return the patient's own cases, or the submitted cases that a clinician may see.

        A clinician sees the submitted cases of the services they offer in the states where they hold an active
        licence, and every case they have reviewed or have a visit for.
        """
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        if user.role == Role.PRACTITIONER:
            return self._for_clinician(user)
        return self.none()

    def to_determine_by(self, user: User) -> Self:
        """
        Return the cases of services without visits that this clinician accepted, and so determines.

        Where a second name was asked for, the decision is still that of the clinician who made it.
        """
        alone = Q(review_task__proposed_by=None, review_task__decided_by=user)
        return self.filter(
            alone | Q(review_task__proposed_by__user=user),
            review_task__outcome=ReviewOutcome.ACCEPTED,
            service__pathway=Pathway.ASYNCHRONOUS,
        )

    def _for_clinician(self, user: User) -> Self:
        mine = Q(review_task__owner__user=user) | Q(appointments__practitioner__user=user)
        offered = Q(
            service__roles__practitioner__user=user,
            service__roles__is_active=True,
            state__in=Qualification.objects.filter(practitioner__user=user, status="active").values("jurisdiction"),
        )
        seen = self.model._default_manager.filter(mine | offered).exclude(status=RequestStatus.DRAFT)
        return self.filter(pk__in=seen.values("pk"))


class ServiceRequest(Record):
    """
    A patient's request for one service line. FHIR R4 ServiceRequest.

    request.start makes it draft, request.submit active, ask_patient.put_question on-hold, plan_care.sign completed,
    request.withdraw, decide.decline and decide.refer revoked.
    """

    PERSONAL = frozenset({"decision_note"})

    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="service_requests")
    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="service_requests")
    state = models.CharField(max_length=2)
    status = models.CharField(max_length=16, choices=RequestStatus, default=RequestStatus.DRAFT)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.ROUTINE)
    authored_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True, help_text="What the patient is told of a decline or a referral.")

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", RequestStatus, name="consultations_servicerequest_status_known"),
            known("priority", Priority, name="consultations_servicerequest_priority_known"),
            all_or_none("submitted_at", "submitted_by", name="consultations_servicerequest_submission_whole"),
            models.UniqueConstraint(
                fields=["patient", "service"],
                condition=Q(status__in=OPEN_REQUESTS),
                name=OPEN_ONCE,
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["active", "on-hold", "completed"]) | Q(submitted_at__isnull=False),
                name="consultations_servicerequest_active_was_submitted",
            ),
        ]
        indexes = [
            # The patient's list of cases.
            models.Index(fields=["patient", "-authored_at", "id"], name="consultations_request_patient"),
        ]

    @property
    def change_policy(self) -> ChangePolicy:
        """Return what the service allows of moving and cancelling; reads the service."""
        service = self.service
        return ChangePolicy(timedelta(minutes=service.change_notice_minutes), service.max_reschedules)

    def move(
        self, status: RequestStatus, *, by: User | None, now: datetime, reason: str = "", **columns: object
    ) -> None:
        """Give this locked case its next status, and write that down; `columns` change with it; raises BadTransition."""
        lifecycle.require(lifecycle.SERVICE_REQUEST, self.status, status)
        old, self.status = self.status, status
        for name, value in columns.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *columns, "updated_at"])
        audit.status_changed(self, old=old, new=status, by=by, now=now, reason=reason)

    def missing(self, *, title_of: Callable[[Questionnaire], str] = attrgetter("title")) -> tuple[FieldError, ...]:
        """
        Return what the patient has still to do before this may be submitted: three queries.

        title_of  gives the title of a questionnaire as the patient reads it; by default in English
        """
        asked = self.supporting_info.select_related("questionnaire_response__questionnaire").order_by("position")
        wanted = ConsentDocument.objects.current().filter(services=self.service_id)
        texts = wanted.order_by("slug", "language", "id").values_list("slug", "title", "language")
        signed = wanted.filter(consents__patient=self.patient_id, consents__status=ConsentStatus.ACTIVE)
        return completeness.missing(
            questions=[one.as_questions(title=title_of(one.questionnaire_response.questionnaire)) for one in asked],
            documents=completeness.readable(
                [completeness.Document(slug, title, language) for slug, title, language in texts],
                language=self.patient.preferred_language,
            ),
            signed=set(signed.values_list("slug", flat=True)),
        )


class SupportingInfoQuerySet(models.QuerySet["SupportingInfo"]):
    """The questionnaires of cases."""

    def add(
        self, request: ServiceRequest, questionnaires: Sequence[Questionnaire], *, ask: CommunicationRequest
    ) -> None:
        """Add further questionnaires to a case, each with an empty response, after those that it has."""
        last = self.filter(service_request=request).aggregate(last=Max("position"))["last"]
        first = 0 if last is None else last + 1
        for position, questionnaire in enumerate(questionnaires, start=first):
            response = QuestionnaireResponse.objects.create(
                questionnaire=questionnaire, patient_id=request.patient_id, service_id=request.service_id
            )
            self.create(service_request=request, questionnaire_response=response, position=position, ask=ask)


class SupportingInfo(Record):
    """One questionnaire response of a case, in its order. FHIR R4 ServiceRequest.supportingInfo."""

    PERSONAL: frozenset[str] = frozenset()

    service_request = models.ForeignKey("consultations.ServiceRequest", models.CASCADE, related_name="supporting_info")
    questionnaire_response = models.OneToOneField(
        "intake.QuestionnaireResponse", models.PROTECT, related_name="supporting_info"
    )
    position = models.PositiveSmallIntegerField()
    required = models.BooleanField(default=True)
    ask = models.ForeignKey(
        "consultations.CommunicationRequest", models.PROTECT, null=True, related_name="questions",
        help_text="The clinician's message that asks for it; none for what the service asks.",
    )  # fmt: skip

    objects = SupportingInfoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service_request", "position"], name="consultations_supportinginfo_position_once"
            ),
        ]

    def as_questions(self, *, title: str = "") -> completeness.Questions:
        """
        Return what decides whether this is finished; reads the response and its questionnaire.

        title  as the patient reads it; the English one when none is given
        """
        response = self.questionnaire_response
        done = response.status in {ResponseStatus.COMPLETED, ResponseStatus.AMENDED}
        return completeness.Questions(response.pk, title or response.questionnaire.title, done, self.required)
