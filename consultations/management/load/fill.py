"""Fills an empty database: services, clinicians and their hours, patients, visits, and the table of free times."""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

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
    Fill an empty database on every core, with several connections; the same rows for the same size.

    What is half done when it fails is not taken back: the database is one to throw away.

    told  is called with what is being made, how much of it is made, and how much it will be
    """
    people = [plan.clinician(size, number) for number in range(size.practitioners)]
    _services(size)
    with bare(Practitioner, PractitionerRole, Qualification, Schedule, AvailableTime):
        _clinicians(size, people)
    told("clinicians", len(people), len(people))
    with bare(Slot, ServiceRequest, Appointment, Patient, User):
        _visits(size, told)
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


def _visits(size: Size, told: Told) -> None:
    """Copy the visits of all clinicians, and the patients of each: one for each visit to come, who had the past ones."""
    each_part = max(1, min(PART, CHUNK * size.practitioners // size.bookings))
    numbers = range(size.practitioners)
    parts = [numbers[first : first + each_part] for first in numbers[::each_part]]
    done = 0
    told("bookings", done, size.bookings)
    with _hands(len(parts)) as each:
        for made in each(partial(_copied_visits, size), parts):
            done += made
            told("bookings", done, size.bookings)


def _copied_visits(size: Size, numbers: Sequence[int]) -> int:
    """Copy the visits of some clinicians; returns how many."""
    visits = _Visits(size)
    for number in numbers:
        visits.add(plan.clinician(size, number))
    return visits.copied()


class _Visits:
    """Collects the rows of the visits of some clinicians, and of their patients, and copies them."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._now = int(size.now.timestamp())
        self._lines = [_id(size, "line", position) for position in range(len(LINES))]
        names = ("id", "user_id", "given_name", "family_name", "state", "time_zone")
        self._sheets = (
            *self._of_visits(is_past=False),
            *self._of_visits(is_past=True),
            Sheet(User, ("id", "email"), now=size.now, password="!", role=Role.PATIENT),  # noqa: S106  nobody can sign in
            Sheet(Patient, names, now=size.now, birth_date=SINCE.date().replace(year=1985),
                  sex_at_birth=SexAtBirth.FEMALE, phone="+12125550123"),
        )  # fmt: skip
        self._rows: tuple[list[Any], ...] = tuple([] for _ in self._sheets)

    def _of_visits(self, *, is_past: bool) -> tuple[Sheet, Sheet, Sheet]:
        now, submitted = self.size.now, {"authored_at": SINCE, "submitted_at": SINCE}
        status = RequestStatus.COMPLETED if is_past else RequestStatus.ACTIVE
        visit = AppointmentStatus.FULFILLED if is_past else AppointmentStatus.BOOKED
        names = (
            "id", "slot_id", "service_request_id", "patient_id", "practitioner_id", "patient_state", "start_at",
            "end_at", "during", "time_zone", "local_start",
        )  # fmt: skip
        slot = (
            "id", "practitioner_id", "service_id", "holder_id", "reference", "state", "start_at", "end_at", "blocked",
        )  # fmt: skip
        return (
            Sheet(ServiceRequest, ("id", "patient_id", "submitted_by_id", "service_id", "state"), now=now,
                  status=status, **submitted),
            Sheet(Slot, slot, now=now, status=SlotStatus.BUSY),
            Sheet(Appointment, names, now=now, status=visit, tzdata_version="load"),
        )  # fmt: skip

    def add(self, one: Clinician) -> None:
        """Collect all visits of a clinician; the ones to come are told first, each with a patient of its own."""
        patients = 0
        for number, booking in enumerate(plan.bookings(self.size, one)):
            if booking.start < self._now:
                who = number % max(1, patients)
            else:
                # A patient has at most one case open for a line.
                who, patients = patients, patients + 1
            self._add_visit(one, number, booking, who)
        if self.size.quota(one.number):
            self._add_patients(one, max(1, patients))

    def _add_visit(self, one: Clinician, number: int, booking: Booking, who: int) -> None:
        size, state = self.size, one.states[number % len(one.states)]
        patient, user = _id(size, "patient", one.number, who), _id(size, "patient-user", one.number, who)
        request, slot = _id(size, "request", one.number, number), _id(size, "slot", one.number, number)
        practitioner, line = _id(size, "clinician", one.number), self._lines[booking.line]
        start, end, during, blocked = _times(*booking)
        first = 3 if booking.start < self._now else 0
        requests, slots, visits = self._rows[first : first + 3]
        requests.append((request, patient, user, line, state))
        slots.append((slot, practitioner, line, user, request, state, start, end, blocked))
        visits.append(
            (
                _id(size, "visit", one.number, number), slot, request, patient, practitioner, state, start, end, during,
                one.zone.key, _local(booking.start, one.zone),
            )
        )  # fmt: skip

    def _add_patients(self, one: Clinician, total: int) -> None:
        *_, users, patients = self._rows
        for who in range(total):
            user, state = _id(self.size, "patient-user", one.number, who), CODES[(one.number + who) % len(CODES)]
            users.append((user, f"patient-{one.number}-{who}@load.example"))
            name = GIVEN[who % 8], f"{FAMILY[who % 4]} {one.number}-{who}"
            patients.append((_id(self.size, "patient", one.number, who), user, *name, state, STATES[state].zone))

    def copied(self) -> int:
        """Copy what is collected; returns how many visits that was."""
        for sheet, rows in zip(self._sheets, self._rows, strict=True):
            if rows:
                sheet.write(rows)
        return len(self._rows[0]) + len(self._rows[3])


def _open_times(size: Size, told: Told) -> None:
    """Work out the free times of everybody, by the function that every refresh uses, and copy them."""
    people = list(Practitioner.objects.order_by("id").values_list("pk", flat=True))
    parts = [people[first : first + PART] for first in range(0, len(people), PART)]
    done = 0
    with bare(OpenTime):
        with _hands(len(parts)) as each:
            for made in each(partial(_copied_times, size.now), parts):
                done += made
                told("free times", done, size.practitioners)
        OpenTimeChange.objects.all().delete()
        OpenTimeCover.objects.all().delete()
        until = size.now + open_times.GOOD_FOR
        OpenTimeCover.objects.bulk_create(OpenTimeCover(practitioner_id=one, good_until=until) for one in people)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {OpenTime._meta.db_table}")


@contextmanager
def _hands(parts: int) -> Iterator[Callable[..., Iterable[int]]]:
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


def _copied_times(now: datetime, ids: list[UUID]) -> int:
    """Copy the free times of some clinicians; returns of how many."""
    sheet = Sheet(OpenTime, _OPEN_TIME, now=now)
    # Read to the end before the copy begins: both are on one connection.
    sheet.write([row for one in Practitioner.objects.filter(pk__in=ids).order_by("id") for row in _free(one, now=now)])
    return len(ids)


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
