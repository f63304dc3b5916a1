"""Who may look at a case: the queue's own SQL, its lists and the one predicate never differ."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.core.errors import Refusal
from consultations.flows import review
from consultations.models import ReviewTask
from providers.domain.eligibility import local_date
from providers.models import Practitioner
from providers.queries import eligibility
from tests.factories.consultations import ReviewTaskFactory, clinician
from tests.factories.providers import (
    NOW,
    HealthcareServiceFactory,
    PractitionerFactory,
    PractitionerRoleFactory,
    QualificationFactory,
)

pytestmark = pytest.mark.django_db
# Every hour of a day, so that it is another day in Guam, New York and Hawaii at some of them.
hours = st.integers(0, 23).map(lambda hour: datetime(2026, 6, 1, hour, 30, tzinfo=UTC))
states = st.sampled_from(["NY", "HI", "GU"])
days = st.one_of(st.none(), st.integers(-2, 2))
licences = st.lists(
    st.tuples(
        states, st.sampled_from(["MD", "NP"]), st.sampled_from(["active", "suspended"]), st.integers(-3, 2), days
    ),
    max_size=3,
)
ways = st.fixed_dictionaries(
    {
        "now": hours,
        "state": states,
        "kinds": st.sampled_from([[], ["MD"], ["MD", "NP"]]),
        "role": st.sampled_from(["active", "ended", "none"]),
        "active": st.booleans(),
        "licences": licences,
        "takes_new": st.booleans(),
    }
)
SURE = {"now": NOW, "state": "NY", "kinds": ["MD"], "role": "active", "active": True, "takes_new": False}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(way=ways)
@example(way={**SURE, "licences": [("NY", "MD", "active", -1, None)]})
@example(way={**SURE, "licences": [("NY", "NP", "active", -1, None)]})
def test_a_case_can_be_taken_if_and_only_if_the_predicate_has_no_reason_against_it(way):
    service = HealthcareServiceFactory(licence_kinds=way["kinds"])
    practitioner = given_clinician(service, way)
    task = ReviewTaskFactory(service_request__service=service, service_request__state=way["state"], due_at=way["now"])
    at = {"service": service, "state": way["state"], "now": way["now"]}

    allowed = not eligibility.review_reasons(practitioner=practitioner, **at)

    assert Practitioner.objects.may_review(**at).filter(pk=practitioner.pk).exists() == allowed
    pairs = eligibility.reach(practitioner, now=way["now"]).pairs
    assert ReviewTask.objects.within(pairs).filter(pk=task.pk).exists() == allowed
    # The flows refuse who is no longer active before they look at the queue.
    taken = ReviewTask.objects.take_best(owner=practitioner, now=way["now"], until=way["now"] + review.LEASE)
    assert (taken is not None) == allowed or not way["active"]
    ReviewTask.objects.filter(pk=task.pk).update(status="ready", owner=None, lease_expires_at=None)
    assert claims(task, practitioner, now=way["now"]) == allowed


def given_clinician(service, way):
    """Return the clinician of one way things can be."""
    practitioner = PractitionerFactory(is_active=way["active"])
    if way["role"] != "none":
        PractitionerRoleFactory(
            practitioner=practitioner, service=service, is_active=way["role"] == "active",
            accepts_new_patients=way["takes_new"],
        )  # fmt: skip
    for state, kind, status, first, last in way["licences"]:
        today = local_date(state, way["now"])
        QualificationFactory(
            practitioner=practitioner, jurisdiction=state, kind=kind, status=status,
            valid_from=today + timedelta(days=first),
            valid_until=None if last is None else today + timedelta(days=max(first, last)),
        )  # fmt: skip
    return practitioner


def claims(task, practitioner, *, now):
    """Tell whether a clinician gets the case that they ask for."""
    try:
        return review.claim(task_id=task.pk, by=practitioner.user, now=now).owner == practitioner
    except Refusal:
        return False


def test_claim_says_which_kind_of_license_the_case_needs():
    service = HealthcareServiceFactory(licence_kinds=["PHD"])
    task = ReviewTaskFactory(service_request__service=service)

    with pytest.raises(review.NotLicensed, match="another kind of license") as refusal:
        review.claim(task_id=task.pk, by=clinician(service).user, now=NOW)

    assert refusal.value.extra["reasons"] == ["licence-kind"]


def test_a_sent_case_of_a_service_that_ended_is_still_looked_at():
    service = HealthcareServiceFactory(is_active=False, states=[])
    task = ReviewTaskFactory(service_request__service=service)

    assert review.claim_next(by=clinician(service).user, now=NOW) == task
