"""Calendars elsewhere and the secret address of the one here, over HTTP."""

import pytest

from providers.domain.codes import SlotStatus
from providers.models import CalendarFeed, ExternalBusy, ExternalCalendar
from tests.factories.providers import ExternalCalendarFactory, PractitionerFactory, SlotFactory
from tests.providers.api.conftest import calling

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/external-calendars/"
SECRET = "https://calendar.example.com/secret/basic.ics"


def words(practitioner, **given):
    return {"practitioner": str(practitioner.pk), "name": "Home", "address": SECRET, **given}


def test_a_calendar_is_added_listed_and_removed_by_its_clinician():
    ada = PractitionerFactory()
    client = calling(ada.user)

    added = client.post(URL, words(ada))
    row = ExternalCalendar.objects.get()
    listed = client.get(URL).json()["results"]

    assert added.status_code == 201
    assert added.json() == {
        "id": str(row.pk), "practitioner": str(ada.pk), "name": "Home", "fetched_at": None, "failed_at": None,
        "failure": "", "next_fetch_at": "2026-05-31T23:00:00Z",
    }  # fmt: skip
    assert listed == [added.json()]
    assert row.address == SECRET
    assert client.delete(f"{URL}{row.pk}/").status_code == 204
    assert not ExternalCalendar.objects.exists()


def test_removing_a_calendar_frees_what_it_blocked():
    row = ExternalCalendarFactory()
    block = SlotFactory(practitioner=row.practitioner, status=SlotStatus.BUSY_UNAVAILABLE, reference=row.pk)
    ExternalBusy.objects.create(calendar=row, start_at=block.start_at, end_at=block.end_at)

    assert calling(row.practitioner.user).delete(f"{URL}{row.pk}/").status_code == 204

    block.refresh_from_db()
    assert block.status == SlotStatus.FREE


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"address": "http://calendar.example.com/basic.ics"}, "address", "bad-address"),
        ({"address": "https://169.254.169.254/latest/"}, "address", "bad-address"),
        ({"name": " "}, "name", None),
        ({"surprise": 1}, "surprise", "unknown-field"),
    ],
    ids=["not https", "an address inside", "no name", "unknown field"],
)
def test_a_bad_calendar_is_refused_by_the_field_and_its_address_not_shown(given, field, code):
    ada = PractitionerFactory()

    answer = calling(ada.user).post(URL, words(ada, **given))

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, field)
    assert code in (None, error["code"])
    assert "calendar.example.com" not in answer.content.decode()


def test_one_name_and_five_calendars_are_enough(admin):
    ada = PractitionerFactory()
    assert admin.post(URL, words(ada)).status_code == 201
    again = admin.post(URL, words(ada))
    ExternalCalendarFactory.create_batch(4, practitioner=ada)
    sixth = admin.post(URL, words(ada, name="Sixth"))

    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "duplicate")
    assert (sixth.status_code, sixth.json()["code"]) == (409, "too-many-calendars")


def test_calendars_of_others_are_not_there(stranger, patient, nobody):
    row = ExternalCalendarFactory()

    for client, status in ((stranger, 404), (patient, 404), (nobody, 401)):
        assert client.get(f"{URL}{row.pk}/").status_code == status
        assert client.delete(f"{URL}{row.pk}/").status_code == status
        assert client.post(URL, words(row.practitioner)).status_code == status
    assert ExternalCalendar.objects.count() == 1


def test_a_feed_is_made_shown_once_and_stopped(client, stranger):
    ada = PractitionerFactory()
    url, own = f"/api/v1/practitioners/{ada.pk}/calendar-feed/", calling(ada.user)

    made = own.post(url)
    address = made.json()["address"].partition("://")[2].partition("/")[2]

    assert made.status_code == 201
    assert client.get(f"/{address}").status_code == 200
    assert stranger.post(url).status_code == 404
    assert [own.delete(url).status_code, own.delete(url).status_code] == [204, 204]
    assert client.get(f"/{address}").status_code == 404
    assert not CalendarFeed.objects.exists()
