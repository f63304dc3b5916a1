"""Search, explanation and the nearest times, on real rows."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.domain.codes import ExceptionKind, Modality, SlotStatus
from providers.flows import open_times
from providers.models import HealthcareService, Slot
from providers.queries import availability
from providers.queries.diaries import Asked
from tests.factories.core import UserFactory
from tests.factories.providers import (
    MONDAY,
    NINE,
    NOW,
    AvailableTimeFactory,
    HealthcareServiceFactory,
    PractitionerFactory,
    PractitionerRoleFactory,
    QualificationFactory,
    ScheduleExceptionFactory,
    ScheduleFactory,
    SlotFactory,
    clinician,
    held,
)

pytestmark = pytest.mark.django_db
HALF = timedelta(minutes=30)


@pytest.fixture
def service():
    return HealthcareServiceFactory()


def search(service, *, state="NY", start=NOW, end=NOW + timedelta(days=7), now=NOW, limit=20, **given):
    words = {key: given.pop(key) for key in ("language", "known_to", "born") if key in given}
    asked = Asked(service=service, state=state, **words)
    return availability.search(asked, start=start, end=end, now=now, limit=limit, **given)


def times(page):
    return [(offer.start_at - NINE) // HALF for offer in page.results]


def test_search_gives_every_time_of_an_open_morning(service):
    ada = clinician(service)

    page = search(service)

    assert times(page) == [0, 1, 2, 3, 4, 5]
    first = page.results[0]
    assert first == (ada.pk, NINE, NINE + HALF, "America/New_York", ada.display_name)
    assert page.next is None


def test_search_goes_by_time_then_clinician_and_pages_without_loss_or_repeat(service):
    clinicians = [clinician(service) for _ in range(3)]
    everything = search(service, limit=100).results

    pages, after = [], None
    while True:
        page = search(service, limit=4, after=after)
        pages += page.results
        after = page.next
        if after is None:
            break

    assert pages == everything == sorted(everything, key=lambda offer: (offer.start_at, offer.practitioner))
    assert len(everything) == 6 * len(clinicians)


def test_search_leaves_out_booked_blocked_and_held_times_but_not_expired_holds(service):
    ada, holder = clinician(service), UserFactory()
    SlotFactory(practitioner=ada, start_at=NINE)
    SlotFactory(practitioner=ada, start_at=NINE + HALF, status=SlotStatus.BUSY_UNAVAILABLE)
    held(ada, holder, start_at=NINE + 2 * HALF, until=NOW + timedelta(minutes=1))
    held(ada, holder, start_at=NINE + 3 * HALF, until=NOW)
    SlotFactory(practitioner=ada, start_at=NINE + 4 * HALF, status=SlotStatus.FREE)

    assert times(search(service)) == [3, 4, 5]


def test_one_human_has_one_calendar_over_services(service):
    other = HealthcareServiceFactory()
    ada = clinician(service)
    SlotFactory(practitioner=ada, service=other)

    assert times(search(service))[0] == 1


def test_hours_of_one_service_are_not_offered_for_another(service):
    ada = clinician(service)
    special = ScheduleFactory(practitioner=ada, service=HealthcareServiceFactory())
    AvailableTimeFactory(schedule=special, start_minute=780, end_minute=840)

    assert times(search(service))[-1] == 5


def test_searches_where_the_service_is_not_offered_are_empty_without_asking_the_database(
    service, django_assert_num_queries
):
    ada = clinician(service)
    service.states = ["NJ"]
    asked, span = Asked(service=service, state="NY"), {"start": NOW, "end": NOW + timedelta(days=14), "now": NOW}

    with django_assert_num_queries(0):
        assert availability.search(asked, **span).results == []
        assert availability.starts(asked, **span) == ([], None)
        assert availability.days(asked, **span, zone=ZoneInfo("America/New_York")) == set()
        assert availability.first_of_each(asked, **span, practitioners=[ada.pk]) == []
        assert availability.nearest(asked, start_at=NINE, now=NOW) == []


@pytest.mark.parametrize("is_worked_in", [True, False], ids=["from the table", "from hours and slots"])
def test_hours_of_one_kind_of_visit_are_not_offered_for_another(is_worked_in):
    video, phone = (HealthcareServiceFactory(modality=kind) for kind in Modality)
    ada = clinician(video)
    PractitionerRoleFactory(practitioner=ada, service=phone)
    ada.schedules.update(modality=Modality.PHONE)
    AvailableTimeFactory(
        schedule__practitioner=ada, schedule__modality=Modality.VIDEO, start_minute=780, end_minute=840
    )
    if is_worked_in:
        open_times.refresh(practitioner_id=ada.pk, now=NOW)

    assert times(search(phone)) == [0, 1, 2, 3, 4, 5]
    assert times(search(video)) == [8, 9]
    assert explained(video, ada, NINE) == ["outside-hours"]


def test_a_service_that_changes_its_kind_puts_its_clinicians_in_doubt():
    line = HealthcareServiceFactory()
    ada = clinician(line)
    ada.schedules.update(modality=Modality.VIDEO)
    open_times.refresh(practitioner_id=ada.pk, now=NOW)

    HealthcareService.objects.update(modality=Modality.PHONE)
    line.refresh_from_db()

    assert times(search(line)) == []


def test_search_filters_by_clinician_language_and_state(service):
    clinician(service)
    maria = clinician(service, languages=["en", "es"])
    clinician(service, state="NJ", languages=["es"])

    assert {offer.practitioner for offer in search(service, language="es").results} == {maria.pk}
    assert {offer.practitioner for offer in search(service, practitioner=maria.pk).results} == {maria.pk}
    assert search(service, state="CA").results == []


def test_a_licence_that_ends_stops_the_offers_after_its_last_day(service):
    ada = clinician(service, weekdays=(1, 2))
    ada.qualifications.update(valid_until=MONDAY)

    assert times(search(service)) == [0, 1, 2, 3, 4, 5]


def test_who_takes_no_new_patients_is_offered_to_those_they_know(service):
    ada = clinician(service, role={"accepts_new_patients": False})

    assert search(service).results == []
    assert times(search(service, known_to=frozenset({ada.pk})))


def test_overrides_of_a_role_hold_field_by_field(service):
    clinician(service, role={"duration_minutes": 60, "buffer_after_minutes": 0})

    assert times(search(service)) == [0, 1, 2, 3, 4]


def test_exceptions_change_the_week(service):
    ada = clinician(service, weekdays=(1, 2, 3))
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    ScheduleExceptionFactory(practitioner=ada)
    ScheduleExceptionFactory(
        practitioner=ada, start_date=tuesday, kind=ExceptionKind.CHANGED, start_minute=600, end_minute=630
    )
    ScheduleExceptionFactory(
        practitioner=ada, start_date=wednesday, kind=ExceptionKind.EXTRA, start_minute=780, end_minute=810
    )
    ScheduleExceptionFactory(practitioner=ada, start_date=wednesday, is_active=False)

    found = [offer.start_at.strftime("%d %H:%M") for offer in search(service).results]

    assert found == ["02 14:00", *[f"03 {time}" for time in ("13:00", "13:30", "14:00", "14:30", "15:00", "15:30")],
                     "03 17:00"]  # fmt: skip


def test_a_clinician_in_arizona_is_an_hour_or_two_away_as_the_season_says(service):
    clinician(service, time_zone=ZoneInfo("America/Phoenix"))
    winter = datetime(2026, 1, 1, tzinfo=UTC)

    summer_page = search(service)
    winter_page = search(service, now=winter, start=winter, end=winter + timedelta(days=7))

    assert summer_page.results[0].start_at.astimezone(ZoneInfo("America/Denver")).hour == 10
    assert winter_page.results[0].start_at.astimezone(ZoneInfo("America/Denver")).hour == 9


def test_a_full_day_is_skipped(service):
    ada = clinician(service, weekdays=(1, 2), role={"max_visits_per_day": 1})
    SlotFactory(practitioner=ada)

    assert {offer.start_at.date() for offer in search(service).results} == {date(2026, 6, 2)}


@pytest.mark.parametrize("count", [1, 12])
def test_search_of_new_clinicians_takes_eight_queries_for_any_number(service, count, django_assert_num_queries):
    for _ in range(count):
        SlotFactory(practitioner=clinician(service))

    with django_assert_num_queries(8):
        search(service, limit=100)


def test_explain_takes_six_queries(service, django_assert_num_queries):
    ada = clinician(service)

    with django_assert_num_queries(6):
        availability.explain(Asked(service=service, state="NY"), practitioner=ada, start_at=NINE, now=NOW)


def explained(service, practitioner, start_at, *, now=NOW, state="NY"):
    asked = Asked(service=service, state=state)
    reasons = availability.explain(asked, practitioner=practitioner, start_at=start_at, now=now)
    return [reason.code for reason in reasons]


def test_explain_names_each_reason(service):
    ada = clinician(service, role={"minimum_notice_minutes": 60, "max_visits_per_day": 2, "horizon_days": 10})
    SlotFactory(practitioner=ada)
    held(ada, UserFactory(), start_at=NINE + HALF, until=NOW + HALF)
    SlotFactory(practitioner=ada, start_at=NINE + 2 * HALF, status=SlotStatus.BUSY_UNAVAILABLE)
    later = NINE + timedelta(days=7)

    assert explained(service, ada, NINE) == ["booked", "day-full"]
    assert explained(service, ada, NINE + HALF) == ["held", "day-full"]
    assert explained(service, ada, NINE + 2 * HALF) == ["blocked", "day-full"]
    assert explained(service, ada, later) == []
    assert explained(service, ada, later + HALF / 2) == ["not-a-start"]
    assert explained(service, ada, later + 11 * HALF / 2) == ["runs-over"]
    assert explained(service, ada, later - HALF) == ["outside-hours"]
    assert explained(service, ada, later, now=later + HALF) == ["in-the-past"]
    assert explained(service, ada, later, now=later - HALF) == ["too-soon"]
    assert explained(service, ada, later + timedelta(days=7)) == ["too-far-ahead"]
    assert explained(service, ada, later, state="CA") == ["state-not-served", "not-licensed"]


def test_explain_names_time_off_and_a_missing_role(service):
    ada = clinician(service)
    ScheduleExceptionFactory(practitioner=ada)
    stranger = PractitionerFactory()
    QualificationFactory(practitioner=stranger)

    assert explained(service, ada, NINE) == ["time-off"]
    assert explained(service, stranger, NINE) == ["service-not-offered", "no-new-patients", "outside-hours"]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(st.integers(-60, 300), min_size=5, max_size=20))
def test_explain_is_silent_exactly_when_the_time_is_offered(service, minutes):
    Slot.objects.all().delete()
    ada = clinician(service, hours=((540, 640), (660, 715)), role={"alignment_minutes": 25, "buffer_after_minutes": 5})
    SlotFactory(practitioner=ada, start_at=NINE + HALF)
    offered = {offer.start_at for offer in search(service, practitioner=ada.pk).results}

    for start in (NINE + timedelta(minutes=minute) for minute in minutes):
        assert (explained(service, ada, start) == []) == (start in offered)


def test_nearest_gives_the_closest_free_times_in_order(service):
    ada = clinician(service)
    SlotFactory(practitioner=ada, start_at=NINE + 2 * HALF)
    asked = Asked(service=service, state="NY")

    near = availability.nearest(asked, start_at=NINE + 2 * HALF, now=NOW)

    assert [(offer.start_at - NINE) // HALF for offer in near] == [0, 1, 3]


def test_nearest_never_lies_in_the_past(service):
    clinician(service)
    asked, now = Asked(service=service, state="NY"), NINE + 3 * HALF + HALF / 2

    near = availability.nearest(asked, start_at=NINE + 3 * HALF, now=now)

    assert near
    assert all(offer.start_at > now for offer in near)


def test_search_after_the_horizon_is_empty_without_asking_the_database(service, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = search(service, start=NOW + timedelta(days=800), end=NOW + timedelta(days=900))

    assert page.results == []


@pytest.mark.parametrize("is_worked_in", [True, False], ids=["from the table", "from hours and slots"])
def test_starts_are_the_times_of_the_search_each_once_page_by_page(service, is_worked_in):
    ada, grace, emmy = (clinician(service) for _ in range(3))
    SlotFactory(practitioner=grace, start_at=NINE)
    SlotFactory(practitioner=emmy, start_at=NINE)
    if is_worked_in:
        for one in (ada, grace):
            open_times.refresh(practitioner_id=one.pk, now=NOW)
    asked = Asked(service, "NY", known_to=frozenset({emmy.pk}))
    span = {"start": NOW, "end": NOW + timedelta(days=14), "now": NOW}

    found, after = [], None
    while True:
        page, after = availability.starts(asked, **span, limit=3, after=after)
        found += page
        if after is None:
            break

    every = availability.search(asked, **span, limit=100).results
    counts = Counter(one.start_at for one in every)
    assert [(one.start_at, one.people) for one in found] == sorted(counts.items())
    assert (found[0].practitioner, found[0].name, found[0].is_known) == (ada.pk, ada.display_name, False)
    assert (found[1].practitioner, found[1].is_known) == (emmy.pk, True)
