"""
Publishing weekly hours.

Refusal
├── BadHours          (Invalid)   the windows cannot be hours
├── NoSuchSchedule    (NotFound)
└── BookingsAffected  (Conflict)  see providers.queries.affected
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from config.core import audit
from config.core.errors import FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from providers.domain.codes import Modality
from providers.domain.hours import Weekly
from providers.models import AvailableTime, Practitioner, Schedule
from providers.queries import affected
from providers.queries.affected import Window

_WEEK = 7 * 1440


class BadHours(Invalid):
    """Correct the named windows."""

    code = "bad-hours"
    title = "These hours cannot be published"


class NoSuchSchedule(NotFound):
    """Check which clinician the hours belong to."""

    code = "no-such-schedule"


@dataclass(frozen=True, slots=True)
class Time:
    """One weekly window: ISO weekday, minutes after local midnight; the end is up to 2880 and after the start."""

    weekday: int
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class Draft:
    """
    Hours as they shall be.

    zone         IANA zone whose clocks the windows are read on
    valid_from   first calendar day in that zone, `valid_until` the last one; None means open
    service_id   None: for every service of the clinician
    modality     a kind of visit, whatever the service; empty for every kind, and where a service is named
    """

    zone: ZoneInfo
    valid_from: date
    valid_until: date | None
    times: Sequence[Time]
    name: str = "Weekly hours"
    service_id: UUID | None = None
    modality: str = ""


@flow
def publish(
    *,
    practitioner_id: UUID,
    draft: Draft,
    by: User,
    now: datetime,
    schedule_id: UUID | None = None,
    accept: Collection[UUID] = (),
) -> Schedule:
    """
    Publish weekly hours, in place of an earlier schedule when one is named.

    accept   booked slots that may stay although their hours go; whoever asks has seen each of them
    Returns  the schedule with its windows
    Writes   Schedule, AvailableTime, AuditEvent; holds that lose their hours become free
    Raises   BadHours, NoSuchSchedule; BookingsAffected with `affected`, a list of {slot, start, end, time_zone}
    Source   FHIR R4 Schedule, PractitionerRole.availableTime
    """
    practitioner = _locked(practitioner_id, by)
    schedule = _named(schedule_id, practitioner)
    if errors := list(_errors(draft)):
        raise BadHours("Please correct the hours.", errors=errors)
    before = affected.hours_of(practitioner)
    schedule = schedule or Schedule(practitioner=practitioner)
    after = before.without_schedule(schedule.pk).with_windows(_windows(schedule, draft))
    stranded = affected.by_hours(practitioner, before=before, after=after, now=now)
    held = affected.settle(stranded, accepted=accept, now=now, after=after)

    _write(schedule, draft)
    practitioner.slots.give_back(held, by=by, now=now, reason="hours-changed")

    event = "providers.schedule.changed" if schedule_id else "providers.schedule.published"
    action = AuditAction.UPDATE if schedule_id else AuditAction.CREATE
    audit.record(event=event, entity=schedule, by=by, now=now, action=action, detail=_accepted(accept))
    return schedule


@flow
def retire(*, schedule_id: UUID, by: User, now: datetime, accept: Collection[UUID] = ()) -> bool:
    """
    Take a schedule out of use; the row stays.

    accept   booked slots that may stay although their hours go
    Returns  False when it was out of use before
    Writes   Schedule, AuditEvent; holds that lose their hours become free
    Raises   NoSuchSchedule; BookingsAffected with `affected`
    """
    schedule = Schedule.objects.visible_to(by).filter(pk=schedule_id).first()
    if schedule is None:
        raise NoSuchSchedule("There are no such hours.")
    practitioner = _locked(schedule.practitioner_id, by)
    schedule.refresh_from_db()
    if not schedule.is_active:
        return False
    before = affected.hours_of(practitioner)
    after = before.without_schedule(schedule.pk)
    stranded = affected.by_hours(practitioner, before=before, after=after, now=now)
    held = affected.settle(stranded, accepted=accept, now=now, after=after)

    schedule.is_active = False
    schedule.save(update_fields=["is_active", "updated_at"])
    practitioner.slots.give_back(held, by=by, now=now, reason="hours-changed")

    audit.record(event="providers.schedule.retired", entity=schedule, by=by, now=now, detail=_accepted(accept))
    return True


def _locked(practitioner_id: UUID, by: User) -> Practitioner:
    """Return the clinician's row, locked: whoever confirms a hold meanwhile waits for the new hours."""
    rows = Practitioner.objects.visible_to(by).select_for_update(no_key=True)
    if (practitioner := rows.filter(pk=practitioner_id).first()) is None:
        raise NoSuchSchedule("There is no such clinician.")
    return practitioner


