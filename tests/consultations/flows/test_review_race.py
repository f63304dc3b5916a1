"""Many clinicians, few cases: nobody gets what somebody else has."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from consultations.flows import decide, review
from tests.factories.clinic import claimed, waiting
from tests.factories.consultations import clinician
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
CLINICIANS = 8


def at_once(*steps):
    """Run every step in its own thread, all starting together; return what each gave or raised."""
    start = Barrier(len(steps))

    def run(step):
        try:
            start.wait()
            return step()
        except review.Conflict as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def test_two_clinicians_claim_one_case_and_one_of_them_gets_it():
    task = waiting()
    users = [clinician(task.service).user for _ in range(CLINICIANS)]

    results = at_once(*[lambda by=by: review.claim(task_id=task.pk, by=by, now=NOW) for by in users])

    assert Counter(type(result).__name__ for result in results) == {"ReviewTask": 1, "AlreadyClaimed": CLINICIANS - 1}
    task.refresh_from_db()
    assert task.fence == 1


def test_claim_next_never_gives_one_case_to_two():
    service = HealthcareServiceFactory()
    cases = {waiting(service).pk for _ in range(CLINICIANS - 2)}
    users = [clinician(service).user for _ in range(CLINICIANS)]

    results = at_once(*[lambda by=by: review.claim_next(by=by, now=NOW) for by in users])

    taken = [result.pk for result in results if result]
    assert len(taken) == len(set(taken)) == len(cases)


def test_accept_and_decline_at_once_decide_once():
    task, practitioner = claimed(waiting(), now=NOW)
    held = {"task_id": task.pk, "fence": 1, "by": practitioner.user, "now": NOW}

    results = at_once(lambda: decide.accept(**held), lambda: decide.decline(reason="No.", **held))

    assert Counter(type(result).__name__ for result in results) == {"ReviewTask": 1, "LeaseLost": 1}
