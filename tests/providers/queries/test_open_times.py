"""The table of free times: never trusted when in doubt, and never different from hours minus slots."""

import contextlib
import heapq
from collections import defaultdict
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.core.errors import Refusal
from providers.domain.codes import ExceptionKind, SlotStatus
from providers.domain.hours import Change
from providers.domain.intervals import Interval
from providers.flows import block_time, hold, open_times, qualify
from providers.flows.qualify import LicenceDraft
from providers.models import (
    Directory,
    HealthcareService,
    OpenTime,
    OpenTimeChange,
    OpenTimeCover,
    Practitioner,
    Qualification,
    ScheduleException,
    Slot,
)
from providers.models.open_time import ALWAYS
from providers.queries import availability, open_time_walk
from providers.queries import open_times as table
from providers.queries.diaries import Asked, load
from providers.queries.open_time_walk import COUNTED, LOOK
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    MONDAY,
    NEW_YORK,
    NINE,
    NOW,
    ClinicClosureFactory,
    HealthcareServiceFactory,
    PractitionerFactory,
    PractitionerRoleFactory,
    QualificationFactory,
    ScheduleExceptionFactory,
    SlotFactory,
    clinician,
    held,
)

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = timedelta(days=40)


def refresh_all(now=NOW):
    for practitioner in Practitioner.objects.all():
        open_times.refresh(practitioner_id=practitioner.pk, now=now)


def slowly(asked, now=NOW, practitioner=None):
    """Return what hours and slots say of all clinicians, without the table."""
    span = Interval(now, now + MONTH)
    only = None if practitioner is None else [practitioner]
    found = load(asked, span=span, now=now, only=only)
    rows = ([(v.start, d.practitioner.pk, v.end) for v in d.offers(asked, span=span, now=now)] for d in found)
    return list(heapq.merge(*rows))


def searched(asked, now=NOW, **given):
    found, after = [], None
    while True:
        page = availability.search(asked, start=now, end=now + MONTH, now=now, limit=100, after=after, **given)
        found += [(offer.start_at, offer.practitioner, offer.end_at) for offer in page.results]
        after = page.next
        if after is None:
            return found


def started(asked, now=NOW, limit=100):
    """Return the times of all pages at which anybody is free, how many are, and who would be named."""
    found, after = [], None
    while True:
        page, after = availability.starts(asked, start=now, end=now + MONTH, now=now, limit=limit, after=after)
        found += [(one.start_at, one.people, one.practitioner) for one in page]
        if after is None:
            return found


def starts_of(truth, known_to=()):
    """Return the same from the rows of a search: counted as far as it goes, who knows the patient or the only one."""
    people = defaultdict(set)
    for start_at, practitioner, _ in truth:
        people[start_at].add(practitioner)
    return [
        (at, min(len(free), COUNTED), min(free & set(known_to), default=min(free) if len(free) == 1 else None))
        for at, free in people.items()
    ]


def sure():
    return set(Practitioner.objects.values_list("pk", flat=True)) - set(table.doubtful(NOW))


def test_a_refreshed_search_is_one_query_and_one_more_where_names_are_new(django_assert_num_queries):
    service = HealthcareServiceFactory()
    for _ in range(5):
        SlotFactory(practitioner=clinician(service))
    refresh_all()
    asked = Asked(service=service, state="NY")

    pages = []
    for queries in (2, 1):
        with django_assert_num_queries(queries):
            pages.append(availability.search(asked, start=NOW, end=NOW + MONTH, now=NOW, limit=100).results)

    assert len(pages[0]) == 100
    assert pages[0] == pages[1]
    assert searched(asked) == slowly(asked)


