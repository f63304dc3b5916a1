"""The pages about hours: a week of everybody for administrators, one's own hours for clinicians."""

import re
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from providers.models import Schedule, ScheduleException
from tests.consultations.html.reading import assert_shows
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    MONDAY,
    NINE,
    NOW,
    AvailableTimeFactory,
    HealthcareServiceFactory,
    PractitionerFactory,
    ScheduleExceptionFactory,
    SlotFactory,
    clinician,
    held,
)

pytestmark = pytest.mark.django_db(transaction=True)
NEVER = UUID(int=0)
WEEK, DAY, CHANGE, HOURS = (
    reverse(f"providers:{name}") for name in ("schedules", "schedules-of-day", "change-hours", "hours")
)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(client):
    client.force_login(AdminFactory())
    return client


def page(client, url, **given):
    answer = client.get(url, given)
    assert answer.status_code == 200, answer
    text = answer.content.decode()
    assert text.count("<h1") == 1
    return text


def test_the_week_shows_hours_visits_and_load(admin):
    ada = clinician(HealthcareServiceFactory(), given_name="Ada", family_name="Lovelace")
    SlotFactory(practitioner=ada)
    held(ada, UserFactory(), start_at=SlotFactory.start_at + timedelta(minutes=30), until=NOW + timedelta(minutes=5))

    text = page(admin, WEEK, week="2026-06-03")

    assert "Ada Lovelace" in text
    assert "9 AM to 12 PM" in text
    assert ", 1 held (33% full, 2 h free)" in text
    assert "Not working" in text
    assert "New York time" in text


def test_the_week_marks_time_off_changed_hours_and_clock_changes(admin):
    ada = clinician(HealthcareServiceFactory(), weekdays=(1, 7), hours=((60, 300),))
    ScheduleExceptionFactory(practitioner=ada, start_date=date(2026, 11, 2))

    text = page(admin, WEEK, week="2026-10-26")
    later = page(admin, WEEK, week="2026-11-02")

    assert "Clocks change" in text
    assert "1 AM EDT to 5 AM EST" in text
    assert "Time off" in later


def halves(text, word):
    """Return the minutes of the half hours that carry a mark."""
    found = re.findall(r'<span class="strip__half([^"]*)" data-minute="(\d+)"', text)
    return [int(minute) for marks, minute in found if word in marks]


def test_a_day_by_the_hour_shows_what_is_open_and_what_is_taken(admin):
    ada = clinician(HealthcareServiceFactory(), hours=((540, 720), (1080, 1230)))
    SlotFactory(practitioner=ada, start_at=NINE + timedelta(minutes=15))

    text = page(admin, DAY, day="2026-06-01")

    assert "Monday, June 1, 2026" in text
    assert halves(text, "is-open") == [*range(540, 720, 30), *range(1080, 1230, 30)]
    assert halves(text, "is-taken") == [540, 570]
    assert " (9% full, 5 h free)" in text


def test_a_day_by_the_hour_reaches_from_eight_to_six_and_to_where_somebody_works(admin):
    clinician(HealthcareServiceFactory(), hours=((1320, 1560),), time_zone=ZoneInfo("America/Denver"))

    monday, tuesday = (page(admin, DAY, day=f"2026-06-0{day}") for day in (1, 2))

    assert halves(monday, "is-open") == [1320, 1350, 1380, 1410]
    assert halves(tuesday, "is-open") == [0, 30, 60, 90]
    assert 'data-minute="480"' in monday
    assert 'data-minute="450"' not in monday


@pytest.mark.parametrize("day", ["", "x", "1066-01-01", "2026-05-31"])
def test_an_odd_day_is_today(admin, day):
    assert "Sunday, May 31, 2026" in page(admin, DAY, day=day)


def test_a_day_by_the_hour_costs_as_many_queries_for_many_clinicians(admin):
    service = HealthcareServiceFactory()
    found = []
    page(admin, DAY)
    for _ in range(2):
        for _ in range(3):
            SlotFactory(practitioner=clinician(service))
        with CaptureQueriesContext(connection) as queries:
            page(admin, DAY)
        found.append(len(queries))

    assert found == [8, 8]


def test_what_was_dragged_over_stands_in_the_form(admin):
    ada = clinician(HealthcareServiceFactory())

    words = {"practitioner": ada.pk, "day": "2026-06-01", "from": "09:30", "to": "11:00", "kind": "extra"}
    answer = admin.get(CHANGE, words)

    initial = answer.context["form"].initial
    names = ("start_date", "start_minute", "end_minute", "kind")
    assert [initial[name] for name in names] == ["2026-06-01", "09:30", "11:00", "extra"]
    assert 'value="09:30"' in answer.content.decode()


@pytest.mark.parametrize("week", ["", "tomorrow", "0001-01-01", "9999-12-31"])
def test_an_odd_week_is_this_week(admin, week):
    assert "Week of May 25 to May 31, 2026" in page(admin, WEEK, week=week)


