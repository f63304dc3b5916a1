"""Which clinician knows a patient from before."""

from datetime import datetime

from consultations.domain.codes import AppointmentStatus, TaskStatus
from consultations.models import Appointment, ReviewTask, ServiceRequest
from providers.models import Practitioner


def clinician(request: ServiceRequest, *, now: datetime) -> Practitioner | None:
    """
    Return who saw the patient last, or decided their last case, and may take this one at `now`; None for nobody.

    Reads  two queries, one more for each of at most three clinicians that are looked at
    """
    may_take = Practitioner.objects.may_review(service=request.service, state=request.state, now=now)
    seen = Appointment.objects.filter(patient=request.patient_id, status=AppointmentStatus.FULFILLED)
    decided = ReviewTask.objects.filter(service_request__patient=request.patient_id, status=TaskStatus.COMPLETED)
    met = seen.order_by("-start_at", "-id").values_list("start_at", "practitioner")[:3]
    judged = decided.exclude(decided_by__practitioner=None).order_by("-decided_at", "-id")
    rows = [*met, *judged.values_list("decided_at", "decided_by__practitioner")[:3]]
    for _, practitioner in sorted(rows, reverse=True)[:3]:
        if found := may_take.filter(pk=practitioner).first():
            return found
    return None