@pytest.mark.parametrize(
    "change",
    [{"given_name": "Grace"}, {"family_name": "Hopper"}, {"credentials": "NP"}, {"time_zone": "America/Denver"}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_name_is_read_at_once_by_whoever_remembers_the_old_one(change):
    service = HealthcareServiceFactory()
    ada = clinician(service)
    refresh_all()
    asked = Asked(service=service, state="NY")
    words = {"start": NOW, "end": NOW + MONTH, "now": NOW}
    availability.search(asked, **words)

    Practitioner.objects.filter(pk=ada.pk).update(**change)

    ada.refresh_from_db()
    for offers in (
        availability.search(asked, **words).results,
        availability.first_of_each(asked, practitioners=[ada.pk], **words),
    ):
        assert {(one.name, one.time_zone) for one in offers} == {(ada.display_name, str(ada.time_zone))}


def test_without_an_edition_nothing_is_remembered():
    service = HealthcareServiceFactory()
    ada = clinician(service)
    Directory.objects.all().delete()
    refresh_all()
    asked = Asked(service=service, state="NY")
    words = {"start": NOW, "end": NOW + MONTH, "now": NOW}
    first = availability.search(asked, **words).results[0]

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE providers_practitioner DISABLE TRIGGER USER")
        Practitioner.objects.update(given_name="Grace")
        cursor.execute("ALTER TABLE providers_practitioner ENABLE TRIGGER USER")

    assert first.name == ada.display_name
    assert availability.search(asked, **words).results[0].name.startswith("Grace ")


def test_there_is_one_directory():
    PractitionerFactory()

    with pytest.raises(IntegrityError, match="providers_directory_one_row"):
        Directory.objects.create(pk=2, edition=uuid4())


@pytest.mark.parametrize(
    ("words", "role", "later"),
    [
        ({}, {}, timedelta()),
        ({"state": "NJ"}, {}, timedelta()),
        ({"state": "CA"}, {}, timedelta()),
        ({"state": "ZZ"}, {}, timedelta()),
        ({"language": "es"}, {}, timedelta()),
        ({"born": MONDAY.replace(year=2008, day=15)}, {}, timedelta()),
        ({"born": MONDAY.replace(year=1961, day=15)}, {}, timedelta()),
        ({"born": MONDAY.replace(year=1950)}, {}, timedelta()),
        ({}, {"minimum_notice_minutes": 1440}, timedelta(hours=20)),
        ({}, {"horizon_days": 3}, timedelta(days=2, hours=5)),
        ({}, {"max_visits_per_day": 1}, timedelta()),
        ({}, {"duration_minutes": 50, "buffer_before_minutes": 5, "alignment_minutes": 20}, timedelta()),
        ({}, {"accepts_new_patients": False}, timedelta()),
        ({}, {}, timedelta(days=5)),
    ],
    ids=[
        "plain", "other state", "not served", "no state", "language", "turns eighteen", "turns sixty-five", "too old", "notice", "horizon", "full day",
        "own terms", "no new patients", "days later",
    ],
)  # fmt: skip
def test_the_table_says_what_hours_and_slots_say(words, role, later):
    service = HealthcareServiceFactory(maximum_age_years=64, licence_kinds=["MD"])
    clinician(service, weekdays=(1, 2)).qualifications.update(kind="NP")
    ada = clinician(service, weekdays=(1, 2, 3), role=role, languages=["en", "es"])
    QualificationFactory(
        practitioner=ada,
        jurisdiction="NJ",
        valid_from=MONDAY + timedelta(days=1),
        valid_until=MONDAY + timedelta(days=8),
    )
    clinician(service, weekdays=(1, 7), hours=((0, 1440), (1440 - 120, 1800))[:1], time_zone=ZoneInfo("Asia/Kathmandu"))
    SlotFactory(practitioner=ada)
    ScheduleExceptionFactory(practitioner=ada, start_date=MONDAY + timedelta(days=9), start_minute=540, end_minute=600)
    refresh_all()
    asked = Asked(**{"service": service, "state": "NY", **words})

    assert not table.doubtful(NOW)
    assert searched(asked, NOW + later) == slowly(asked, NOW + later)
    assert searched(asked, NOW + later, practitioner=ada.pk) == slowly(asked, NOW + later, practitioner=ada.pk)


def test_who_is_known_is_found_in_the_table_too():
    service = HealthcareServiceFactory()
    ada = clinician(service, role={"accepts_new_patients": False})
    refresh_all()

    assert searched(Asked(service=service, state="NY")) == []
    assert searched(Asked(service=service, state="NY", known_to=frozenset({ada.pk})))


def test_a_held_time_leaves_the_table_and_no_doubt():
    service, patient = HealthcareServiceFactory(max_visits_per_day=2), UserFactory()
    ada, reference = clinician(service), uuid4()
    refresh_all()
    half = timedelta(minutes=30)

    for start_at in (NINE, NINE + timedelta(days=7), NINE + half):
        hold.hold(
            service_id=service.pk, state="NY", start_at=start_at, practitioner_id=None, by=patient,
            reference=reference, now=NOW,
        )  # fmt: skip
        assert sure() == {ada.pk}
        assert table.drift(ada, now=NOW) == 0
    assert not OpenTime.objects.filter(start_at=NINE + half).exists()


@pytest.mark.parametrize("most", [1, 2, 9])
def test_a_held_time_takes_the_times_of_a_service_with_long_buffers_with_it(most):
    service, patient = HealthcareServiceFactory(alignment_minutes=10), UserFactory()
    long = HealthcareServiceFactory(buffer_before_minutes=75, buffer_after_minutes=5, max_visits_per_day=most)
    ada, reference = clinician(service), uuid4()
    PractitionerRoleFactory(practitioner=ada, service=long)
    refresh_all()

    for minutes in (60, 140, 0, 90):
        hold.hold(
            service_id=service.pk, state="NY", start_at=NINE + timedelta(minutes=minutes), practitioner_id=None,
            by=patient, reference=reference, now=NOW,
        )  # fmt: skip
        assert (sure(), table.drift(ada, now=NOW)) == ({ada.pk}, 0)


CHANGES = {
    "a slot is taken": lambda ada: SlotFactory(practitioner=ada),
    "a slot is given back": lambda ada: Slot.objects.release(pk=ada.slots.get(status="busy-tentative").pk, now=NOW),
    "a slot is deleted": lambda ada: ada.slots.all().delete(),
    "time off": lambda ada: ScheduleExceptionFactory(practitioner=ada),
    "other windows": lambda ada: ada.schedules.get().available_times.update(end_minute=700),
    "a window less": lambda ada: ada.schedules.get().available_times.all().delete(),
    "hours for another kind of visit": lambda ada: ada.schedules.update(modality="PHONE"),
    "hours for this kind of visit": lambda ada: ada.schedules.update(modality="VR"),
    "the service's kind of visit": lambda ada: (
        ada.schedules.update(modality="VR"),
        refresh_all(),
        HealthcareService.objects.update(modality="PHONE"),
    ),
    "a schedule less": lambda ada: ada.schedules.update(is_active=False),
    "a licence": lambda ada: QualificationFactory(practitioner=ada, jurisdiction="NJ"),
    "a licence less": lambda ada: ada.qualifications.update(status="revoked"),
    "an offer less": lambda ada: ada.roles.update(is_active=False),
    "a closed clinic": lambda ada: ClinicClosureFactory(),
    "leaving": lambda ada: Practitioner.objects.update(is_active=False),
    "moving": lambda ada: Practitioner.objects.update(time_zone="America/Denver"),
    "the service's length": lambda ada: HealthcareService.objects.update(duration_minutes=60),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whoever_changes_what_times_follow_from_puts_them_in_doubt(change):
    service = HealthcareServiceFactory()
    ada = clinician(service)
    held(ada, UserFactory(), start_at=NINE + timedelta(hours=1), until=NOW + MONTH)
    refresh_all()
    assert sure() == {ada.pk}

    change(ada)

    service.refresh_from_db()
    asked = Asked(service=service, state="NY")
    assert sure() == set()
    assert searched(asked) == slowly(asked)
    refresh_all()
    assert searched(asked) == slowly(asked)
    assert table.drift(Practitioner.objects.get(), now=NOW) == 0


def test_what_does_not_matter_leaves_no_doubt():
    service = HealthcareServiceFactory()
    ada = clinician(service)
    slot = held(ada, UserFactory(), until=NOW + MONTH)
    refresh_all()

    Slot.objects.book(pk=slot.pk, holder=slot.holder_id, now=NOW)
    Practitioner.objects.update(biography="Sees patients.")
    HealthcareService.objects.update(summary="Other words.")

    assert sure() == {ada.pk}


@pytest.mark.parametrize("is_refreshed", [True, False], ids=["from the table", "computed"])
def test_the_first_of_each_is_the_first_that_a_search_for_each_finds(is_refreshed, django_assert_num_queries):
    service = HealthcareServiceFactory()
    people = [clinician(service, weekdays=(weekday,)) for weekday in (3, 1, 2)]
    held(people[1], UserFactory(), until=NOW + MONTH)
    stranger = clinician(service, state="NJ")
    if is_refreshed:
        refresh_all()
    asked = Asked(service=service, state="NY")
    ids = [one.pk for one in (*people, stranger)]

    with django_assert_num_queries(2 if is_refreshed else 8):
        found = availability.first_of_each(asked, practitioners=ids, start=NOW, end=NOW + MONTH, now=NOW)

    of_one = [
        availability.search(asked, start=NOW, end=NOW + MONTH, now=NOW, practitioner=one.pk, limit=1).results
        for one in people
    ]
    assert set(found) == {offer for offers in of_one for offer in offers}
    assert [offer.start_at.astimezone(NEW_YORK).isoweekday() for offer in found] == [1, 2, 3]


@pytest.mark.parametrize("wish", ["anybody", "one", "others", "Spanish", "too young until then", "no state"])
def test_the_nearest_times_are_the_same_from_the_table_and_from_hours(wish):
    service, at = HealthcareServiceFactory(), NINE + timedelta(days=1, hours=1)
    ada, grace = (clinician(service, weekdays=(1, 2), languages=["en", one]) for one in ("es", "fr"))
    SlotFactory(practitioner=ada, start_at=at, end_at=at + timedelta(minutes=30))
    more = {
        "Spanish": {"language": "es"}, "no state": {"state": "ZZ"},
        "too young until then": {"born": at.date().replace(year=at.year - service.minimum_age_years)},
    }  # fmt: skip
    asked = Asked(**{"service": service, "state": "NY", **more.get(wish, {})})
    only = {"one": {"practitioner": ada.pk}, "others": {"without": ada.pk}}.get(wish, {})

    def nearest():
        found = availability.nearest(asked, start_at=at, now=NOW, limit=5, **only)
        return [(one.start_at, one.practitioner) for one in found]

    from_hours = nearest()
    refresh_all()

    assert table.doubtful(NOW) == []
    assert nearest() == from_hours
    assert len(from_hours) == (0 if wish == "no state" else 5)
    assert {one for _, one in from_hours} <= {"one": {ada.pk}, "others": {grace.pk}}.get(wish, {ada.pk, grace.pk})


def test_an_expired_hold_is_offered_again_at_once():
    service = HealthcareServiceFactory()
    ada = clinician(service)
    held(ada, UserFactory(), until=NOW + timedelta(minutes=5))
    refresh_all()
    asked, later = Asked(service=service, state="NY"), NOW + timedelta(minutes=5)

    assert searched(asked)[0][0] > NINE
    assert searched(asked, later)[0][0] == NINE


def test_a_hold_in_place_of_an_expired_one_leaves_no_doubt():
    service = HealthcareServiceFactory()
    ada, later = clinician(service), NOW + timedelta(minutes=5)
    held(ada, UserFactory(), until=later)
    refresh_all()
    assert table.doubtful(later) == [ada.pk]

    hold.hold(
        service_id=service.pk, state="NY", start_at=NINE, practitioner_id=ada.pk, by=UserFactory(), reference=uuid4(),
        now=later,
    )  # fmt: skip

    assert table.doubtful(later) == []
    assert table.drift(ada, now=later) == 0


def test_rows_that_have_run_out_are_not_trusted():
    service = HealthcareServiceFactory()
    clinician(service)
    refresh_all()
    asked, later = Asked(service=service, state="NY"), NOW + timedelta(days=20)

    assert searched(asked, later) == slowly(asked, later) != []
    assert table.to_refresh(later) == [Practitioner.objects.get().pk]


def test_refresh_says_how_many_rows_were_wrong_and_forgets_the_past():
    clinician(HealthcareServiceFactory())
    first = open_times.refresh(practitioner_id=Practitioner.objects.get().pk, now=NOW)
    again = open_times.refresh(practitioner_id=Practitioner.objects.get().pk, now=NOW)
    later = NOW + timedelta(days=8)
    open_times.refresh(practitioner_id=Practitioner.objects.get().pk, now=later)

    assert (first > 0, again) == (True, 0)
    assert OpenTime.objects.earliest("start_at").start_at >= later
    assert not OpenTimeChange.objects.happened().exists()


def test_refresh_refuses_nobody():
    with pytest.raises(open_times.NoSuchPractitioner):
        open_times.refresh(practitioner_id=uuid4(), now=NOW)


def test_drift_is_seen():
    ada = clinician(HealthcareServiceFactory())
    refresh_all()
    OpenTime.objects.filter(start_at=NINE).delete()

    assert table.drift(ada, now=NOW) == 1


def _hold(service, people, n, now):
    hold.hold(
        service_id=service.pk, state="NY", start_at=NINE + timedelta(days=7 * (n % 2), minutes=30 * (n % 5)),
        practitioner_id=None, by=people[n % 3], reference=people[n % 3].pk, now=now,
    )  # fmt: skip


def _release(_service, people, n, now):
    slot = Slot.objects.filter(holder=people[n % 3], status=SlotStatus.BUSY_TENTATIVE).first()
    if slot:
        hold.release(slot_id=slot.pk, by=people[n % 3], now=now)


def _book(_service, _people, _n, now):
    slot = Slot.objects.filter(status=SlotStatus.BUSY_TENTATIVE).order_by("start_at").first()
    if slot:
        Slot.objects.book(pk=slot.pk, holder=slot.holder_id, now=now)


def _cancel(_service, _people, _n, now):
    slot = Slot.objects.booked().order_by("start_at").first()
    if slot:
        Slot.objects.release(pk=slot.pk, now=now)


def _time_off(_service, people, n, now):
    ada = Practitioner.objects.order_by("pk")[n % 2]
    kind = list(ExceptionKind)[n % 3]
    change = Change(kind, NEW_YORK, MONDAY, MONDAY, 540 + 10 * n, 640 + 10 * n)
    accept = list(ada.slots.booked().values_list("pk", flat=True))
    block_time.block(practitioner_id=ada.pk, change=change, by=people[3], now=now, accept=accept)


def _back_to_work(_service, people, _n, now):
    row = ScheduleException.objects.filter(is_active=True).first()
    if row:
        accept = list(row.practitioner.slots.booked().values_list("pk", flat=True))
        block_time.withdraw(exception_id=row.pk, by=people[3], now=now, accept=accept)


def _licence(_service, people, n, now):
    row = Qualification.objects.order_by("pk")[n % 2]
    draft = LicenceDraft("NY", row.number, row.valid_from, [None, MONDAY][n % 2])
    accept = list(row.practitioner.slots.booked().values_list("pk", flat=True))
    qualify.qualify(
        practitioner_id=row.practitioner_id, qualification_id=row.pk, draft=draft, by=people[3], now=now, accept=accept
    )


def _refresh(_service, _people, n, now):
    open_times.refresh(practitioner_id=Practitioner.objects.order_by("pk")[n % 2].pk, now=now)


def _expire(_service, _people, _n, now):
    hold.expire(now=now)


STEPS = [_hold, _hold, _release, _book, _cancel, _time_off, _back_to_work, _licence, _refresh, _refresh, _expire]
TABLES = "providers_slot, providers_scheduleexception, providers_opentime, providers_opentimechange"


def standing(asked, start_at, now, *, by):
    return availability.standing(asked, start_at=start_at, now=now, by=by.pk, reference=uuid4())


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    story=st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 8), st.sampled_from([0, 0, 3, 12])), min_size=3, max_size=12
    )
)
def test_no_story_makes_search_and_truth_differ(story):
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES}, providers_healthcareservice, providers_practitioner, core_user CASCADE")
    service = HealthcareServiceFactory(buffer_after_minutes=10, max_visits_per_day=3)
    people = [*UserFactory.create_batch(3), AdminFactory()]
    for _ in range(2):
        clinician(service)
    refresh_all()
    asked, now = Asked(service=service, state="NY"), NOW

    for step, number, minutes in story:
        now += timedelta(minutes=minutes)
        with contextlib.suppress(Refusal):
            step(service, people, number, now)
        truth = slowly(asked, now)
        assert searched(asked, now) == truth
        assert started(asked, now) == starts_of(truth)
        for start_at, practitioner, _ in truth[:3]:
            assert availability.free_at(asked, start_at=start_at, now=now, practitioner=practitioner)
            assert practitioner in standing(asked, start_at, now, by=people[number % 3]).people
        doubted = table.doubtful(now)
        for practitioner in Practitioner.objects.exclude(pk__in=doubted):
            assert table.drift(practitioner, now=now) == 0