def test_the_week_can_be_of_one_service(admin):
    sleep = HealthcareServiceFactory(slug="sleep")
    clinician(sleep, family_name="Lovelace")
    clinician(HealthcareServiceFactory(slug="mood"), family_name="Hopper")

    text = page(admin, WEEK, service="sleep")

    assert "Lovelace" in text
    assert "Hopper" not in text


def test_the_number_of_queries_does_not_grow(admin):
    service, counts = HealthcareServiceFactory(), []
    page(admin, WEEK)
    for total in (3, 20):
        while service.roles.count() < total:
            SlotFactory(practitioner=clinician(service))
        with CaptureQueriesContext(connection) as queries:
            page(admin, WEEK, week="2026-06-01")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_pages_are_closed_to_those_they_are_not_for(client):
    ada, grace = PractitionerFactory(), PractitionerFactory()
    other = reverse("providers:hours-of", args=[ada.pk])
    expected = {None: [302, 302, 302, 302], UserFactory(): [403, 403, 403, 403], grace.user: [403, 200, 200, 404]}

    for user, statuses in expected.items():
        client.logout()
        if user:
            client.force_login(user)
        assert [client.get(url).status_code for url in (WEEK, CHANGE, HOURS, other)] == statuses


def sent(practitioner, **given):
    return {"practitioner": practitioner.pk, "kind": "off", "start_date": "2026-06-01", **given}


def test_a_day_off_is_saved(admin):
    ada = PractitionerFactory()

    answer = admin.post(CHANGE, sent(ada))

    assert answer.status_code == 302
    assert answer.url == f"{WEEK}?week=2026-06-01"
    row = ScheduleException.objects.get()
    assert (row.practitioner, row.start_date, row.end_date, row.start_minute) == (ada, MONDAY, MONDAY, None)


def test_looking_first_shows_hours_and_visits_and_saves_nothing(admin):
    ada = clinician(HealthcareServiceFactory())
    SlotFactory(practitioner=ada)

    text = admin.post(CHANGE, sent(ada, start_minute="09:00", end_minute="12:00", look="1")).content.decode()

    assert "3 hours of real time" in text
    assert "1 booked visit would be left without hours" in text
    assert "Monday, June 1, 2026 at 9:00 AM" in text
    assert not ScheduleException.objects.exists()


def test_looking_at_a_day_whose_clocks_change_says_so(admin):
    ada = PractitionerFactory()

    text = admin.post(CHANGE, sent(ada, start_date="2026-11-01", look="1")).content.decode()

    assert "25 hours of real time" in text


def test_visits_must_be_seen_and_kept_before_their_hours_go(admin):
    ada = clinician(HealthcareServiceFactory())
    slot = SlotFactory(practitioner=ada)

    first = admin.post(CHANGE, sent(ada))
    unseen = admin.post(CHANGE, sent(ada, keep="on"))
    assert not ScheduleException.objects.exists()
    assert f'value="{slot.pk}"' in first.content.decode()
    assert "would be left without hours" in unseen.content.decode()

    assert admin.post(CHANGE, sent(ada, keep="on", seen=str(slot.pk))).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start_date": ""}, "This field is required"),
        ({"start_date": "31 June"}, "Enter a valid date"),
        ({"start_date": "0001-01-01"}, "between 2000 and 2099"),
        ({"end_date": "9999-12-31"}, "between 2000 and 2099"),
        ({"end_date": "2026-05-01"}, "before the first"),
        ({"start_minute": "9"}, "Write a time"),
        ({"start_minute": "9:00 am", "end_minute": "1:00 pm"}, "on the 24-hour clock"),
        ({"start_minute": "09:00"}, "Give both times"),
        ({"kind": "extra"}, "need times"),
        ({"practitioner": str(NEVER)}, "Select a valid choice"),
        ({"seen": "x"}, "look at the visits again"),
    ],
)
@pytest.mark.parametrize("button", [{}, {"look": "1"}], ids=["save", "look"])
def test_a_bad_change_is_shown_with_its_reason(admin, change, words, button):
    text = admin.post(CHANGE, {**sent(PractitionerFactory()), **change, **button}).content.decode()

    assert words in text
    assert not ScheduleException.objects.exists()


def test_a_clinician_changes_their_own_hours_only(client):
    ada, grace = PractitionerFactory(), PractitionerFactory()
    client.force_login(ada.user)

    refused = client.post(CHANGE, sent(grace))
    saved = client.post(CHANGE, sent(ada))

    assert refused.status_code == 200
    assert (saved.status_code, saved.url) == (302, HOURS)
    assert ScheduleException.objects.get().practitioner == ada


