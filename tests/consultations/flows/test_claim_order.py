"""Which case comes next: safety, then due time with its lead, then age; nothing starves; known patients come back."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.domain.codes import AppointmentStatus
from consultations.domain.standing import KNOWN, LEADS
from consultations.flows import decide, review
from consultations.flows import request as ask
from consultations.models import ReviewTask
from tests.factories.clinic import claimed, waiting
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
    clinician,
)
from tests.factories.providers import NOW, HealthcareServiceFactory, QualificationFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def order(service, *, at=NOW):
    """Return the ids in the order in which a clinician gets them."""
    by = clinician(service).user
    return [task.pk for task in iter(lambda: review.claim_next(by=by, now=at), None)]


def test_urgent_comes_before_routine_that_is_due_up_to_a_day_earlier():
    service = HealthcareServiceFactory()
    routine = waiting(service, due_at=NOW)
    urgent = waiting(service, tier=1, due_at=NOW + LEADS[1] - HOUR)

    assert order(service) == [urgent.pk, routine.pk]


def test_routine_that_is_overdue_by_more_than_a_day_comes_before_urgent():
    service = HealthcareServiceFactory()
    urgent = waiting(service, tier=1, due_at=NOW + LEADS[1] + HOUR)
    routine = waiting(service, due_at=NOW)

    assert order(service) == [routine.pk, urgent.pk]


def test_emergency_comes_before_everything_however_long_it_waits():
    service = HealthcareServiceFactory()
    waiting(service, due_at=NOW - timedelta(days=365))
    emergency = waiting(service, tier=0, due_at=NOW + HOUR)

    assert order(service)[0] == emergency.pk


def test_of_two_that_are_due_at_once_the_older_comes_first():
    service = HealthcareServiceFactory()
    tasks = [waiting(service) for _ in range(3)]
    ReviewTask.objects.filter(pk=tasks[2].pk).update(created_at=NOW - HOUR)

    assert order(service)[0] == tasks[2].pk


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(standing=st.lists(st.tuples(st.integers(0, 2), st.integers(-72, 72), st.sampled_from(["NY", "NJ"])), max_size=8))
def test_order_of_claims_is_the_order_of_the_queue(standing):
    service = HealthcareServiceFactory()
    for tier, hours, state in standing:
        ReviewTaskFactory(
            service_request__service=service, service_request__state=state, tier=tier, due_at=NOW + hours * HOUR
        )
    practitioner = clinician(service)
    QualificationFactory(practitioner=practitioner, jurisdiction="NJ")

    taken = [task.pk for task in iter(lambda: review.claim_next(by=practitioner.user, now=NOW), None)]

    wanted = ReviewTask.objects.filter(service=service).order_by("queue_at", "created_at", "id")
    assert taken == list(wanted.values_list("pk", flat=True))


def test_a_case_that_ended_its_lease_stands_where_it_stood():
    service = HealthcareServiceFactory()
    first = waiting(service, due_at=NOW + HOUR)
    second = waiting(service, due_at=NOW + 2 * HOUR)
    claimed(first, now=NOW)

    assert order(service, at=NOW + review.LEASE) == [first.pk, second.pk]


@pytest.mark.slow
def test_routine_case_is_seen_within_its_bound_under_a_week_of_urgent_ones():
    service = HealthcareServiceFactory()
    by = clinician(service).user
    routine = waiting(service, due_at=NOW + 48 * HOUR)
    seen = None

    # One urgent case every two hours, and one clinician who manages just that many.
    for hour in range(0, 7 * 24, 2):
        at = NOW + hour * HOUR
        ReviewTaskFactory(service_request__service=service, tier=1, due_at=at + 4 * HOUR)
        taken = review.claim_next(by=by, now=at)
        decide.accept(task_id=taken.pk, fence=taken.fence, by=by, now=at)
        seen = at if taken.pk == routine.pk else seen

    assert seen is not None
    assert seen <= routine.due_at + LEADS[1]


def known_patient(*, tier=2):
    """Return a new case of a patient whose last case one clinician decided, that clinician, and a colleague."""
    earlier, knows = claimed(waiting(), now=NOW - timedelta(days=30))
    decide.decline(task_id=earlier.pk, fence=1, reason="Not now.", by=knows.user, now=NOW - timedelta(days=30))
    request = ServiceRequestFactory(patient=earlier.service_request.patient, service=earlier.service)
    SupportingInfoFactory(service_request=request, finished=True)
    submitted = ask.submit(request_id=request.pk, by=request.patient.user, now=NOW)
    ReviewTask.objects.filter(service_request=submitted).update(tier=tier)
    return submitted.review_task, knows, clinician(earlier.service)


def test_new_case_of_a_known_patient_is_kept_for_who_decided_the_last_one():
    task, knows, colleague = known_patient()

    assert task.reserved_for == knows
    assert review.claim_next(by=colleague.user, now=NOW) is None
    assert review.claim_next(by=knows.user, now=NOW).pk == task.pk


def test_new_case_of_a_known_patient_is_for_everybody_after_the_grace():
    task, _, colleague = known_patient()

    assert review.claim_next(by=colleague.user, now=NOW + KNOWN[2]).pk == task.pk


def test_who_saw_the_patient_in_a_visit_knows_them_too():
    seen = AppointmentFactory(status=AppointmentStatus.FULFILLED, practitioner=clinician(HealthcareServiceFactory()))
    practitioner = seen.practitioner
    service = practitioner.roles.get().service
    request = ServiceRequestFactory(patient=seen.patient, service=service)
    SupportingInfoFactory(service_request=request, finished=True)

    submitted = ask.submit(request_id=request.pk, by=request.patient.user, now=NOW)

    assert submitted.review_task.reserved_for == practitioner


def test_case_is_not_kept_for_a_clinician_whose_licence_has_ended():
    earlier, knows = claimed(waiting(), now=NOW - timedelta(days=30))
    decide.decline(task_id=earlier.pk, fence=1, reason="Not now.", by=knows.user, now=NOW - timedelta(days=30))
    knows.qualifications.update(valid_until=NOW.date() - timedelta(days=1))
    request = ServiceRequestFactory(patient=earlier.service_request.patient, service=earlier.service)
    SupportingInfoFactory(service_request=request, finished=True)

    submitted = ask.submit(request_id=request.pk, by=request.patient.user, now=NOW)

    assert submitted.review_task.reserved_for is None


def test_what_is_kept_for_one_comes_as_an_urgent_case_but_not_before_an_earlier_urgent_one():
    task, knows, _ = known_patient()
    urgent = waiting(task.service, tier=1, due_at=task.due_at - HOUR)
    routine = waiting(task.service, due_at=task.due_at - 12 * HOUR)

    taken = [review.claim_next(by=knows.user, now=NOW).pk for _ in range(3)]

    assert taken == [urgent.pk, task.pk, routine.pk]