@pytest.mark.database
def test_twenty_times_of_twenty_clinicians_are_found_in_forty_pages():
    service = HealthcareServiceFactory()
    for _ in range(30):
        clinician(service, weekdays=(1, 2, 3, 4, 5), hours=((540, 720), (780, 1020)))
    refresh_all()
    asked = Asked(service=service, state="NY")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE, DISABLE_PAGE_SKIPPING) providers_opentime, providers_opentimechange")
        # The names of those whom this process knows take no pages; see the test of the first search.
        availability.search(asked, start=NOW, end=NOW + MONTH, now=NOW, limit=20)
        with CaptureQueriesContext(connection) as queries:
            page = availability.search(asked, start=NOW, end=NOW + MONTH, now=NOW, limit=20)
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queries[0]['sql']}")
        plan = cursor.fetchone()[0][0]["Plan"]

    assert len({offer.practitioner for offer in page.results}) == 20
    assert len(queries) == 1
    # One row more to know that there is a next page, and one for the doubts.
    assert plan["Actual Rows"] == 22
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 40


def test_whoever_is_in_doubt_takes_nobodys_place_on_a_page(django_assert_num_queries):
    service = HealthcareServiceFactory()
    people = sorted((clinician(service) for _ in range(3)), key=lambda one: one.pk)
    refresh_all()
    asked = Asked(service=service, state="NY")
    availability.search(asked, start=NOW, end=NOW + MONTH, now=NOW)
    ScheduleExceptionFactory(practitioner=people[0])

    # The walk, again without the one in doubt, and six for their hours and slots.
    with django_assert_num_queries(8):
        page = availability.search(asked, start=NOW, end=NOW + MONTH, now=NOW, limit=4)
    near = availability.nearest(asked, start_at=NINE - timedelta(minutes=30), now=NOW, limit=4)

    assert [(one.start_at, one.practitioner, one.end_at) for one in page.results] == slowly(asked)[:4]
    assert {one.practitioner for one in page.results} == {people[1].pk, people[2].pk}
    assert [one.start_at for one in near] == sorted({start for start, *_ in slowly(asked)})[:4]
    assert {one.practitioner for one in near} == {people[1].pk}


