"""Many people book, move and cancel at once, at random: whatever happens, the rows agree with each other."""

import random
from datetime import timedelta

import pytest

from config.core.errors import Refusal
from config.core.models import AuditEvent
from consultations.flows import book
from consultations.models import Appointment, Communication, ServiceRequest
from providers.flows import hold as holding
from providers.models import Slot
from tests.consultations.racing import at_once
from tests.factories.consultations import ServiceRequestFactory, clinician
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

PEOPLE, STEPS = 6, 12
LONG_BEFORE = NOW - timedelta(days=1)
# All want the same three hours of two clinicians.
TIMES = [NINE + timedelta(minutes=30 * number) for number in range(6)]


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_visits_slots_and_messages_agree_after_a_crowd(seed):
    service = HealthcareServiceFactory(max_reschedules=99)
    for _ in range(2):
        clinician(service)
    patients = [PatientFactory() for _ in range(PEOPLE // 2)]
    # Every patient has a case here and one of another line, so that patients also race themselves.
    cases = [ServiceRequestFactory(submitted=True, service=service, patient=patient) for patient in patients]
    other = HealthcareServiceFactory(max_reschedules=99)
    clinician(other)
    cases += [ServiceRequestFactory(submitted=True, service=other, patient=patient) for patient in patients]

    crowd = [walk(case, random.Random(f"{seed} {number}")) for number, case in enumerate(cases)]
    outcomes = at_once(*crowd)

    assert {one["steps"] for one in outcomes} == {STEPS}
    assert sum(one["refused"] for one in outcomes) < PEOPLE * STEPS / 2
    assert AuditEvent.objects.filter(event__endswith="rescheduled").exists()
    assert_rows_agree()


def walk(case, chance):
    """Return an act of one patient: a dozen random steps, each of which may be refused."""

    def act():
        refused = 0
        for _ in range(STEPS):
            try:
                step(case, chance)
            except Refusal:
                refused += 1
        return {"steps": STEPS, "refused": refused}

    return act


def step(case, chance):
    by, visit = case.patient.user, Appointment.objects.live().filter(service_request=case).first()
    if visit is not None and chance.random() < 0.3:
        book.cancel(appointment_id=visit.pk, reason="", by=by, now=LONG_BEFORE)
        return
    held = holding.hold(
        service_id=case.service_id, state="NY", start_at=chance.choice(TIMES), practitioner_id=None, by=by,
        reference=case.pk, now=LONG_BEFORE,
    )  # fmt: skip
    if visit is None:
        book.book(request_id=case.pk, hold_id=held.pk, by=by, now=LONG_BEFORE)
    else:
        book.reschedule(appointment_id=visit.pk, hold_id=held.pk, by=by, now=LONG_BEFORE)


def assert_rows_agree():
    live = list(Appointment.objects.live().select_related("slot"))
    assert {visit.slot_id for visit in live} == set(Slot.objects.booked().values_list("pk", flat=True))
    for visit in live:
        assert (visit.start_at, visit.end_at) == (visit.slot.start_at, visit.slot.end_at)
        assert visit.practitioner_id == visit.slot.practitioner_id
    for over in Appointment.objects.exclude(pk__in=[visit.pk for visit in live]).select_related("slot"):
        assert over.slot.status == "free"
    for case in ServiceRequest.objects.all():
        assert Appointment.objects.live().filter(service_request=case).count() <= 1
    for visit in Appointment.objects.all():
        planned = Communication.objects.planned().about(visit.pk)
        assert set(planned.values_list("subject_revision", flat=True)) == {visit.revision}
