"""How long people wait, from the clinic's own history; nothing when it is too little."""

from datetime import timedelta

import pytest

from consultations.models import ReviewTask
from consultations.queries import waits
from tests.factories.consultations import ReviewTaskFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def looked_at(service, *, minutes, sent_at=NOW - DAY, tier=2):
    """Return a case that was sent then and looked at some minutes later."""
    return ReviewTaskFactory(
        service_request__service=service,
        service_request__submitted_at=sent_at,
        tier=tier,
        first_claimed_at=sent_at + minutes * MINUTE,
    )


def history(service, *, count=waits.ENOUGH, **words):
    for number in range(1, count + 1):
        looked_at(service, minutes=number, **words)


def typical(service, **words):
    task = ReviewTaskFactory(service_request__service=service, service_request__submitted_at=NOW, **words)
    return waits.typical(task, now=NOW)


def test_typical_wait_is_the_median_and_the_ninetieth_of_a_hundred():
    service = HealthcareServiceFactory()
    history(service, count=21)

    found = typical(service)

    assert (found.half, found.most, found.cases) == (11 * MINUTE, 19 * MINUTE, 21)


def test_too_little_history_says_nothing():
    service = HealthcareServiceFactory()
    history(service, count=waits.ENOUGH - 1)

    assert typical(service) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"sent_at": NOW - DAY + timedelta(hours=3)}, id="another hour"),
        pytest.param({"sent_at": NOW - timedelta(days=120)}, id="too long ago"),
        pytest.param({"tier": 0}, id="another urgency"),
    ],
)
def test_only_cases_alike_count(other):
    service = HealthcareServiceFactory()
    history(service, **other)

    assert typical(service) is None


def test_cases_of_other_services_do_not_count():
    history(HealthcareServiceFactory())

    assert typical(HealthcareServiceFactory()) is None


def test_weeks_have_their_median_and_ninetieth_of_look_and_decision():
    service = HealthcareServiceFactory()
    for minutes in (10, 20, 30):
        looked_at(service, minutes=minutes, sent_at=NOW - 10 * DAY)
    looked_at(service, minutes=5)
    looked_at(HealthcareServiceFactory(), minutes=500)

    weeks = waits.weekly(service_id=service.pk, now=NOW)

    assert [(week.cases, week.look_half) for week in weeks] == [(3, 20 * MINUTE), (1, 5 * MINUTE)]
    assert weeks[0].decision_half is None
    assert sum(week.cases for week in waits.weekly(service_id=None, now=NOW)) == 5


def test_weeks_take_one_query(django_assert_num_queries):
    history(HealthcareServiceFactory())

    with django_assert_num_queries(1):
        waits.weekly(service_id=None, now=NOW)
    assert ReviewTask.objects.count() == waits.ENOUGH
