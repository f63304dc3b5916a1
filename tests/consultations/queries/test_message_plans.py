"""Whom a plan of messages would tell when: by each reader's own clock and quiet hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from consultations.domain.codes import CommunicationKind, TimedKind
from consultations.flows import visit as visits
from consultations.models import Communication, CommunicationPreference
from consultations.queries import message_plans
from tests.factories.consultations import AppointmentFactory, MessagePlanFactory, ServiceRequestFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
HOUR, DAY = 60, 24 * 60
EARLY = NINE - timedelta(days=10)


def previews(line, kind, minutes, now=EARLY):
    return message_plans.previews(message_plans.one(line, kind), minutes, now=now)


def line_of(visit):
    return visit.service_request.service


def test_a_visit_is_told_of_at_each_time_by_the_patients_clock():
    visit = AppointmentFactory(service_request__patient__time_zone="America/Chicago")

    (shown,) = previews(line_of(visit), TimedKind.VISIT_IN_AN_HOUR, [HOUR, 2 * DAY])

    assert (shown.since, shown.zone.key, shown.is_made_up) == (NINE, "America/Chicago", False)
    assert [one.at for one in shown.told] == [NINE - timedelta(days=2), NINE - timedelta(hours=1)]


def test_quiet_hours_move_a_message_as_they_do_when_it_is_planned():
    visit = AppointmentFactory()
    MessagePlanFactory(service=line_of(visit), kind=TimedKind.VISIT_IN_A_DAY, minutes=[10 * HOUR, 35 * HOUR])
    visit.announce(CommunicationKind.BOOKING_CONFIRMED, now=EARLY)
    planned = Communication.objects.filter(kind=TimedKind.VISIT_IN_A_DAY).order_by("ideal_at")

    (shown,) = previews(line_of(visit), TimedKind.VISIT_IN_A_DAY, [10 * HOUR, 35 * HOUR])

    assert [(one.wanted_at, one.at) for one in shown.told] == [(row.ideal_at, row.due_at) for row in planned]
    assert [one.is_moved for one in shown.told] == [True, True]


def test_a_reminder_whose_time_has_passed_is_not_sent():
    visit = AppointmentFactory()

    (shown,) = previews(line_of(visit), TimedKind.VISIT_IN_AN_HOUR, [HOUR, DAY], now=NINE - timedelta(hours=2))

    assert [one.at for one in shown.told] == [None, NINE - timedelta(hours=1)]


@pytest.mark.parametrize(
    ("now", "at"),
    [
        pytest.param(NINE - timedelta(hours=2), None, id="it is quiet now"),
        pytest.param(NINE - timedelta(hours=13, minutes=10), NINE - timedelta(hours=13, minutes=10), id="at once"),
    ],
)
def test_a_reminder_that_belongs_before_the_quiet_hours_goes_while_it_can(now, at):
    visit = AppointmentFactory()

    (shown,) = previews(line_of(visit), TimedKind.VISIT_IN_A_DAY, [HOUR], now=now)

    assert [one.at for one in shown.told] == [at]


def test_who_wants_no_such_messages_is_shown_as_told_nothing():
    visit = AppointmentFactory()
    CommunicationPreference.objects.create(
        user=visit.patient.user, unsubscribed_at=NOW, unsubscribed_source="page", timed_for="America/New_York"
    )

    (shown,) = previews(line_of(visit), TimedKind.VISIT_IN_A_DAY, [DAY])

    assert shown.is_refused


def test_drafts_are_told_of_from_when_they_were_begun():
    draft = ServiceRequestFactory()

    (shown,) = previews(draft.service, TimedKind.INTAKE_UNFINISHED, [2 * DAY])

    assert shown.since == draft.authored_at
    assert shown.told[0].wanted_at == draft.authored_at + timedelta(days=2)


def test_missed_visits_are_asked_after_from_when_that_was_recorded():
    missed, recorded = AppointmentFactory(), NINE + timedelta(minutes=20)
    visits.no_show(appointment_id=missed.pk, by=missed.practitioner.user, now=recorded)

    (shown,) = previews(line_of(missed), TimedKind.NO_SHOW_FOLLOW_UP, [DAY], now=recorded)

    assert [(one.wanted_at, one.at) for one in shown.told] == [(recorded + timedelta(days=1),) * 2]


def test_visits_of_other_lines_and_past_ones_are_not_shown():
    visit = AppointmentFactory()

    (other,) = previews(HealthcareServiceFactory(), TimedKind.VISIT_IN_A_DAY, [DAY])
    (later,) = previews(line_of(visit), TimedKind.VISIT_IN_A_DAY, [DAY], now=NINE)

    assert other.is_made_up
    assert later.is_made_up


@pytest.mark.parametrize("minutes", [[5], [DAY - 1], [30 * DAY], [30 * DAY - 1]])
@pytest.mark.parametrize("hour", [0, 12, 23])
def test_where_there_is_no_visit_one_is_made_up_that_every_message_is_in_time_for(settings, minutes, hour):
    settings.CLINIC_TIME_ZONE = "America/Chicago"
    now = datetime.combine(NINE.date(), time(hour, 59), tzinfo=UTC)

    (shown,) = previews(HealthcareServiceFactory(), TimedKind.VISIT_IN_AN_HOUR, minutes, now=now)

    assert (shown.zone, shown.since.astimezone(shown.zone).hour) == (ZoneInfo("America/Chicago"), 10)
    assert all(one.at for one in shown.told)


def test_a_visit_that_is_made_up_is_told_of_so_long_before_where_the_clocks_change_between(settings):
    settings.CLINIC_TIME_ZONE = "America/Chicago"
    three_days_before = datetime(2026, 10, 29, 12, tzinfo=UTC)

    (shown,) = previews(HealthcareServiceFactory(), TimedKind.VISIT_IN_AN_HOUR, [DAY], now=three_days_before)

    assert shown.since == datetime(2026, 11, 1, 16, tzinfo=UTC)
    assert [one.at for one in shown.told] == [datetime(2026, 10, 31, 16, tzinfo=UTC)]


@pytest.mark.parametrize("kind", [TimedKind.VISIT_IN_A_DAY, TimedKind.INTAKE_UNFINISHED])
def test_five_cost_as_much_as_one(django_assert_num_queries, kind):
    service = HealthcareServiceFactory()
    for place in range(7):
        AppointmentFactory(service_request__service=service, start_at=NINE + timedelta(hours=place))
        ServiceRequestFactory(service=service)

    with django_assert_num_queries(2):
        shown = previews(service, kind, [DAY])

    assert len(shown) == 5


def test_planned_messages_are_counted_by_kind_and_line():
    visit, other = AppointmentFactory(), AppointmentFactory()
    for one in (visit, other):
        one.announce(CommunicationKind.BOOKING_CONFIRMED, now=EARLY)

    assert message_plans.planned(line_of(visit).pk, TimedKind.VISIT_IN_A_DAY) == 1
    assert message_plans.planned(line_of(visit).pk, TimedKind.NO_SHOW_FOLLOW_UP) == 0
