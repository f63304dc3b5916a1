"""The load: as many as asked for, the same each time, and nothing that the product itself would refuse."""

import io
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection

from consultations.domain.codes import AppointmentStatus
from consultations.management.commands.seed_load import Bar
from consultations.management.load import fill, plan
from consultations.management.load.plan import LINES, Size
from consultations.models import Appointment, ServiceRequest
from intake.models import Patient
from providers.models import HealthcareService, OpenTime, OpenTimeCover, Practitioner, Slot
from providers.queries import affected, open_times

DAY = date(2026, 6, 1)
TABLES = (Practitioner, Slot, Appointment, ServiceRequest, Patient, OpenTime)


def filled(size):
    fill.fill(size, told=lambda *_: None)


def rows(model):
    """Return what does not depend on when the rows were made."""
    names = [field.attname for field in model._meta.concrete_fields if field.name not in {"created_at", "updated_at"}]
    return Counter(map(str, model.objects.values_list(*names)))


@pytest.mark.django_db(transaction=True)
def test_the_load_is_as_large_as_asked_for_and_the_same_again_by_more_hands(monkeypatch):
    size = Size(practitioners=3, bookings=250, seed=7, day=DAY)
    filled(size)
    first = [rows(model) for model in TABLES]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_user, providers_healthcareservice, providers_opentime CASCADE")

    monkeypatch.setattr(fill, "PART", 1)
    filled(size)

    assert [rows(model) for model in TABLES] == first
    assert Practitioner.objects.count() == 3
    assert Slot.objects.count() == Appointment.objects.count() == 250


@pytest.mark.django_db(transaction=True)
def test_the_load_is_what_the_product_would_have_made():
    size = Size(practitioners=4, bookings=1200, seed=1, day=DAY)
    filled(size)

    assert HealthcareService.objects.count() == len(LINES)
    assert set(Appointment.objects.values_list("status", flat=True)) == {
        AppointmentStatus.BOOKED, AppointmentStatus.FULFILLED,
    }  # fmt: skip
    for practitioner in Practitioner.objects.all():
        hours = affected.hours_of(practitioner)
        assert not [slot for slot in affected._upcoming(practitioner, size.now) if not affected._fits(slot, hours)]
        assert open_times.drift(practitioner, now=size.now) == 0
    for visit in Appointment.objects.select_related("slot").all():
        assert (visit.start_at, visit.end_at) == (visit.slot.start_at, visit.slot.end_at)
        assert visit.local_start == visit.start_at.astimezone(visit.time_zone).strftime("%Y-%m-%dT%H:%M")
    assert OpenTimeCover.objects.count() == 4
    assert not open_times.doubtful(size.now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'x' AND conname LIKE %s", ["%never_twice"])
        assert cursor.fetchone() == (2,)


@pytest.mark.parametrize("total", [5, 200, 3000], ids=["few", "usual", "reaching back"])
def test_bookings_of_a_clinician_never_overlap_and_are_as_many_as_asked_for(total):
    size = Size(practitioners=1, bookings=total, seed=3, day=DAY)

    found = sorted(plan.bookings(size, plan.clinician(size, 0)))

    assert len(found) == total
    lengths = [60 * (line.minutes + line.buffer_after) for line in LINES]
    assert all(one.start + lengths[one.line] <= other.start for one, other in pairwise(found))


def test_the_coming_days_are_fuller_than_later_ones():
    size = Size(practitioners=30, bookings=30_000, seed=1, day=DAY)
    weeks = Counter()
    for number in range(30):
        for booking in plan.bookings(size, plan.clinician(size, number)):
            weeks[(datetime.fromtimestamp(booking.start, UTC).date() - DAY).days // 7] += 1

    assert weeks[0] > weeks[1] > weeks[3] > weeks[6] > 0
    assert max(weeks) == 8


def test_clinicians_are_of_many_kinds():
    size = Size(practitioners=400, bookings=400, seed=1, day=DAY)
    people = [plan.clinician(size, number) for number in range(400)]

    assert {one.zone.key for one in people} >= {"America/New_York", "America/Chicago", "America/Los_Angeles"}
    assert 40 < sum("es" in one.languages for one in people) < 130
    assert 25 < sum(len(one.states) >= 10 for one in people) < 80
    assert {len(one.lines) for one in people} == {1, 2}


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param({"practitioners": 0, "bookings": 5}, id="nobody"),
        pytest.param({"practitioners": 1, "bookings": -5}, id="fewer than none"),
        pytest.param({"practitioners": 1, "bookings": 60_000}, id="too many for one"),
    ],
)
def test_numbers_that_cannot_be_are_refused(numbers):
    words = [f"--{name}={value}" for name, value in numbers.items()]

    with pytest.raises(CommandError):
        call_command("seed_load", *words)


@pytest.mark.slow(seconds=25)
@pytest.mark.django_db(transaction=True)
def test_the_command_makes_a_database_of_its_own_and_leaves_others_alone():
    own, told = connection.settings_dict["NAME"], io.StringIO()
    words = ["--practitioners=2", "--bookings=30", "--date=2026-06-01", "--database=anteroom_load_test"]
    try:
        for _ in range(2):
            call_command("seed_load", *words, stdout=told)
        connection.connect()
        assert Appointment.objects.count() == 30
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS anteroom_load_test WITH (FORCE)")

    assert not Appointment.objects.exists()
    assert "/anteroom_load_test" in told.getvalue()
    assert "bookings: 30 of 30" in told.getvalue()
    with pytest.raises(CommandError, match="no scratch database"):
        call_command("seed_load", "--practitioners=2", "--bookings=30", f"--database={own}")


def test_the_bar_moves_on_a_terminal_and_counts_tenths_elsewhere():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal, file = Terminal(), io.StringIO()
    for out in (terminal, file):
        bar = Bar(OutputWrapper(out))
        for done in (0, 1, 50, 51, 100):
            bar("bookings", done, 100)

    assert terminal.getvalue().endswith("[" + "#" * 40 + "] 100%\n")
    assert file.getvalue() == "bookings: 0 of 100\nbookings: 50 of 100\nbookings: 100 of 100\n"
