"""Booked times that nobody may keep as they are: without hours, without licence, or of somebody who has left."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from providers.domain.eligibility import Ask, Clinician, Reason, local_date, why_not
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
# A clinician in a state.
_Place = tuple[UUID, str]
_Licences = defaultdict[_Place, list[Qualification]]
NO_HOURS = Reason("outside-hours", "The clinician does not work then any more.")


class Stranded(NamedTuple):
    """One booked slot, with its clinician and service, and why it cannot stay."""

    slot: Slot
    reasons: tuple[Reason, ...]


class Ending(NamedTuple):
    """A licence that ends soon, and the booked slots after its last day that no other licence covers, in order of time."""

    qualification: Qualification
    beyond: tuple[Slot, ...]


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

    Returns  also one that a licence of another kind carries on, as long as visits of a service that takes only its own
             kind are booked beyond
    Reads    Qualification twice, Slot: three queries
    """
    today = now.date()
    rows = Qualification.objects.filter(
        status="active",
        valid_until__gte=today - timedelta(days=1),
        valid_until__lte=today + within,
        practitioner__is_active=True,
    )
    found = list(rows.select_related("practitioner__user").order_by("valid_until", "id"))
    if not found:
        return []
    people = {row.practitioner_id for row in found}
    others: _Licences = defaultdict(list)
    for other in Qualification.objects.filter(status="active", practitioner__in=people):
        others[other.practitioner_id, other.jurisdiction].append(other)
    slots = Slot.objects.booked().filter(
        practitioner__in=people, state__in={row.jurisdiction for row in found}, start_at__gt=now, service__isnull=False
    )
    taken: defaultdict[_Place, list[Slot]] = defaultdict(list)
    for slot in slots.select_related("service").order_by("start_at", "id"):
        taken[slot.practitioner_id, slot.state].append(slot)
    every = [Ending(row, tuple(_beyond(row, taken, others))) for row in found]
    return [one for one in every if one.beyond or not _is_carried_on(one.qualification, others)]


def _beyond(row: Qualification, taken: dict[_Place, list[Slot]], others: _Licences) -> Iterator[Slot]:
    """Yield what is booked after the last day of a licence that gives its service, and what no other one covers."""
    place, ends = (row.practitioner_id, row.jurisdiction), licence_of(row)
    for slot in taken.get(place, ()):
        day = local_date(slot.state, slot.start_at)
        if ends.valid_until is None or day <= ends.valid_until or slot.service is None:
            continue
        takes = offering_of(slot.service).takes
        held = (licence_of(other) for other in others[place])
        if takes(ends) and not any(takes(licence) and licence.covers(day) for licence in held):
            yield slot


def _is_carried_on(row: Qualification, others: _Licences) -> bool:
    """Tell whether another licence of the same state holds on the day after this one ends."""
    if row.valid_until is None:
        return True
    following = row.valid_until + timedelta(days=1)
    same = others[row.practitioner_id, row.jurisdiction]
    return any(other.pk != row.pk and licence_of(other).covers(following) for other in same)


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
