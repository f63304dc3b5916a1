"""Who is on call, and the chain: set by administrators, one person at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from config.core import administrators
from consultations.domain.codes import CommunicationKind, RungKind
from consultations.domain.escalation import BadChain, Rung
from consultations.flows import roster
from consultations.models import ChainStep, Communication, OnCall
from consultations.queries import letters
from consultations.queries.roster import coming_gaps
from consultations.queries.roster import roster as calendar_of
from providers.models import PractitionerRole
from tests.factories.consultations import clinician
from tests.factories.core import AdminFactory
from tests.factories.providers import NOW, HealthcareServiceFactory, PractitionerFactory
from tests.factories.safety import ChainStepFactory, on_call

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = Rung(RungKind.CLINIC_PHONE, 10, 60)


@pytest.fixture
def service():
    return HealthcareServiceFactory()


@pytest.fixture
def admin():
    return AdminFactory()


def put(service, practitioner, *, by, start=DAY, end=2 * DAY, **more):
    return roster.put_on_call(
        service_id=service.pk, practitioner_id=practitioner.pk, start_at=NOW + start, end_at=NOW + end, by=by, now=NOW,
        **more,
    )  # fmt: skip


def test_a_clinician_is_put_on_call(service, admin):
    one = clinician(service)

    (row,) = put(service, one, by=admin)

    assert (row.practitioner, row.start_at, row.end_at) == (one, NOW + DAY, NOW + 2 * DAY)


def test_the_same_hours_each_week_keep_the_hour_on_the_wall(service, admin):
    # New York leaves summer time on 2026-11-01.
    rows = roster.put_on_call(
        service_id=service.pk, practitioner_id=clinician(service).pk, start_at=datetime(2026, 10, 26, 12, tzinfo=UTC),
        end_at=datetime(2026, 10, 26, 22, tzinfo=UTC), by=admin, now=NOW, weeks=2,
    )  # fmt: skip

    stored = OnCall.objects.get(pk=rows[1].pk)
    assert stored.start_at == datetime(2026, 11, 2, 13, tzinfo=UTC)


def test_two_are_never_on_call_for_one_service_and_neither_week_is_kept(service, admin):
    put(service, clinician(service, family_name="First"), by=admin, start=8 * DAY, end=9 * DAY)

    with pytest.raises(roster.OnCallTaken, match="First") as refused:
        put(service, clinician(service), by=admin, weeks=3)

    assert refused.value.extra["taken"][0]["start"] == (NOW + 8 * DAY).isoformat()
    assert OnCall.objects.count() == 1


def test_one_may_be_on_call_for_two_services(service, admin):
    one, other = clinician(service), HealthcareServiceFactory()
    one.roles.create(service=other)

    put(service, one, by=admin)
    put(other, one, by=admin)

    assert OnCall.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"start": DAY, "end": DAY}, "end", "before-start"),
        ({"end": 33 * DAY}, "end", "too-long"),
        ({"start": -DAY, "end": -HOUR}, "end", "past"),
        ({"end": 10 * DAY, "weeks": 2}, "weeks", "overlap"),
        ({"weeks": 0}, "weeks", "out-of-range"),
        ({"weeks": 27}, "weeks", "out-of-range"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(service, admin, changes, field, code):
    with pytest.raises(roster.BadPeriod) as refused:
        put(service, clinician(service), by=admin, **changes)

    assert [(one.field, one.code) for one in refused.value.errors] == [(field, code)]


def test_only_who_offers_the_service_is_put_on_call(service, admin):
    with pytest.raises(roster.BadPeriod) as refused:
        put(service, PractitionerFactory(), by=admin)

    assert refused.value.errors[0].code == "not-offered"


def test_taking_off_call_frees_the_time(service, admin):
    (row,) = put(service, clinician(service), by=admin)

    roster.take_off_call(on_call_id=row.pk, by=admin, now=NOW)
    put(service, clinician(service), by=admin)

    assert OnCall.objects.in_force().count() == 1
    with pytest.raises(roster.NoSuchPeriod):
        roster.take_off_call(on_call_id=row.pk, by=admin, now=NOW)


def test_who_is_on_call_now_was_on_call_until_now(service, admin):
    on_call(service)
    row = OnCall.objects.get()

    roster.take_off_call(on_call_id=row.pk, by=admin, now=NOW)

    row.refresh_from_db()
    assert (row.end_at, row.cancelled_at) == (NOW, None)
    assert not OnCall.objects.at(NOW).exists()
    assert OnCall.objects.at(NOW - timedelta(minutes=1)).exists()


def test_a_chain_is_set_as_a_whole(service, admin):
    roster.set_chain(service_id=service.pk, steps=[Rung(RungKind.ON_CALL, 3, 30), PHONE], by=admin, now=NOW)
    roster.set_chain(service_id=service.pk, steps=[Rung(RungKind.SUPERVISOR, 5, 45), PHONE], by=admin, now=NOW)

    assert ChainStep.objects.of(service.pk) == [Rung(RungKind.SUPERVISOR, 5, 45), PHONE]


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([], "open-end"),
        ([Rung(RungKind.ON_CALL, 10, 60)], "open-end"),
        ([PHONE, Rung(RungKind.SUPERVISOR, 10, 60)], "open-end"),
        ([Rung("pager", 10, 60), PHONE], "unknown"),
        ([Rung(RungKind.ON_CALL, 0, 60), PHONE], "out-of-range"),
        ([Rung(RungKind.ON_CALL, 10, 1441), PHONE], "out-of-range"),
    ],
)
def test_a_chain_that_nobody_may_rely_on_is_refused(service, admin, steps, code):
    with pytest.raises(BadChain) as refused:
        roster.set_chain(service_id=service.pk, steps=steps, by=admin, now=NOW)

    assert refused.value.errors[0].code == code
    assert not ChainStep.objects.exists()


def test_only_administrators_decide(service):
    by = clinician(service, is_supervisor=True).user

    with pytest.raises(administrators.NotAnAdministrator):
        put(service, clinician(service), by=by)
    with pytest.raises(administrators.NotAnAdministrator):
        roster.set_chain(service_id=service.pk, steps=[PHONE], by=by, now=NOW)


def test_the_calendar_shows_who_and_every_gap(service, django_assert_num_queries):
    on_call(service)
    left = on_call(service, during=OnCall.objects.get().during.__class__(NOW + 2 * DAY, NOW + 3 * DAY))
    left.roles.update(is_active=False)

    with django_assert_num_queries(3):
        found = calendar_of(service, now=NOW)

    assert [(one.start_at - NOW, one.end_at - NOW, one.period is not None, one.is_able) for one in found.entries] == [
        (-HOUR, DAY, True, True), (DAY, 2 * DAY, False, True), (2 * DAY, 3 * DAY, True, False),
        (3 * DAY, 14 * DAY, False, True),
    ]  # fmt: skip
    assert len(found.gaps) == 3
    assert found.present.period.start_at == NOW - HOUR


# Gaps that come


def span(start, end):
    return DateTimeTZRange(NOW + start, NOW + end)


def warned():
    return list(Communication.objects.filter(kind=CommunicationKind.ON_CALL_GAP).values_list("subject_id", "recipient"))


def test_administrators_are_told_of_a_gap_of_the_next_week_once(service, admin):
    on_call(service, during=span(-HOUR, 3 * DAY))

    assert [roster.warn(now=NOW + minute * timedelta(minutes=1)) for minute in range(3)] == [1, 1, 1]

    assert warned() == [(service.pk, admin.pk)]


def test_they_are_told_once_more_on_the_day_before_and_each_day_of_the_gap(service, admin):
    on_call(service, during=span(-HOUR, 3 * DAY))

    for hours in range(0, 5 * 24, 6):
        roster.warn(now=NOW + hours * HOUR)

    assert len(warned()) == 4


@pytest.mark.parametrize(
    ("during", "steps"),
    [(span(-HOUR, 8 * DAY), ()), (span(-40 * DAY, -31 * DAY), ()), (None, ()), (span(-HOUR, DAY), (RungKind.SUPERVISOR,))],
    ids=["covered", "long-unused", "never-used", "chain-asks-nobody-on-call"],
)  # fmt: skip
def test_nobody_is_told_where_nothing_is_amiss_or_no_calendar_is_kept(service, admin, during, steps):
    if during is not None:
        on_call(service, during=during)
    for kind in steps:
        ChainStepFactory(service=service, kind=kind)

    assert (roster.warn(now=NOW), warned()) == (0, [])


def test_time_of_somebody_who_no_longer_offers_the_service_is_a_gap(service, admin):
    PractitionerRole.objects.filter(practitioner=on_call(service)).update(is_active=False)
    on_call(service, during=span(2 * DAY, 9 * DAY))

    (found,) = coming_gaps(NOW)

    assert (found.gap.start_at, found.gap.end_at, found.is_now(NOW)) == (NOW, NOW + 2 * DAY, True)


def test_coming_gaps_take_three_queries_for_any_number_of_services(django_assert_num_queries):
    for _ in range(5):
        on_call(HealthcareServiceFactory(), during=span(-HOUR, DAY))

    with django_assert_num_queries(3):
        assert len(coming_gaps(NOW)) == 5


def test_the_message_leads_to_the_calendar_of_the_service(service, admin):
    on_call(service, during=span(-HOUR, DAY))
    roster.warn(now=NOW)

    assert f"/clinic/on-call/{service.slug}/" in letters.compose(Communication.objects.get()).body
