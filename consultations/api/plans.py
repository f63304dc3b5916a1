"""The determination and the care plan."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.inputs import Nothing, read
from consultations.api.clinic_inputs import CarePlanInput, DeterminationInput
from consultations.api.clinic_outputs import ActivityOutput, CarePlanOutput, DeterminationOutput, ProtocolOutput
from consultations.flows import determine, plan_care
from consultations.models import Activity, CarePlan, Encounter, Goal, ServiceRequest
from consultations.queries import protocol
from providers.domain.eligibility import local_date


class EncounterDetermination(ApiView):
    """What the clinician determined in a visit."""

    @extend_schema(responses=ProtocolOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the criteria, what the answers say about each, and the newest determination."""
        mine = Encounter.objects.visible_to(signed_in(request)).select_related(
            "appointment__service_request", "appointment__patient"
        )
        encounter = mine.filter(pk=pk).first()
        if encounter is None:
            raise exceptions.NotFound
        today = local_date(encounter.patient_state, timezone.now())
        return Response(ProtocolOutput(protocol.of_encounter(encounter, today=today)).data)

    @extend_schema(request=DeterminationInput, responses=DeterminationOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Record the determination; recording again changes the draft, or makes the next version of a signed one."""
        words = read(DeterminationInput, request)
        recorded = determine.record(encounter_id=pk, by=signed_in(request), now=timezone.now(), **words)
        return Response(DeterminationOutput(recorded).data)


class CaseDetermination(ApiView):
    """What the clinician who accepted a case determined, where the service has no visit."""

    @extend_schema(responses=ProtocolOutput)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the criteria, what the answers say about each, and the newest determination."""
        user = signed_in(request)
        mine = ServiceRequest.objects.visible_to(user).to_determine_by(user).select_related("patient")
        case = mine.filter(pk=pk).first()
        if case is None:
            raise exceptions.NotFound
        return Response(ProtocolOutput(protocol.of_case(case, today=local_date(case.state, timezone.now()))).data)

    @extend_schema(request=DeterminationInput, responses=DeterminationOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Record the determination of an accepted case; as with a visit, a signed one gets its next version."""
        words = read(DeterminationInput, request)
        recorded = determine.record_without_visit(request_id=pk, by=signed_in(request), now=timezone.now(), **words)
        return Response(DeterminationOutput(recorded).data)


class DeterminationSignature(ApiView):
    """The signature under a determination."""

    @extend_schema(request=Nothing, responses=DeterminationOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Sign; nothing of it can change afterwards."""
        read(Nothing, request)
        signed = determine.sign(determination_id=pk, by=signed_in(request), now=timezone.now())
        return Response(DeterminationOutput(signed).data)


class DeterminationCarePlan(ApiView):
    """The care plan of a determination."""

    @extend_schema(request=CarePlanInput, responses={201: CarePlanOutput})
    def post(self, request: Request, pk: UUID) -> Response:
        """Write the plan from a template, tailored; 409 `plan-exists` names the one that is there."""
        draft = _draft(read(CarePlanInput, request))
        written = plan_care.write(determination_id=pk, draft=draft, by=signed_in(request), now=timezone.now())
        return Response(CarePlanOutput(_whole(written.pk)).data, status=201)


class CarePlans(ReadOnlyRows[CarePlan]):
    """Signed plans for their patient, own plans for a clinician, all for administrators."""

    queryset = CarePlan.objects.all()
    serializer_class = CarePlanOutput
    ordering = ("-recorded_at", "-id")

    def get_queryset(self) -> QuerySet[CarePlan]:
        """Return the caller's plans with goals and activities: three queries."""
        return with_parts(super().get_queryset())

    @extend_schema(request=CarePlanInput, responses=CarePlanOutput)
    def revise(self, request: Request, pk: UUID) -> Response:
        """Change a plan that is not signed; what is not sent stays."""
        draft = _draft(read(CarePlanInput, request))
        plan_care.revise(care_plan_id=pk, draft=draft, by=signed_in(request), now=timezone.now())
        return Response(CarePlanOutput(_whole(pk)).data)

    @extend_schema(request=Nothing, responses=CarePlanOutput)
    def sign(self, request: Request, pk: UUID) -> Response:
        """Sign the plan; the patient can read it, and the case is complete."""
        read(Nothing, request)
        plan_care.sign(care_plan_id=pk, by=signed_in(request), now=timezone.now())
        return Response(CarePlanOutput(_whole(pk)).data)

    @extend_schema(request=Nothing, responses=ActivityOutput)
    def activity_done(self, request: Request, pk: UUID, activity_pk: UUID) -> Response:
        """Tick off one activity of the patient's own plan."""
        read(Nothing, request)
        user = signed_in(request)
        mine = CarePlan.objects.visible_to(user).filter(pk=pk, activities=activity_pk)
        if not mine.exists():
            raise exceptions.NotFound
        return Response(
            ActivityOutput(plan_care.activity_done(activity_id=activity_pk, by=user, now=timezone.now())).data
        )


def with_parts(rows: QuerySet[CarePlan]) -> QuerySet[CarePlan]:
    """Return plans with their goals and activities in order."""
    return rows.prefetch_related(
        Prefetch("goals", Goal.objects.order_by("position", "id")),
        Prefetch("activities", Activity.objects.order_by("position", "id")),
    )


def _whole(pk: UUID) -> CarePlan:
    return with_parts(CarePlan.objects.all()).get(pk=pk)


def _draft(words: dict[str, Any]) -> plan_care.Draft:
    names = ("title", "instructions", "goals", "activities")
    return plan_care.Draft(template_code=words.get("template"), **{name: words.get(name) for name in names})
