"""A clinician's busy time in their own calendar program: secret, revocable, and about no patient."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from django.urls import reverse
from icalendar import Calendar

from config.core.models import AuditEvent
from providers.domain.codes import SlotStatus
from providers.flows import calendar_feed
from providers.models import CalendarFeed, ExternalCalendar
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    NINE,
    NOW,
    ClinicClosureFactory,
    PractitionerFactory,
    ScheduleExceptionFactory,
    SlotFactory,
    held,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada():
    return PractitionerFactory()


def address(ada):
    token = calendar_feed.make(practitioner_id=ada.pk, by=ada.user, now=NOW)
    return reverse("providers:read-calendar", args=[token])


def by_library(body):
    events = Calendar.from_ical(body).walk("VEVENT")
    return [(str(event["SUMMARY"]), event.decoded("DTSTART"), event.decoded("DTEND")) for event in events]


def by_vobject(body):
    events = vobject.readOne(body.decode()).vevent_list
    return [(event.summary.value, event.dtstart.value, event.dtend.value) for event in events]


HALF = timedelta(minutes=30)


def halves(entries, summary):
    """Return the half hours that the entries of one kind cover."""
    found = set()
    for words, start, end in entries:
        while words == summary and start < end:
            found.add(start)
            start += HALF
    return found


def asked_of_the_clock(zone, days):
    """Return the half hours of two years whose wall clock reads a minute that `days` names: {date: (first, last)}."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    every = (start + number * HALF for number in range(2 * 365 * 48))
    local = ((one, one.astimezone(zone)) for one in every)
    return {
        one
        for one, clock in local
        if any(first <= clock.hour * 60 + clock.minute < last for first, last in days.get(clock.date(), ()))
    }


def test_the_feed_says_when_and_not_with_whom(client, ada):
    SlotFactory(practitioner=ada, holder=UserFactory(email="patient@example.org"))
    SlotFactory(practitioner=ada, start_at=NINE + timedelta(hours=1), status=SlotStatus.BUSY_UNAVAILABLE)
    held(ada, UserFactory(), start_at=NINE + timedelta(hours=2), until=NOW + timedelta(minutes=5))
    SlotFactory(practitioner=ada, start_at=NINE + timedelta(hours=3), status=SlotStatus.FREE)
    SlotFactory()
    ScheduleExceptionFactory(practitioner=ada, start_date=date(2026, 6, 2), reason="Surgery")

    answer = client.get(address(ada))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    half = timedelta(minutes=30)
    assert by_library(answer.content) == [
        ("Visit", NINE, NINE + half),
        ("Blocked", NINE + 2 * half, NINE + 3 * half),
        ("Time off", datetime(2026, 6, 2, 4, tzinfo=UTC), datetime(2026, 6, 3, 4, tzinfo=UTC)),
    ]
    assert b"patient" not in answer.content
    assert b"Surgery" not in answer.content


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "America/Santiago"])
def test_two_parsers_read_a_year_over_the_clock_changes_as_the_clock_says(client, zone):
    zone = ZoneInfo(zone)
    ada = PractitionerFactory(time_zone=zone)
    dates = [NOW.date() + timedelta(days=number) for number in range(1, 360)]
    turning = [
        day for day in dates if datetime(*day.timetuple()[:3], tzinfo=zone).utcoffset()
        != datetime(*(day + timedelta(days=1)).timetuple()[:3], tzinfo=zone).utcoffset()
    ]  # fmt: skip
    off = {day: [(0, 1440)] for day in dates[::30]} | {day: [(30, 90), (120, 180), (1380, 1440)] for day in turning}
    closed = {date(2026, 11, 26): [(0, 1440)], date(2026, 11, 27): [(0, 1440)]}
    for day, windows in off.items():
        for first, last in windows:
            ScheduleExceptionFactory(
                practitioner=ada, time_zone=zone, start_date=day, start_minute=first, end_minute=last
            )
    ClinicClosureFactory(name="Holiday", start_date=date(2026, 11, 26), end_date=date(2026, 11, 27))
    visits = [SlotFactory(practitioner=ada, start_at=NINE + timedelta(days=7 * week)) for week in range(52)]

    body = client.get(address(ada)).content

    assert len(turning) == 2
    expected = asked_of_the_clock(zone, off), asked_of_the_clock(zone, closed)
    for found in (by_library(body), by_vobject(body)):
        assert (halves(found, "Time off"), halves(found, "Clinic closed")) == expected
        taken = [(start, end) for words, start, end in found if words == "Visit"]
        assert taken == [(slot.start_at, slot.end_at) for slot in visits]


