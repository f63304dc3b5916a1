"""Booked times that nobody may keep as they are: without hours, without licence, or of somebody who has left."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from providers.domain.eligibility import Ask, Clinician, Reason, why_not
from providers.domain.hours import Change, Closure
from providers.domain.intervals import Interval
from providers.models import (
    AvailableTime,
    ClinicClosure,
    Practitioner,
    PractitionerRole,
    Qualification,
    ScheduleException,
    Slot,
)
from providers.queries.affected import Hours, Window, services_of
from providers.queries.diaries import change_of, licence_of, offering_of, weekly_window

AHEAD = timedelta(days=120)
NO_HOURS = Reason("outside-hours", "The clinician does not work then any more.")


class Stranded(NamedTuple):
    """One booked slot, with its clinician and service, and why it cannot stay."""

    slot: Slot
    reasons: tuple[Reason, ...]


class Ending(NamedTuple):
    """A licence that ends soon, and the visits that are booked beyond its end."""

    qualification: Qualification
    beyond: int


def stranded(now: datetime) -> list[Stranded]:
    """
    Return the booked times of the coming months that cannot stay as they are, the earliest first.

    Reads  Slot, PractitionerRole, Qualification, AvailableTime, ScheduleException, ClinicClosure: six queries for any
           number of clinicians
    """
    rows = Slot.objects.booked().filter(start_at__gt=now, start_at__lt=now + AHEAD, service__isnull=False)
    slots = list(rows.select_related("practitioner", "service").order_by("start_at", "id"))
    people = {slot.practitioner for slot in slots}
    hours, clinicians = _hours(people), _clinicians(people)
    return [Stranded(slot, found) for slot in slots if (found := tuple(_reasons(slot, hours, clinicians)))]


def ending(now: datetime, *, within: timedelta) -> list[Ending]:
    """
    Return the licences that end within a span and that no later licence of the state carries on, the earliest first.

    Reads  Qualification twice, Slot: three queries
    """
    today = now.date()
    rows = Qualification.objects.filter(
        status="active",
        valid_until__gte=today - timedelta(days=1),
        valid_until__lte=today + within,
        practitioner__is_active=True,
    )
    found = list(rows.select_related("practitioner__user").order_by("valid_until", "id"))
    others = Qualification.objects.filter(status="active", practitioner__in={row.practitioner_id for row in found})
    by_place: defaultdict[tuple[UUID, str], list[Qualification]] = defaultdict(list)
    for row in others:
        by_place[row.practitioner_id, row.jurisdiction].append(row)
    left = [row for row in found if not _is_carried_on(row, by_place[row.practitioner_id, row.jurisdiction])]
    slots = Slot.objects.booked().filter(practitioner__in={row.practitioner_id for row in left}, start_at__gt=now)
    taken = list(slots.values_list("practitioner", "state", "start_at"))
    return [Ending(row, sum(_is_beyond(row, *one) for one in taken)) for row in left]


def _is_beyond(row: Qualification, practitioner: UUID, state: str, start_at: datetime) -> bool:
    until = row.valid_until
    same = practitioner == row.practitioner_id and state == row.jurisdiction
    return same and until is not None and start_at.date() > until


def _is_carried_on(row: Qualification, others: list[Qualification]) -> bool:
    """Tell whether another licence of the same state holds on the day after this one ends."""
    if row.valid_until is None:
        return True
    following = row.valid_until + timedelta(days=1)
    return any(other.pk != row.pk and licence_of(other).covers(following) for other in others)


def _reasons(slot: Slot, hours: dict[UUID, Hours], clinicians: dict[tuple[UUID, UUID], Clinician]) -> Iterator[Reason]:
    if slot.service is None:
        return
    nothing = Clinician(slot.practitioner.is_active, offers=False, accepts_new_patients=True, languages=(), licences=())
    yield from why_not(
        clinician=clinicians.get((slot.practitioner_id, slot.service.pk), nothing),
        offering=offering_of(slot.service),
        ask=Ask(state=slot.state, start_at=slot.start_at, is_known=True),
    )
    if not hours[slot.practitioner_id].holds(slot.service.pk, Interval(slot.start_at, slot.end_at)):
        yield NO_HOURS


def _hours(people: set[Practitioner]) -> dict[UUID, Hours]:
    """Return all hours of some clinicians and the clinic's closures: three queries."""
    windows: defaultdict[UUID, list[Window]] = defaultdict(list)
    times = AvailableTime.objects.filter(schedule__practitioner__in=people, schedule__is_active=True)
    rows = list(times.select_related("schedule"))
    services = services_of(row.schedule for row in rows)
    for row in rows:
        windows[row.schedule.practitioner_id].append(
            Window(row.schedule_id, services[row.schedule_id], weekly_window(row))
        )
    changes: defaultdict[UUID, dict[UUID, Change]] = defaultdict(dict)
    for exception in ScheduleException.objects.filter(practitioner__in=people, is_active=True):
        changes[exception.practitioner_id][exception.pk] = change_of(exception)
    for closure in ClinicClosure.objects.filter(is_active=True):
        for one in people:
            zone = ZoneInfo(str(one.time_zone))
            changes[one.pk][closure.pk] = Closure(closure.start_date, closure.end_date).of(zone)
    return {one.pk: Hours(windows[one.pk], changes[one.pk]) for one in people}


def _clinicians(people: set[Practitioner]) -> dict[tuple[UUID, UUID], Clinician]:
    """Return what decides whether some clinicians may see somebody, for each service that they offer: two queries."""
    licences: defaultdict[UUID, list[Qualification]] = defaultdict(list)
    for row in Qualification.objects.filter(practitioner__in=people):
        licences[row.practitioner_id].append(row)
    roles = PractitionerRole.objects.filter(practitioner__in=people, is_active=True).select_related("practitioner")
    return {
        (role.practitioner_id, role.service_id): Clinician(
            is_active=role.practitioner.is_active,
            offers=True,
            accepts_new_patients=True,
            languages=role.practitioner.languages,
            licences=[licence_of(row) for row in licences[role.practitioner_id]],
        )
        for role in roles
    }
