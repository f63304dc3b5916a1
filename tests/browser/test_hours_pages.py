"""The pages about hours look right at both sizes, and axe finds nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browser import pages
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import AdminFactory
from tests.factories.providers import HealthcareServiceFactory, ScheduleExceptionFactory, clinician

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada():
    service = HealthcareServiceFactory()
    for family_name in ("Hopper", "Noether"):
        clinician(service, family_name=family_name, weekdays=(1, 2, 3, 4, 5), hours=((540, 720), (780, 1020)))
    ada = clinician(service, family_name="Lovelace", credentials="MD", weekdays=(1, 3, 5), hours=((540, 720),))
    ScheduleExceptionFactory(
        practitioner=ada, start_date=timezone.now().date() + timedelta(days=2), reason="Conference"
    )
    return ada


@pytest.mark.parametrize("path", ["/clinic/hours/", "/clinic/hours/edit/"])
def test_own_hours_are_sound(look, ada, path):
    look(path, name=path.strip("/").replace("/", "-"), user=ada.user)


def test_another_calendar_that_is_refused_says_so_in_sight(look, ada):
    def fail(page):
        page.get_by_label("Name").fill("Home")
        page.get_by_label("Secret address").fill("http://calendar.example/x.ics")
        page.get_by_role("button", name="Connect this calendar").click()
        # A page that has errors tells it in its name and goes to them.
        page.wait_for_function("document.title.startsWith('Error: ') && window.scrollY < 400")

    look("/clinic/hours/", name="clinic-hours-calendar-refused", user=ada.user, act=fail)


def test_own_hours_to_change_are_sound(look, ada):
    schedule = ada.schedules.first()

    look(f"/clinic/hours/edit/{schedule.pk}/", name="clinic-hours-change", user=ada.user)


@pytest.mark.parametrize(
    "path", ["/clinic/schedules/", "/clinic/schedules/day/", "/clinic/schedules/change/", "/clinic/schedules/explain/"]
)
def test_everybodys_hours_are_sound(look, ada, path):
    look(path, name=path.strip("/").replace("/", "-"), user=AdminFactory())


def test_hours_of_one_clinician_are_sound_for_administrators(look, ada):
    admin, schedule = AdminFactory(), ada.schedules.first()

    look(f"/clinic/schedules/{ada.pk}/", name="clinic-schedules-one", user=admin)
    look(f"/clinic/schedules/{ada.pk}/edit/", name="clinic-schedules-one-add", user=admin)
    look(f"/clinic/schedules/{ada.pk}/edit/{schedule.pk}/", name="clinic-schedules-one-change", user=admin)


def test_visits_to_rearrange_are_sound(look, ada):
    line = ada.roles.get().service
    visit = AppointmentFactory(service_request__service=line, practitioner=ada, start_at=next_hour())
    visit.slot.state = "NY"
    visit.slot.save()
    ada.qualifications.update(valid_until=timezone.now().date() + timedelta(days=1))
    look("/clinic/rearrange/", name="rearrange", user=AdminFactory())


def test_booked_visits_are_sound(look, ada):
    visit = AppointmentFactory(service_request__service=ada.roles.get().service, practitioner=ada, start_at=next_hour())
    admin = AdminFactory()

    look(f"/clinic/booked/?day={visit.start_at.astimezone(ada.time_zone).date()}", name="booked", user=admin)
    look(f"/clinic/booked/{visit.pk}/", name="booked-visit", user=admin)
    look(f"/clinic/booked/{visit.pk}/cancel/", name="cancel-booked", user=admin)
    look(f"/clinic/booked/{visit.pk}/move/", name="move-booked", user=admin)
    look(f"/clinic/booked/{visit.pk}/move/", name="confirm-move", user=admin, act=chosen)


def chosen(page):
    """Choose the first time of the page of moving."""
    page.locator("input[name=time]").first.check(force=True)
    page.get_by_role("button", name="See what this does").click()
    page.wait_for_selector("text=What this does")


def test_clock_changes_are_sound(look, ada):
    clinician(HealthcareServiceFactory(), family_name="Night", weekdays=(7,), hours=((60, 240),))
    AppointmentFactory(start_at=next_hour(), local_start="2026-06-01T10:00", tzdata_version="2025a")
    look("/clinic/clocks/", name="clocks", user=AdminFactory())


def next_hour():
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)


def test_dragging_over_days_opens_the_form_with_them(open_page, ada):
    page = open_page(size=pages.DESK, user=AdminFactory())
    page.goto("/clinic/schedules/")
    days = page.locator("tr[data-practitioner]").first.locator("td[data-day]")
    first, last = (days.nth(number).get_attribute("data-day") for number in (1, 3))

    for number, act in ((1, page.mouse.down), (3, page.mouse.up)):
        box = days.nth(number).bounding_box()
        page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
        act()
    page.wait_for_url("**/schedules/change/**")

    assert page.locator("#id_start_date").input_value() == first
    assert page.locator("#id_end_date").input_value() == last


def test_dragging_over_hours_opens_the_form_with_them(open_page, ada):
    page = open_page(size=pages.DESK, user=AdminFactory())
    page.goto("/clinic/schedules/day/")
    halves = page.locator("[data-practitioner]").first.locator("[data-minute]")

    for number, act in ((2, page.mouse.down), (5, page.mouse.up)):
        box = halves.nth(number).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        act()
    page.wait_for_url("**/schedules/change/**")

    assert page.locator("#id_start_minute").input_value() == "09:00"
    assert page.locator("#id_end_minute").input_value() == "11:00"