def test_the_feed_is_sent_again_only_when_it_changed(client, ada):
    url = address(ada)
    etag = client.get(url)["ETag"]

    assert client.get(url, headers={"if-none-match": etag}).status_code == 304
    SlotFactory(practitioner=ada)
    assert client.get(url, headers={"if-none-match": etag}).status_code == 200


def test_a_new_address_stops_the_one_before_and_revoking_stops_it(client, ada):
    first = address(ada)
    second = address(ada)
    assert [client.get(url).status_code for url in (first, second)] == [404, 200]

    assert calendar_feed.revoke(practitioner_id=ada.pk, by=ada.user, now=NOW)
    assert client.get(second).status_code == 404
    assert not calendar_feed.revoke(practitioner_id=ada.pk, by=ada.user, now=NOW)
    assert AuditEvent.objects.filter(event__startswith="providers.calendar").count() == 3


def test_who_left_has_no_feed(client, ada):
    url = address(ada)
    type(ada).objects.update(is_active=False)

    assert client.get(url).status_code == 404


def test_the_secret_is_not_kept(ada):
    token = address(ada).rsplit("/", 1)[1].removesuffix(".ics")

    assert len(token) == 43
    assert token not in str(CalendarFeed.objects.values())


def test_the_page_shows_the_address_once(client, ada):
    client.force_login(ada.user)
    make = reverse("providers:make-calendar", args=[ada.pk])

    shown = client.post(make).content.decode()
    later = client.get(reverse("providers:hours")).content.decode()
    stopped = client.post(reverse("providers:revoke-calendar", args=[ada.pk]))

    assert "/clinic/calendar/" in shown
    assert ".ics" not in later
    assert "One is in use" in later
    assert stopped.url == reverse("providers:hours")


def test_an_administrator_may_and_a_stranger_may_not(client, ada):
    urls = [reverse(f"providers:{name}", args=[ada.pk]) for name in ("make-calendar", "revoke-calendar")]

    for user, statuses in {
        AdminFactory(): [200, 302],
        PractitionerFactory().user: [404, 404],
        UserFactory(): [404, 404],
    }.items():
        client.force_login(user)
        assert [client.post(url).status_code for url in urls] == statuses


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "Home", "address": "http://calendar.example/x.ics"}, "Give the secret https address"),
        ({"name": "Home", "address": ""}, "This field is required."),
        ({"name": "Taken", "address": "https://calendar.example/x.ics"}, "There is a calendar of that name already."),
    ],
    ids=["not secret", "nothing", "a name twice"],
)
def test_another_calendar_that_cannot_be_keeps_its_name_and_says_why_beside_it(client, ada, given, words):
    client.force_login(ada.user)
    connect = reverse("providers:connect-calendar", args=[ada.pk])
    client.post(connect, {"name": "Taken", "address": "https://calendar.example/y.ics"})

    page = client.post(connect, given).content.decode()

    assert words in page
    assert "Please check the form" in page
    assert f'value="{given["name"]}"' in page
    assert "calendar.example" not in page


def test_another_calendar_is_connected_and_removed(client, ada):
    client.force_login(ada.user)
    connect = reverse("providers:connect-calendar", args=[ada.pk])

    connected = client.post(connect, {"name": "Home", "address": "https://calendar.example/y.ics"}, follow=True)
    row = ExternalCalendar.objects.get()
    removed = client.post(reverse("providers:disconnect-calendar", args=[row.pk]), follow=True)

    assert "The calendar is connected." in connected.content.decode()
    assert "The calendar is removed" in removed.content.decode()
    assert client.get(connect).url == reverse("providers:hours")


def test_nobody_connects_a_calendar_to_somebody_else(client, ada):
    client.force_login(PractitionerFactory().user)
    connect = reverse("providers:connect-calendar", args=[ada.pk])

    answer = client.post(connect, {"name": "Home", "address": "https://calendar.example/y.ics"})

    assert answer.status_code == 404