def test_a_change_is_taken_back_from_the_hours_page(client):
    row = ScheduleExceptionFactory(reason="Conference")
    client.force_login(row.practitioner.user)
    url = reverse("providers:withdraw-change", args=[row.pk])

    assert "Conference" in page(client, HOURS)
    assert client.post(url, follow=True).content.decode().count("hold again") == 1
    assert "Conference" not in page(client, HOURS)
    assert client.get(url).status_code == 405


def test_nobody_takes_back_the_change_of_somebody_else(client):
    row = ScheduleExceptionFactory()
    client.force_login(PractitionerFactory().user)

    assert client.post(reverse("providers:withdraw-change", args=[row.pk])).status_code == 404


def rows(*windows, **given):
    words = {"form-TOTAL_FORMS": len(windows), "form-INITIAL_FORMS": 0, "valid_from": "2026-06-01", **given}
    for number, window in enumerate(windows):
        for name, value in zip(("weekday", "start_minute", "end_minute"), window, strict=True):
            words[f"form-{number}-{name}"] = value
    return words


def test_a_clinician_publishes_and_changes_weekly_hours(client):
    ada = PractitionerFactory()
    client.force_login(ada.user)

    published = client.post(reverse("providers:publish-hours"), rows((1, "09:00", "12:00"), ("", "", "")))
    schedule = Schedule.objects.get()
    edit = reverse("providers:edit-hours", args=[schedule.pk])
    assert 'value="09:00"' in page(client, edit)
    changed = client.post(edit, rows((5, "22:00", "30:00")))

    assert (published.url, changed.url) == (HOURS, HOURS)
    assert list(schedule.available_times.values_list("weekday", "start_minute", "end_minute")) == [(5, 1320, 1800)]
    assert "10 PM to 6 AM next day" in page(client, HOURS)


def test_hours_are_for_all_visits_a_kind_or_a_service(client):
    line = HealthcareServiceFactory(name="Sleep")
    ada = clinician(line)
    client.force_login(ada.user)
    schedule = ada.schedules.get()
    edit = reverse("providers:edit-hours", args=[schedule.pk])

    for choice, words in (("kind:PHONE", "for every phone visit"), (f"service:{line.pk}", "for Sleep"), ("", None)):
        assert client.post(edit, {**rows((1, "09:00", "12:00")), "visits": choice}).url == HOURS
        assert f'<option value="{choice}" selected>' in page(client, edit)
        assert words is None or words in page(client, HOURS)

    schedule.refresh_from_db()
    assert (schedule.service, schedule.modality) == (None, "")
    assert (
        "Select a valid choice"
        in client.post(edit, {**rows((1, "09:00", "12:00")), "visits": "kind:FAX"}).content.decode()
    )


def test_an_administrator_edits_the_hours_of_a_clinician(admin):
    ada = clinician(HealthcareServiceFactory())
    url = reverse("providers:edit-hours-of", args=[ada.pk, ada.schedules.get().pk])

    assert 'value="12:00"' in page(admin, url)
    assert admin.post(url, rows((1, "08:00", "12:00"))).url == reverse("providers:hours-of", args=[ada.pk])


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        ([], "at least one window"),
        ([(1, "09:00", "12:00"), (1, "11:00", "13:00")], "overlap"),
        ([(1, "09:00", "")], "leave the row empty"),
        ([(1, "12:00", "09:00")], "A window starts before midnight"),
        ([(9, "09:00", "12:00")], "Select a valid choice"),
    ],
)
def test_bad_hours_are_shown_with_their_reason(client, windows, words):
    client.force_login(PractitionerFactory().user)

    text = client.post(reverse("providers:publish-hours"), rows(*windows)).content.decode()

    assert words in text
    assert not Schedule.objects.exists()


def test_hours_that_strand_a_visit_are_saved_only_when_it_was_seen(client):
    ada = clinician(HealthcareServiceFactory())
    slot = SlotFactory(practitioner=ada)
    client.force_login(ada.user)
    url = reverse("providers:edit-hours", args=[ada.schedules.get().pk])

    shown = client.post(url, rows((1, "13:00", "17:00"))).content.decode()
    saved = client.post(url, rows((1, "13:00", "17:00"), keep="on", seen=str(slot.pk)))

    assert "Monday, June 1, 2026 at 9:00 AM" in shown
    assert saved.status_code == 302


def test_retired_and_foreign_hours_are_not_found(client):
    ada = PractitionerFactory()
    client.force_login(ada.user)
    foreign = AvailableTimeFactory().schedule
    retired = AvailableTimeFactory(schedule__practitioner=ada, schedule__is_active=False).schedule

    for schedule in (foreign, retired):
        assert client.get(reverse("providers:edit-hours", args=[schedule.pk])).status_code == 404


def test_the_form_leads_back_to_where_its_reader_came_from(client, admin):
    ada = PractitionerFactory()
    assert_shows(admin.get(CHANGE), "Schedules Change hours")
    client.force_login(ada.user)
    assert_shows(client.get(CHANGE), "Your hours Change hours")
