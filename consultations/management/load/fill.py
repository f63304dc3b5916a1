"""Fills an empty database: services, clinicians and their hours, patients, visits, and the table of free times."""

import hashlib
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from config.core.models import Role, User
from consultations.domain.codes import AppointmentStatus, RequestStatus
from consultations.management.load import plan
from consultations.management.load.plan import LINES, Booking, Clinician, Size
from consultations.management.load.sheets import Sheet, bare
from consultations.models import Appointment, ServiceRequest
from intake.domain.codes import SexAtBirth
from intake.models import Patient
from providers.domain.codes import QualificationKind, SlotStatus
from providers.domain.states import CODES, STATES
from providers.models import (
    AvailableTime,
    Directory,
    HealthcareService,
    OpenTime,
    OpenTimeChange,
    OpenTimeCover,
    Practitioner,
    PractitionerRole,
    Qualification,
    Schedule,
    Slot,
)
from providers.queries import open_times
from providers.queries.diaries import all_diaries

CHUNK = 20_000
# So many clinicians' free times are worked out in one go.
PART = 50
GIVEN, FAMILY = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hal"), ("Example", "Sample", "Invented", "Load")
SINCE = datetime(2015, 1, 1, tzinfo=UTC)
Told = Callable[[str, int, int], None]
_PRACTITIONER = ("id", "user_id", "given_name", "family_name", "time_zone", "languages")
_LICENCE = ("id", "practitioner_id", "jurisdiction", "number")
_OPEN_TIME = (
    "service_id", "practitioner_id", "start_at", "end_at", "opens_at", "closes_at", "states", "accepts_new_patients",
)  # fmt: skip
_WINDOW = ("id", "schedule_id", "weekday", "start_minute", "end_minute")


