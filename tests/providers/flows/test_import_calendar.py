from datetime import timedelta

import pytest

from providers import tasks
from providers.adapters import external_calendar as outside
from providers.domain.intervals import Interval
from providers.flows import import_calendar
from providers.models import ExternalBusy, ExternalCalendar, Slot
from providers.queries import availability
from providers.queries.conflicts import conflicts
from providers.queries.diaries import Asked
from tests.factories.core import AdminFactory
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory, PractitionerFactory, SlotFactory, clinician

pytestmark = pytest.mark.django_db
HALF_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)
SECRET = "https://calendar.example.com/secret/basic.ics"


@pytest.fixture
def line():
    return HealthcareServiceFactory()


@pytest.fixture
def ada(line):
    return clinician(line)


@pytest.fixture
def calendar(ada):
    return connect(ada)


def connect(ada, name="Private", address=SECRET, by=None):
    return import_calendar.connect(practitioner_id=ada.pk, name=name, address=address, by=by or ada.user, now=NOW)


def apply(calendar, *spans, now=NOW):
    return import_calendar.apply(calendar_id=calendar.pk, busy=[Interval(*span) for span in spans], etag="", now=now)


def blocks(ada):
    rows = Slot.objects.filter(practitioner=ada, status="busy-unavailable").order_by("start_at")
    return list(rows.values_list("start_at", "end_at"))


def offered(line, ada):
    asked = Asked(service=line, state="NY")
    page = availability.search(asked, start=NOW, end=NOW + timedelta(days=2), now=NOW, practitioner=ada.pk)
    return [offer.start_at for offer in page.results]


def test_busy_times_are_not_offered(line, ada, calendar):
    apply(calendar, (NINE, NINE + HOUR))

    assert blocks(ada) == [(NINE, NINE + HOUR)]
    assert offered(line, ada)[0] == NINE + HOUR


def test_a_booked_visit_stays_and_is_listed_as_a_conflict(line, ada, calendar):
    visit = SlotFactory(practitioner=ada, service=line, start_at=NINE + HALF_HOUR)

    apply(calendar, (NINE, NINE + 2 * HOUR))

    visit.refresh_from_db()
    assert visit.status == "busy"
    assert blocks(ada) == [(NINE, NINE + HALF_HOUR), (NINE + HOUR, NINE + 2 * HOUR)]
    assert list(conflicts(ada, now=NOW)) == [visit]


def test_what_a_cancelled_visit_left_is_blocked_at_the_next_reading(line, ada, calendar):
    visit = SlotFactory(practitioner=ada, service=line)
    apply(calendar, (NINE, NINE + HOUR))
    Slot.objects.release(pk=visit.pk, now=NOW)

    import_calendar.apply(calendar_id=calendar.pk, busy=None, etag="", now=NOW)

    assert blocks(ada) == [(NINE, NINE + HOUR)]


def test_reading_again_frees_what_is_gone_and_keeps_what_stayed(ada, calendar):
    apply(calendar, (NINE, NINE + HOUR), (NINE + 2 * HOUR, NINE + 3 * HOUR))
    kept = Slot.objects.get(start_at=NINE)

    changed = apply(calendar, (NINE, NINE + HOUR))

    assert (changed, blocks(ada)) == (1, [(NINE, NINE + HOUR)])
    assert Slot.objects.get(start_at=NINE, status="busy-unavailable") == kept


def test_a_long_absence_is_cut_at_midnight(ada, calendar):
    apply(calendar, (NINE, NINE + timedelta(days=2)))

    assert len(blocks(ada)) == 3
    assert max(end - start for start, end in blocks(ada)) <= timedelta(days=1)


def test_two_calendars_do_not_disturb_each_other(ada, calendar):
    other = connect(ada, name="Hospital")
    apply(calendar, (NINE, NINE + HOUR))
    apply(other, (NINE + HALF_HOUR, NINE + 2 * HOUR))

    import_calendar.disconnect(calendar_id=calendar.pk, by=ada.user, now=NOW)

    assert blocks(ada) == [(NINE + HOUR, NINE + 2 * HOUR)]


def test_disconnect_frees_what_it_blocked(line, ada, calendar):
    apply(calendar, (NINE, NINE + HOUR))

    import_calendar.disconnect(calendar_id=calendar.pk, by=ada.user, now=NOW)

    assert (blocks(ada), ExternalBusy.objects.count(), offered(line, ada)[0]) == ([], 0, NINE)


def test_a_failure_keeps_the_blocks_and_waits_an_hour(ada, calendar):
    apply(calendar, (NINE, NINE + HOUR))

    import_calendar.failed(calendar_id=calendar.pk, code="no-answer", now=NOW)

    calendar.refresh_from_db()
    assert (calendar.failure, calendar.next_fetch_at, blocks(ada)) == ("no-answer", NOW + HOUR, [(NINE, NINE + HOUR)])


def test_the_address_is_not_readable_in_the_database(calendar):
    stored = ExternalCalendar.objects.values().get(pk=calendar.pk)

    assert not any("secret" in str(value) for value in stored.values())
    assert ExternalCalendar.objects.get(pk=calendar.pk).address == SECRET


@pytest.mark.parametrize(
    ("words", "field"),
    [({"address": "http://example.com/a.ics"}, "address"), ({"name": " "}, "name"), ({"name": "Private"}, "name")],
    ids=["address", "no name", "same name"],
)
def test_connect_names_what_is_wrong(ada, calendar, words, field):
    with pytest.raises(import_calendar.BadAddress) as refused:
        connect(ada, **{"name": "Other", **words})
    assert [error.field for error in refused.value.errors] == [field]


def test_a_clinician_has_at_most_five(ada):
    for number in range(import_calendar.MOST):
        connect(ada, name=str(number))

    with pytest.raises(import_calendar.TooMany):
        connect(ada, name="one more")


def test_only_oneself_and_administrators_connect_and_disconnect(ada, calendar):
    stranger = PractitionerFactory().user

    connect(ada, name="By the clinic", by=AdminFactory())
    with pytest.raises(import_calendar.NoSuchCalendar):
        connect(ada, name="Not mine", by=stranger)
    with pytest.raises(import_calendar.NoSuchCalendar):
        import_calendar.disconnect(calendar_id=calendar.pk, by=stranger, now=NOW)


def test_a_calendar_that_is_gone_is_said_so(ada):
    with pytest.raises(import_calendar.NoSuchCalendar):
        import_calendar.failed(calendar_id=ada.pk, code="x", now=NOW)


def test_the_worker_reads_and_blocks(monkeypatch, ada, calendar):
    monkeypatch.setattr(outside, "fetch", lambda _address, etag: outside.Fetched(b"body", '"1"'))
    monkeypatch.setattr(outside, "busy", lambda _body, zone, span: [Interval(span.start + HOUR, span.start + 2 * HOUR)])

    tasks.import_busy_times(calendar_id=str(calendar.pk))

    calendar.refresh_from_db()
    assert (calendar.etag, calendar.failure, len(blocks(ada)) > 0) == ('"1"', "", True)


def test_the_worker_writes_down_why_it_could_not(monkeypatch, calendar):
    def refuse(_address, etag):
        raise outside.Unreadable("redirect")

    monkeypatch.setattr(outside, "fetch", refuse)

    tasks.import_busy_times(calendar_id=str(calendar.pk))

    calendar.refresh_from_db()
    assert calendar.failure == "redirect"
