"""Follow-up questions open on their day, once."""

from datetime import UTC, datetime, timedelta

import pytest

from consultations.adapters.mail import Letter
from consultations.domain.codes import ActivityStatus, CommunicationKind
from consultations.flows import follow_up, plan_care
from consultations.models import Activity, ActivityOutcome, Communication
from consultations.queries import letters
from intake.domain.codes import ResponseStatus
from tests.factories.clinic import planned
from tests.factories.intake import QuestionnaireFactory

pytestmark = pytest.mark.django_db
SIGNED = datetime(2026, 6, 1, 14, tzinfo=UTC)
# Midnight of 8 June in New York.
DAY = datetime(2026, 6, 8, 4, tzinfo=UTC)


def measured(*, times=2):
    questionnaire = QuestionnaireFactory()
    schedule = {"first_after_days": 7, "every_days": 7, "times": times}
    activity = {"kind": "measure", "title": "Ask", "questionnaire_url": questionnaire.url, "schedule": schedule}
    written = planned(activities=[activity])
    plan_care.sign(care_plan_id=written.pk, by=written.recorded_by, now=SIGNED)
    return written


def test_open_due_waits_for_the_day_in_the_patients_zone():
    measured()

    assert follow_up.open_due(now=DAY - timedelta(seconds=1)) == 0
    assert follow_up.open_due(now=DAY) == 1


def test_open_due_makes_response_outcome_and_message():
    written = measured()

    follow_up.open_due(now=DAY)

    outcome = ActivityOutcome.objects.get()
    response = outcome.questionnaire_response
    assert (str(outcome.due_date), response.patient, response.status) == (
        "2026-06-08", written.patient, ResponseStatus.IN_PROGRESS,
    )  # fmt: skip
    assert Communication.objects.get(subject_id=outcome.pk).kind == CommunicationKind.MEASURE_DUE
    activity = Activity.objects.get()
    assert (activity.status, str(activity.next_due_date)) == (ActivityStatus.IN_PROGRESS, "2026-06-15")


def test_open_due_twice_opens_once():
    measured()

    assert [follow_up.open_due(now=DAY), follow_up.open_due(now=DAY)] == [1, 0]


def test_open_due_asks_once_for_several_missed_days():
    measured(times=3)

    assert follow_up.open_due(now=DAY + timedelta(days=7)) == 1

    assert str(ActivityOutcome.objects.get().due_date) == "2026-06-15"
    assert str(Activity.objects.get().next_due_date) == "2026-06-22"


def test_open_due_ends_with_the_last_day():
    measured(times=1)

    follow_up.open_due(now=DAY)

    assert Activity.objects.get().next_due_date is None


def test_open_due_skips_questions_that_are_not_published():
    measured()
    Activity.objects.update(questionnaire_url="urn:gone")

    assert follow_up.open_due(now=DAY) == 0


def doing(*titles, **schedule):
    """Return a signed plan with things to do from the eighth of June on."""
    when = {"first_after_days": 7, "every_days": 10, "times": 3, **schedule}
    written = planned(activities=[{"kind": "behavioral", "title": title, "schedule": when} for title in titles])
    plan_care.sign(care_plan_id=written.pk, by=written.recorded_by, now=SIGNED)
    return written


def told():
    return list(
        Communication.objects.filter(kind=CommunicationKind.ACTIVITY_DUE)
        .order_by("occurrence")
        .values_list("occurrence", flat=True)
    )


def test_a_plan_tells_once_a_day_of_what_is_due_in_it():
    written = doing("Walk", "Write it down")

    assert follow_up.remind_due(now=DAY - timedelta(seconds=1)) == 0
    assert [follow_up.remind_due(now=DAY), follow_up.remind_due(now=DAY)] == [2, 0]
    follow_up.remind_due(now=DAY + timedelta(days=10))

    assert told() == ["2026-06-08", "2026-06-18"]
    message = Communication.objects.filter(kind=CommunicationKind.ACTIVITY_DUE).earliest("due_at")
    # It comes at midnight, so it waits until the quiet hours are over.
    assert (message.subject_id, message.due_at) == (written.pk, DAY + timedelta(hours=9))
    assert isinstance(letters.compose(message), Letter)


def test_what_is_done_and_days_that_were_missed_are_not_told():
    written = doing("Walk")
    plan_care.activity_done(activity_id=written.activities.get().pk, by=written.patient.user, now=SIGNED)
    missed = doing("Write it down", times=1)

    assert follow_up.remind_due(now=DAY + timedelta(days=1)) == 0

    assert told() == []
    assert missed.activities.get().next_due_date is None


def test_a_habit_is_told_of_once_a_week_and_not_on_the_day_of_the_plan():
    doing("Walk", first_after_days=0, every_days=1, times=14)

    for day in range(14):
        follow_up.remind_due(now=SIGNED + timedelta(days=day))

    assert told() == ["2026-06-08"]
