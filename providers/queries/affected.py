"""Which booked visits a change of hours or licences would leave without either."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from config.core.errors import Conflict
from providers.domain import hours
from providers.domain.codes import SlotStatus
from providers.domain.eligibility import Licence, local_date
from providers.domain.hours import Change, Closure, Weekly
from providers.domain.intervals import Interval, subtract
from providers.domain.states import STATES
from providers.models import (
    AvailableTime,
    ClinicClosure,
    HealthcareService,
    Practitioner,
    Schedule,
    ScheduleException,
    Slot,
)
from providers.queries import proposals
from providers.queries.diaries import change_of, weekly_window
from providers.queries.proposals import Proposal, Taken

_LONGEST_VISIT = timedelta(days=1)


class BookingsAffected(Conflict):
    """Move or cancel the listed visits first, or say that you have seen each of them."""

    code = "bookings-affected"
    title = "Booked visits would be left without hours"


class Affected(NamedTuple):
    """A live slot that a change would strand; instants in UTC, the zone is the clinician's."""

    slot: UUID
    status: str
    start_at: datetime
    end_at: datetime
    time_zone: str
    visit: Taken


class Window(NamedTuple):
    """One weekly window, the row of its schedule, and the services that it is for; None for every service."""

    schedule: UUID
    services: frozenset[UUID] | None
    weekly: Weekly

    def serves(self, service: UUID | None) -> bool:
        """Tell whether the window is for visits of a service; None asks for what is for every service."""
        return self.services is None or service in self.services


@dataclass(frozen=True, slots=True)
class Hours:
    """All weekly windows and all dated exceptions, by the id of their row, of one clinician."""

    windows: Sequence[Window]
    changes: Mapping[UUID, Change]

    def without_schedule(self, schedule: UUID | None) -> "Hours":
        """Return the hours as they are without one schedule."""
        return replace(self, windows=[window for window in self.windows if window.schedule != schedule])

    def with_windows(self, windows: Iterable[Window]) -> "Hours":
        """Return the hours with further weekly windows."""
        return replace(self, windows=[*self.windows, *windows])

    def with_change(self, row: UUID, change: Change) -> "Hours":
        """Return the hours with one more dated exception."""
        return replace(self, changes={**self.changes, row: change})

    def without_change(self, row: UUID) -> "Hours":
        """Return the hours as they are without one dated exception."""
        return replace(self, changes={pk: change for pk, change in self.changes.items() if pk != row})

    def free(self, span: Interval, *, service: UUID | None) -> tuple[Interval, ...]:
        """Return the working time for a service that reaches into `span`."""
        weekly = [window.weekly for window in self.windows if window.serves(service)]
        changes = list(self.changes.values())
        return subtract(
            hours.opened(weekly=weekly, changes=changes, span=span), hours.closed(changes=changes, span=span)
        )

    def holds(self, service: UUID | None, visit: Interval) -> bool:
        """Tell whether a visit lies within the working time for a service."""
        return any(free.contains(visit) for free in self.free(visit, service=service))


def services_of(schedules: Iterable[Schedule]) -> dict[UUID, frozenset[UUID] | None]:
    """
    Return which services each schedule is for, None for every one.

    Reads  HealthcareService: one query when some schedule is for a kind of visit, else none
    """
    found = {one.pk: one for one in schedules}.values()
    by_kind: defaultdict[str, set[UUID]] = defaultdict(set)
    if any(one.modality for one in found):
        for service, modality in HealthcareService.objects.values_list("pk", "modality"):
            by_kind[modality].add(service)
    return {
        one.pk: frozenset(by_kind[one.modality])
        if one.modality
        else (frozenset({one.service_id}) if one.service_id else None)
        for one in found
    }


def hours_of(practitioner: Practitioner) -> Hours:
    """Return all hours of a clinician, of every service, and the clinic's closures: three queries."""
    times = AvailableTime.objects.filter(schedule__practitioner=practitioner, schedule__is_active=True)
    exceptions = ScheduleException.objects.filter(practitioner=practitioner, is_active=True)
    closures = ClinicClosure.objects.filter(is_active=True).order_by("id")
    zone = ZoneInfo(str(practitioner.time_zone))
    rows = list(times.select_related("schedule").order_by("id"))
    services = services_of(row.schedule for row in rows)
    closed = {row.pk: Closure(row.start_date, row.end_date).of(zone) for row in closures}
    return Hours(
        windows=[Window(row.schedule_id, services[row.schedule_id], weekly_window(row)) for row in rows],
        changes={**closed, **{row.pk: change_of(row) for row in exceptions.order_by("id")}},
    )


