import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command

from config.core import administrators
from consultations.domain import promise
from consultations.flows import keep_promise
from consultations.models import Communication
from consultations.queries import promises
from tests.consultations.html.reading import assert_shows
from tests.factories.consultations import AppointmentFactory, booked_slot
from tests.factories.core import AdminFactory
from tests.factories.providers import NEW_YORK, NINE, NOW

pytestmark = pytest.mark.django_db
TEN = NINE + timedelta(hours=1)


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def visit():
    """A visit promised for ten; by the present rules of its zone it would start at nine."""
    return AppointmentFactory(local_start="2026-06-01T10:00", tzdata_version="2025a")


def keep(visit, admin, now=NOW):
    return keep_promise.keep(appointment_id=visit.pk, by=admin, now=now)


def test_what_moved_is_listed_and_stays_where_it_is(visit):
    AppointmentFactory(start_at=NINE + timedelta(days=1), local_start="2026-06-02T09:00", tzdata_version="2025a")

    [one] = promises.broken(NOW)

    assert (one.visit, one.visit.start_at, one.keeps_at) == (visit, NINE, TEN)


def test_the_command_prints_what_moved(visit):
    out = StringIO()
    with time_machine.travel(NOW):
        call_command("promises", stdout=out)

    [one] = json.loads(out.getvalue())["moved"]
    assert (one["appointment"], one["promised"], one["would_keep"]) == (
        str(visit.pk), "2026-06-01T10:00", TEN.isoformat(),
    )  # fmt: skip


def test_keep_moves_the_visit_to_the_promised_time_and_tells_the_patient(visit, admin):
    old = visit.slot

    kept = keep(visit, admin)

    old.refresh_from_db()
    assert (kept.start_at, kept.local_start, kept.tzdata_version) == (TEN, "2026-06-01T10:00", promises.TZDATA)
    assert (old.status, kept.slot.status, kept.slot.start_at) == ("free", "busy", TEN)
    assert Communication.objects.filter(kind="booking-moved", recipient=visit.patient.user).exists()
    assert promises.broken(NOW) == []


def test_keep_leaves_the_visit_when_the_promised_time_is_taken(visit, admin):
    booked_slot(visit.practitioner, service=visit.service_request.service, start_at=TEN)

    with pytest.raises(keep_promise.CannotBeKept):
        keep(visit, admin)

    visit.slot.refresh_from_db()
    assert (visit.slot.status, visit.start_at) == ("busy", NINE)


def test_keep_leaves_the_visit_when_the_patient_is_elsewhere_then(visit, admin):
    AppointmentFactory(service_request__patient=visit.patient, start_at=TEN)

    with pytest.raises(keep_promise.CannotBeKept):
        keep(visit, admin)


def test_keep_moves_nothing_inside_the_notice(visit, admin):
    with pytest.raises(keep_promise.CannotBeKept):
        keep(visit, admin, now=NINE - timedelta(hours=1))


def test_keep_refuses_a_visit_that_is_as_promised(admin):
    with pytest.raises(keep_promise.NothingBroken):
        keep(AppointmentFactory(), admin)


def test_keep_is_for_administrators(visit):
    with pytest.raises(administrators.NotAnAdministrator):
        keep(visit, visit.patient.user)


def test_keep_knows_only_visits_that_are_there(visit, admin):
    with pytest.raises(keep_promise.NotFound):
        keep_promise.keep(appointment_id=visit.patient_id, by=admin, now=NOW)


def test_a_promise_in_a_gap_has_no_instant():
    assert promise.promised_at("2026-03-08T02:30", NEW_YORK) is None
    assert promise.promised_at("2026-11-01T01:30", NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert promise.promised_at("2026-06-01T09:00", ZoneInfo("America/Chicago")) == TEN


def test_administrators_keep_a_promise_on_the_page(client, visit, admin):
    client.force_login(admin)
    with time_machine.travel(NOW):
        shown = client.get("/clinic/clocks/")
        kept = client.post(f"/clinic/clocks/{visit.pk}/", follow=True)

    assert_shows(shown, "Promised: 2026-06-01 at 10:00", "New York time: back on November 1, 2026")
    assert_shows(kept, "The visit is at its promised time again.")


def test_the_page_is_for_administrators(client, visit):
    client.force_login(visit.patient.user)

    assert client.get("/clinic/clocks/").status_code == 403