def test_what_will_end_is_in_doubt_from_its_end_on_and_no_longer_than_it_is_there():
    ada, until = clinician(HealthcareServiceFactory()), NOW + timedelta(minutes=5)
    refresh_all()
    runs_out = NOW + table.GOOD_FOR

    def doubts():
        return list(OpenTimeChange.objects.exclude(since=ALWAYS).order_by("since").values_list("cause", "since"))

    assert doubts() == [(ada.pk, runs_out)]
    slot = held(ada, UserFactory(), until=until)
    assert doubts() == [(slot.pk, until), (ada.pk, runs_out)]
    Slot.objects.filter(pk=slot.pk).update(expires_at=until + timedelta(minutes=1))
    assert doubts() == [(slot.pk, until + timedelta(minutes=1)), (ada.pk, runs_out)]
    Slot.objects.book(pk=slot.pk, holder=slot.holder_id, now=NOW)
    open_times.refresh(practitioner_id=ada.pk, now=until)
    assert doubts() == [(ada.pk, until + table.GOOD_FOR)]
    OpenTimeCover.objects.all().delete()
    assert doubts() == []


def test_a_refresh_leaves_what_will_end():
    ada = clinician(HealthcareServiceFactory())
    held(ada, UserFactory(), until=NOW + timedelta(minutes=5))
    refresh_all()

    assert table.doubtful(NOW) == []
    assert table.doubtful(NOW + timedelta(minutes=5)) == [ada.pk]
    assert table.to_refresh(NOW + timedelta(minutes=5)) == []