def fill(size: Size, *, told: Told) -> None:
    """
    Fill an empty database; the same rows for the same size.

    told  is called with what is being made, how much of it is made, and how much it will be
    """
    with transaction.atomic():
        people = [plan.clinician(size, number) for number in range(size.practitioners)]
        _services(size)
        with bare(Practitioner, PractitionerRole, Qualification, Schedule, AvailableTime):
            _clinicians(size, people)
        told("clinicians", len(people), len(people))
        with bare(Slot, ServiceRequest, Appointment, Patient, User):
            _visits(size, people, told)
            told("constraints and indexes", 0, 1)
        told("constraints and indexes", 1, 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _open_times(size, told)


def _services(size: Size) -> None:
    HealthcareService.objects.bulk_create(
        HealthcareService(
            pk=_id(size, "line", position), slug=line.slug, name=line.name, summary="Invented, for a load.",
            states=CODES, duration_minutes=line.minutes, buffer_after_minutes=line.buffer_after,
            alignment_minutes=plan.STEP_SECONDS // 60, max_visits_per_day=20,
        )
        for position, line in enumerate(LINES)
    )  # fmt: skip


def _clinicians(size: Size, people: list[Clinician]) -> None:
    lines = [_id(size, "line", position) for position in range(len(LINES))]
    ids = [_id(size, "clinician", one.number) for one in people]
    _accounts(size, len(people), "clinician", Role.PRACTITIONER)
    Directory.objects.update_or_create(pk=1, defaults={"edition": _id(size, "directory")})
    Sheet(Practitioner, _PRACTITIONER, now=size.now, credentials="MD").write(
        (
            ids[one.number], _id(size, "clinician-user", one.number), GIVEN[one.number % 8],
            f"{FAMILY[one.number % 4]} {one.number}", one.zone.key, "{" + ",".join(one.languages) + "}",
        )
        for one in people
    )  # fmt: skip
    Sheet(PractitionerRole, ("id", "practitioner_id", "service_id"), now=size.now).write(
        (_id(size, "role", one.number, line), ids[one.number], lines[line]) for one in people for line in one.lines
    )
    licences = Sheet(Qualification, _LICENCE, now=size.now, kind=QualificationKind.MD, valid_from=SINCE.date())
    licences.write(
        (_id(size, "licence", one.number, state), ids[one.number], state, f"L{one.number}-{state}")
        for one in people
        for state in one.states
    )
    Sheet(Schedule, ("id", "practitioner_id", "time_zone"), now=size.now, valid_from=SINCE.date()).write(
        (_id(size, "schedule", one.number), ids[one.number], one.zone.key) for one in people
    )
    Sheet(AvailableTime, _WINDOW, now=size.now).write(
        (_id(size, "window", one.number, weekday, first), _id(size, "schedule", one.number), weekday, first, last)
        for one in people
        for weekday in range(1, 7)
        for first, last in one.hours(weekday)
    )


def _accounts(size: Size, total: int, kind: str, role: Role) -> None:
    sheet = Sheet(User, ("id", "email"), now=size.now, password="!", role=role)  # noqa: S106  nobody can sign in
    for numbers in _chunks(total):
        sheet.write((_id(size, f"{kind}-user", number), f"{kind}-{number}@load.example") for number in numbers)


def _visits(size: Size, people: list[Clinician], told: Told) -> None:
    """Copy the visits, then as many patients as have one to come; each visit that is over belongs to any of them."""
    writer = _Visits(size)
    for one in people:
        states = one.states
        for number, booking in enumerate(plan.bookings(size, one)):
            writer.add(one, booking, states[number % len(states)])
        told("bookings", writer.made, size.bookings)
    writer.flush()
    told("bookings", size.bookings, size.bookings)
    _accounts(size, writer.patients, "patient", Role.PATIENT)
    names = ("id", "user_id", "given_name", "family_name", "state", "time_zone")
    sheet = Sheet(
        Patient, names, now=size.now, birth_date=SINCE.date().replace(year=1985), sex_at_birth=SexAtBirth.FEMALE,
        phone="+12125550123",
    )  # fmt: skip
    for numbers in _chunks(writer.patients):
        sheet.write(
            (
                _id(size, "patient", number), _id(size, "patient-user", number), GIVEN[number % 8],
                f"{FAMILY[number % 4]} {number}", CODES[number % len(CODES)], STATES[CODES[number % len(CODES)]].zone,
            )
            for number in numbers
        )  # fmt: skip


class _Visits:
    """Collects the rows of visits and copies them in chunks."""

    def __init__(self, size: Size) -> None:
        self.size, self.made, self.patients = size, 0, 0
        self._now = int(size.now.timestamp())
        self._lines = [_id(size, "line", position) for position in range(len(LINES))]
        # A patient has at most one case open for a line, so that each visit to come has a patient of its own.
        self._requests, self._slots, self._visits = self._sheets(is_past=False)
        self._past = self._sheets(is_past=True)
        self._rows: tuple[deque[Any], ...] = tuple(deque() for _ in range(6))

    def _sheets(self, *, is_past: bool) -> tuple[Sheet, Sheet, Sheet]:
        now, submitted = self.size.now, {"authored_at": SINCE, "submitted_at": SINCE}
        status = RequestStatus.COMPLETED if is_past else RequestStatus.ACTIVE
        visit = AppointmentStatus.FULFILLED if is_past else AppointmentStatus.BOOKED
        names = (
            "id", "slot_id", "service_request_id", "patient_id", "practitioner_id", "patient_state", "start_at",
            "end_at", "during", "time_zone", "local_start",
        )  # fmt: skip
        slot = (
            "id",
            "practitioner_id",
            "service_id",
            "holder_id",
            "reference",
            "state",
            "start_at",
            "end_at",
            "blocked",
        )
        return (
            Sheet(ServiceRequest, ("id", "patient_id", "submitted_by_id", "service_id", "state"), now=now,
                  status=status, **submitted),
            Sheet(Slot, slot, now=now, status=SlotStatus.BUSY),
            Sheet(Appointment, names, now=now, status=visit, tzdata_version="load"),
        )  # fmt: skip

    def add(self, one: Clinician, booking: Booking, state: str) -> None:
        """Collect one visit."""
        is_past = booking.start < self._now
        number, size = self.made, self.size
        if is_past:
            who = number % max(1, self.patients)
        else:
            who, self.patients = self.patients, self.patients + 1
        patient, user = _id(size, "patient", who), _id(size, "patient-user", who)
        request, slot = _id(size, "request", number), _id(size, "slot", number)
        practitioner, line = _id(size, "clinician", one.number), self._lines[booking.line]
        start, end, during, blocked = _times(*booking)
        requests, slots, visits = self._rows[3:] if is_past else self._rows[:3]
        requests.append((request, patient, user, line, state))
        slots.append((slot, practitioner, line, user, request, state, start, end, blocked))
        visits.append(
            (
                _id(size, "visit", number), slot, request, patient, practitioner, state, start, end, during,
                one.zone.key, _local(booking.start, one.zone),
            )
        )  # fmt: skip
        self.made += 1
        if self.made % CHUNK == 0:
            self.flush()

    def flush(self) -> None:
        """Copy what is collected."""
        self.patients = max(self.patients, 1)
        for sheet, rows in zip((self._requests, self._slots, self._visits, *self._past), self._rows, strict=True):
            if rows:
                sheet.write(rows)
                rows.clear()


def _open_times(size: Size, told: Told) -> None:
    """Work out the free times of everybody, by the function that every refresh uses, and copy them."""
    sheet = Sheet(OpenTime, _OPEN_TIME, now=size.now)
    people = list(Practitioner.objects.order_by("id").values_list("pk", flat=True))
    parts = [people[first : first + PART] for first in range(0, len(people), PART)]
    done = 0
    with transaction.atomic(), bare(OpenTime), _hands(len(parts)) as each:
        for part, text in zip(parts, each(partial(_texts, sheet, size.now), parts), strict=True):
            sheet.send(text)
            done += len(part)
            told("free times", done, size.practitioners)
        OpenTimeChange.objects.all().delete()
        OpenTimeCover.objects.all().delete()
        until = size.now + open_times.GOOD_FOR
        OpenTimeCover.objects.bulk_create(OpenTimeCover(practitioner_id=one, good_until=until) for one in people)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {OpenTime._meta.db_table}")


@contextmanager
def _hands(parts: int) -> Iterator[Callable[..., Iterable[str]]]:
    """Give a `map` over as many processes as there are cores, each with its own connection; this one where one will do."""
    hands = min(os.cpu_count() or 1, parts)
    if hands < 2:
        yield map
        return
    with multiprocessing.get_context("fork").Pool(hands, initializer=_forget_connection) as pool:
        yield pool.imap


def _forget_connection() -> None:
    # It is the parent's, and is neither used nor closed here.
    connection.connection = None


def _texts(sheet: Sheet, now: datetime, ids: list[UUID]) -> str:
    return "".join(sheet.text(_free(one, now=now)) for one in Practitioner.objects.filter(pk__in=ids).order_by("id"))


def _free(practitioner: Practitioner, *, now: datetime) -> Iterator[tuple[Any, ...]]:
    span = open_times.covered(practitioner, now=now)
    found = all_diaries(practitioner, span=span, now=now)
    for service, accepts, one in open_times.facts(practitioner, found, span=span, now=now):
        yield (service.pk, practitioner.pk, *one, "t" if accepts else "f")


def _chunks(total: int) -> Iterator[range]:
    for first in range(0, total, CHUNK):
        yield range(first, min(total, first + CHUNK))


def _id(size: Size, *words: object) -> str:
    """Return the id of one thing, which depends on the seed and on what it is."""
    return hashlib.md5(f"{size.seed} {words}".encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=131_072)
def _times(start: int, line: int) -> tuple[str, str, str, str]:
    begins = datetime.fromtimestamp(start, UTC)
    ends = begins + timedelta(minutes=LINES[line].minutes)
    clear = ends + timedelta(minutes=LINES[line].buffer_after)
    return str(begins), str(ends), f'["{begins}","{ends}")', f'["{begins}","{clear}")'


@lru_cache(maxsize=131_072)
def _local(start: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(start, zone).strftime("%Y-%m-%dT%H:%M")