class Proposed(NamedTuple):
    """An affected visit, and where it could go."""

    one: Affected
    ways: list[Proposal]


def proposed(found: Sequence[Affected], *, now: datetime, after: Hours | None = None) -> list[Proposed]:
    """
    Return the affected visits, each with times that are free now.

    after  the clinician's hours after the change; without them only other clinicians are proposed
    """
    ways = proposals.of_all([one.visit for one in found], now=now, keeps=after.holds if after else None)
    return [Proposed(one, way) for one, way in zip(found, ways, strict=True)]


def settle(
    affected: Iterable[Affected], *, accepted: Collection[UUID], now: datetime, after: Hours | None = None
) -> list[UUID]:
    """
    Return the held slots among `affected`, which the change gives back.

    accepted  booked slots that stay as they are although their hours go; the person who changes them has seen each
    after     the clinician's hours after the change, so that their own other times are proposed too
    Raises    BookingsAffected naming every booked slot not in `accepted`, and in `proposals` by slot where it could go
    """
    found = list(affected)
    booked = [one for one in found if one.status == SlotStatus.BUSY and one.slot not in accepted]
    if booked:
        words = f"{len(booked)} booked visit{'s' if len(booked) > 1 else ''} would be left without hours or license."
        ways = {str(one.slot): [way.listed() for way in ways] for one, ways in proposed(booked, now=now, after=after)}
        raise BookingsAffected(words, extra={"affected": [listed(one) for one in booked], "proposals": ways})
    return [one.slot for one in found if one.status == SlotStatus.BUSY_TENTATIVE]


def listed(one: Affected) -> dict[str, str]:
    """Return an affected slot as plain JSON."""
    start, end = (at.isoformat().replace("+00:00", "Z") for at in (one.start_at, one.end_at))
    return {"slot": str(one.slot), "start": start, "end": end, "time_zone": one.time_zone}


def by_hours(practitioner: Practitioner, *, before: Hours, after: Hours, now: datetime) -> list[Affected]:
    """
    Return the live slots from `now` on that lie within the hours before the change and not within those after it.

    Reads  Slot: one query
    """
    return [
        _affected(slot, practitioner)
        for slot in _upcoming(practitioner, now)
        if _fits(slot, before) and not _fits(slot, after)
    ]


def by_licences(
    practitioner: Practitioner, *, before: Iterable[Licence], after: Iterable[Licence], now: datetime
) -> list[Affected]:
    """
    Return the live slots from `now` on that a licence covers before the change and none covers after it.

    Reads  Slot: one query
    """
    earlier, later = list(before), list(after)
    return [
        _affected(slot, practitioner)
        for slot in _upcoming(practitioner, now)
        if _is_covered(slot, earlier) and not _is_covered(slot, later)
    ]


def upcoming(practitioner: Practitioner, *, now: datetime) -> list[Affected]:
    """Return every live slot of a visit from `now` on; what somebody who leaves would strand: one query."""
    return [_affected(slot, practitioner) for slot in _upcoming(practitioner, now)]


def _upcoming(practitioner: Practitioner, now: datetime) -> list[Slot]:
    rows = Slot.objects.taken(now).filter(
        practitioner=practitioner, end_at__gt=now, start_at__gt=now - _LONGEST_VISIT, service__isnull=False
    )
    return list(rows.order_by("start_at", "id"))


def _fits(slot: Slot, when: Hours) -> bool:
    return when.holds(slot.service_id, Interval(slot.start_at, slot.end_at))


def _is_covered(slot: Slot, licences: Iterable[Licence]) -> bool:
    if slot.state not in STATES:
        return False
    day = local_date(slot.state, slot.start_at)
    return any(licence.jurisdiction == slot.state and licence.covers(day) for licence in licences)


def _affected(slot: Slot, practitioner: Practitioner) -> Affected:
    zone = ZoneInfo(str(practitioner.time_zone))
    visit = Taken(practitioner.pk, slot.service_id, slot.state, slot.start_at)
    return Affected(slot.pk, slot.status, slot.start_at, slot.end_at, zone.key, visit)