def _named(schedule_id: UUID | None, practitioner: Practitioner) -> Schedule | None:
    if schedule_id is None:
        return None
    schedule = Schedule.objects.filter(pk=schedule_id, practitioner=practitioner, is_active=True).first()
    if schedule is None:
        raise NoSuchSchedule("There are no such hours.")
    return schedule


def _write(schedule: Schedule, draft: Draft) -> None:
    schedule.name, schedule.service_id, schedule.modality = draft.name, draft.service_id, draft.modality
    schedule.time_zone, schedule.valid_from, schedule.valid_until = draft.zone, draft.valid_from, draft.valid_until
    if schedule._state.adding:
        schedule.save()
    else:
        fields = ["name", "service", "modality", "time_zone", "valid_from", "valid_until", "updated_at"]
        schedule.save(update_fields=fields)
    schedule.available_times.all().delete()
    AvailableTime.objects.bulk_create(
        AvailableTime(
            schedule=schedule, weekday=time.weekday, start_minute=time.start_minute, end_minute=time.end_minute
        )
        for time in draft.times
    )


def _windows(schedule: Schedule, draft: Draft) -> Iterator[Window]:
    wanted = Schedule(pk=schedule.pk, service_id=draft.service_id, modality=draft.modality)
    services = affected.services_of([wanted])[schedule.pk]
    for time in draft.times:
        weekly = Weekly(
            zone=draft.zone,
            weekday=time.weekday,
            start_minute=time.start_minute,
            end_minute=time.end_minute,
            valid_from=draft.valid_from,
            valid_until=draft.valid_until,
        )
        yield Window(schedule.pk, services, weekly)


def _errors(draft: Draft) -> Iterator[FieldError]:
    if draft.valid_until is not None and draft.valid_until < draft.valid_from:
        yield FieldError("valid_until", "before-start", "The last day is before the first.")
    if draft.modality not in {"", *Modality.values}:
        yield FieldError("modality", "unknown-modality", "There is no such kind of visit.")
    elif draft.modality and draft.service_id is not None:
        words = "Hours are for one service or for one kind of visit, not for both: a service has its kind."
        yield FieldError("modality", "service-or-modality", words)
    if not draft.times:
        yield FieldError("available_times", "required", "Give at least one window of the week.")
    for position, time in enumerate(draft.times):
        if not _is_whole(time):
            words = "A window starts before midnight and ends after it starts, at most 48 hours after its date begins."
            yield FieldError(f"available_times[{position}]", "bad-window", words)
    if _overlap(draft.times):
        yield FieldError("available_times", "overlap", "Two windows of the week overlap.")


def _is_whole(time: Time) -> bool:
    return 1 <= time.weekday <= 7 and 0 <= time.start_minute < 1440 and time.start_minute < time.end_minute <= 2880


def _overlap(times: Iterable[Time]) -> bool:
    """Tell whether two windows share a minute of the week; the week is a ring."""
    minutes = sorted(
        ((time.weekday - 1) * 1440 + time.start_minute, time.end_minute - time.start_minute) for time in times
    )
    ring = [*minutes, *((start + _WEEK, length) for start, length in minutes[:1])]
    return any(start + length > following for (start, length), (following, _) in pairwise(ring))


def _accepted(accept: Collection[UUID]) -> dict[str, list[str]]:
    return {"accepted": sorted(map(str, accept))} if accept else {}
