"""A patient's own record."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from config.core.api import ApiView, signed_in
from config.core.api.inputs import read
from intake.api.inputs import PatientInput
from intake.api.outputs import PatientOutput
from intake.domain.identity import Details
from intake.flows import register
from intake.models import Patient


class Patients(ApiView):
    """Registration."""

    @extend_schema(operation_id="patients_create", request=PatientInput, responses={201: PatientOutput})
    def post(self, request: Request) -> Response:
        """Register the record of the person who is signed in; 409 `already-registered` when there is one."""
        details = Details(**read(PatientInput, request))
        patient = register.register(details=details, by=signed_in(request), now=timezone.now())
        return _shown(patient, status=201)


class Me(ApiView):
    """One's own record."""

    @extend_schema(operation_id="patients_me", responses=PatientOutput)
    def get(self, request: Request) -> Response:
        """Return one's own record; 404 before registration."""
        patient = Patient.objects.visible_to(signed_in(request)).first()
        if patient is None:
            raise NotFound
        return _shown(patient)

    @extend_schema(operation_id="patients_me_change", request=PatientInput(partial=True), responses=PatientOutput)
    def patch(self, request: Request) -> Response:
        """Change some fields of one's own record."""
        changes: dict[str, Any] = read(PatientInput, request, partial=True)
        return _shown(register.change(changes=changes, by=signed_in(request), now=timezone.now()))


def _shown(patient: Patient, *, status: int = 200) -> Response:
    return Response(PatientOutput(patient).data, status=status)