@pytest.mark.parametrize(
    "born",
    [None, MONDAY.replace(year=1961), MONDAY.replace(year=1961, day=9), MONDAY.replace(year=2008, day=4)],
    ids=["any age", "too old at once", "too old in a week", "old enough in three days"],
)
def test_the_first_of_each_keeps_to_the_age_however_soon_it_is(born):
    service = HealthcareServiceFactory(maximum_age_years=64)
    people = [clinician(service, weekdays=(weekday,)) for weekday in (1, 2, 3, 5)]
    refresh_all()
    asked = Asked(service=service, state="NY", born=born)
    ids = [one.pk for one in people]

    found = availability.first_of_each(asked, practitioners=ids, start=NOW, end=NOW + MONTH, now=NOW)

    firsts = {}
    for start_at, practitioner, _ in slowly(asked):
        firsts.setdefault(practitioner, start_at)
    assert {one.practitioner: one.start_at for one in found} == firsts
    assert bool(firsts) == (born is None or born.year == 2008 or born.day == 9)


@pytest.mark.parametrize("doubted", [0, 1, 4], ids=["nobody in doubt", "one in doubt", "all in doubt"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Honolulu"])
def test_the_days_with_free_times_are_the_same_from_the_table_and_from_hours(zone, doubted):
    service = HealthcareServiceFactory()
    people = [clinician(service, weekdays=(weekday,)) for weekday in (1, 3)]
    people.append(clinician(service, weekdays=(1, 6), hours=((0, 60), (1380, 1440)), languages=["es"]))
    people.append(clinician(service, weekdays=(7,), state="CA"))
    for half_hours in range(6):
        SlotFactory(practitioner=people[1], start_at=NINE + timedelta(days=2, minutes=30 * half_hours))
    refresh_all()
    for one in people[:doubted]:
        ScheduleExceptionFactory(practitioner=one, start_date=MONDAY + timedelta(days=7))

    for more in ({}, {"language": "es"}, {"known_to": frozenset({people[1].pk})}):
        asked = Asked(service=service, state="NY", **more)
        for whom in (None, people[2].pk, people[3].pk):
            found = availability.days(
                asked, start=NOW, end=NOW + MONTH, zone=ZoneInfo(zone), now=NOW, practitioner=whom
            )
            assert found == {at.astimezone(ZoneInfo(zone)).date() for at, *_ in slowly(asked, practitioner=whom)}
    assert len(availability.days(asked, start=NOW, end=NOW + MONTH, zone=ZoneInfo(zone), now=NOW)) > 10


@pytest.mark.parametrize("doubted", [0, 1, 3, 9], ids=["no doubts", "one in doubt", "many in doubt", "all in doubt"])
@pytest.mark.parametrize("look", [COUNTED, COUNTED + 1, LOOK], ids=["one time a look", "one or two", "several"])
def test_each_time_once_is_the_same_from_the_table_and_from_hours(doubted, look, monkeypatch):
    monkeypatch.setattr(open_time_walk, "LOOK", look)
    service = HealthcareServiceFactory(maximum_age_years=64)
    people = [clinician(service, weekdays=(1, 2, 3), hours=((540, 660),)) for _ in range(COUNTED + 2)]
    people.append(clinician(service, weekdays=(2, 4), hours=((570, 720),), languages=["es"]))
    people.append(clinician(service, weekdays=(3, 5), hours=((540, 660),), role={"accepts_new_patients": False}))
    people.sort(key=lambda one: one.pk)
    SlotFactory(practitioner=people[-2], start_at=NINE + timedelta(days=1))
    refresh_all()
    for one in people[:doubted]:
        ScheduleExceptionFactory(practitioner=one, start_date=MONDAY + timedelta(days=7))

    for more in (
        {},
        {"language": "es"},
        {"state": "ZZ"},
        {"born": MONDAY.replace(year=1961, day=9)},
        {"known_to": frozenset({people[-1].pk, people[-2].pk})},
    ):
        asked = Asked(**{"service": service, "state": "NY", **more})
        expected = starts_of(slowly(asked), asked.known_to)
        assert started(asked, limit=3) == expected
        assert started(asked, limit=100) == expected


@pytest.mark.parametrize("given", [{}, {"state": "NJ"}], ids=["some are free", "nobody is"])
def test_each_time_once_is_one_query(django_assert_num_queries, given):
    service = HealthcareServiceFactory()
    for _ in range(2):
        clinician(service)
    refresh_all()
    asked = Asked(**{"service": service, "state": "NY", **given})

    with django_assert_num_queries(1):
        page, after = availability.starts(asked, start=NOW, end=NOW + MONTH, now=NOW)

    assert (len(page), after is None) == ((20, False) if not given else (0, True))


def test_the_days_with_free_times_are_one_query(django_assert_num_queries):
    service = HealthcareServiceFactory()
    clinician(service)
    refresh_all()

    with django_assert_num_queries(1):
        availability.days(
            Asked(service=service, state="NY"), start=NOW, end=NOW + MONTH, zone=ZoneInfo("America/New_York"), now=NOW
        )


@pytest.mark.database
def test_the_days_of_a_month_take_one_look_into_the_index_each_however_many_clinicians_there_are():
    service = HealthcareServiceFactory(horizon_days=60)
    asked, zone = Asked(service=service, state="NY"), ZoneInfo("America/New_York")
    pages = []
    for more in (20, 40):
        for _ in range(more):
            clinician(service, weekdays=(1, 2, 3, 4, 5), hours=((540, 720), (780, 1020)))
        refresh_all()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE, DISABLE_PAGE_SKIPPING) providers_opentime, providers_opentimechange")
            with CaptureQueriesContext(connection) as queries:
                assert len(availability.days(asked, start=NOW, end=NOW + MONTH, zone=zone, now=NOW)) > 20
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {queries[0]['sql']}")
            plan = cursor.fetchone()[0][0]["Plan"]
        pages.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

    # Forty-one days, each one look into an index of three levels at most, and what tells who is in doubt.
    assert max(pages) <= 41 * 4 + 10
