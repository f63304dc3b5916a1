"""The visit: check-in for patients, the rest for the clinician."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, ReadOnlyRows, signed_in
from config.core.api.inputs import Nothing, read
from consultations.api.clinic_inputs import CheckInInput, FinishInput, RunLateInput
from consultations.api.clinic_outputs import CheckedInOutput, EncounterOutput, VisitOutput
from consultations.api.outputs import AppointmentOutput
from consultations.flows import visit
from consultations.models import Appointment, Encounter


class CheckIn(ApiView):
    """Checking in to a visit."""

    @extend_schema(request=CheckInInput, responses=CheckedInOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Check in, from 30 minutes before the visit; 422 `not-licensed` where the patient is today."""
        words = read(CheckInInput, request)
        encounter = visit.check_in(appointment_id=pk, by=signed_in(request), now=timezone.now(), **words)
        return Response(CheckedInOutput(encounter).data)


class NoShow(ApiView):
    """A visit to which nobody came."""

    @extend_schema(request=Nothing, responses=AppointmentOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Record that the patient did not come, from ten minutes after the start."""
        read(Nothing, request)
        user = signed_in(request)
        missed = visit.no_show(appointment_id=pk, by=user, now=timezone.now())
        rows = Appointment.objects.select_related("patient", "practitioner", "service_request__service")
        return Response(AppointmentOutput(rows.get(pk=missed.pk), context={"reader": user}).data)


class RunLate(ApiView):
    """A clinician who is late."""

    @extend_schema(request=RunLateInput, responses=VisitOutput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Tell the patient that their clinician comes so many minutes later."""
        words = read(RunLateInput, request)
        late = visit.run_late(appointment_id=pk, by=signed_in(request), now=timezone.now(), **words)
        return Response(VisitOutput(late).data)


class Encounters(ReadOnlyRows[Encounter]):
    """The visits of a clinician; administrators see all."""

    queryset = Encounter.objects.all()
    serializer_class = EncounterOutput

    @extend_schema(request=Nothing, responses=EncounterOutput)
    def begin(self, request: Request, pk: UUID) -> Response:
        """Begin the visit; 422 `not-licensed` when the licence does not cover where the patient is today."""
        read(Nothing, request)
        begun = visit.begin(encounter_id=pk, by=signed_in(request), now=timezone.now())
        return Response(EncounterOutput(begun).data)

    @extend_schema(request=FinishInput, responses=EncounterOutput)
    def finish(self, request: Request, pk: UUID) -> Response:
        """Finish the visit with its note."""
        words = read(FinishInput, request)
        finished = visit.finish(encounter_id=pk, by=signed_in(request), now=timezone.now(), **words)
        return Response(EncounterOutput(finished).data)
