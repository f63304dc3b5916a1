"""How the plans of messages stand: which are in force and whose, what is planned already, and whom they would tell when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from config.core.models import StatusChange, User
from consultations.domain import message_plan, policy
from consultations.domain.codes import (
    AppointmentStatus,
    CommunicationKind,
    CountedFrom,
    RequestStatus,
    TimedKind,
)
from consultations.domain.hours import QuietHours, send_at
from consultations.domain.wishes import Wishes
from consultations.models import Appointment, Communication, MessagePlan, ServiceRequest
from consultations.models.communication_preference import QUIET_FROM, QUIET_UNTIL, wishes_of
from providers.models import HealthcareService

_SHOWN = 5
_READ = ("patient__user__practitioner", "patient__user__communication_preference")


@dataclass(frozen=True, slots=True)
class Plan:
    """When one kind of message is sent for one service line; `version` is the last one, 0 when there is none."""

    service: HealthcareService
    kind: TimedKind
    minutes: list[int]
    is_own: bool
    version: int

    @classmethod
    def of(cls, service: HealthcareService, kind: TimedKind, row: MessagePlan | None) -> Self:
        """Return the plan that the newest version, if there is one, leaves in force."""
        own = row.minutes if row is not None and not row.is_usual else None
        minutes = message_plan.usual(kind) if own is None else own
        return cls(service, kind, minutes, own is not None, row.version if row else 0)

    @property
    def when(self) -> str:
        """Say it."""
        return message_plan.in_words(self.kind, self.minutes)

    @property
    def usual(self) -> list[int]:
        """Return the minutes of the product."""
        return message_plan.usual(self.kind)

    @property
    def usual_when(self) -> str:
        """Say what is usual."""
        return message_plan.in_words(self.kind, self.usual)

    @property
    def counted_from(self) -> CountedFrom:
        """Return from what the minutes count."""
        return message_plan.counted_from(self.kind)


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a plan; `at` is None when it could not be sent: it `is_late`, or quiet hours last until the visit."""

    wanted_at: datetime
    at: datetime | None
    is_late: bool = False

    @property
    def is_moved(self) -> bool:
        """Tell whether quiet hours move it."""
        return self.at is not None and self.at != self.wanted_at


@dataclass(frozen=True, slots=True)
class Preview:
    """
    When one person would be told, in their zone.

    since       the start of the visit, the beginning of the questions, or when a visit was recorded as missed
    is_made_up  there is no such case; one with the clinic's zone and the quiet hours of who never chose any
    is_refused  they want no such messages
    """

    since: datetime
    zone: ZoneInfo
    told: tuple[Told, ...]
    is_made_up: bool = False
    is_refused: bool = False


def in_force(services: Collection[HealthcareService]) -> list[Plan]:
    """Return the plan of every kind of each service line, in the order of these: one query."""
    rows = {(row.service_id, row.kind): row for row in MessagePlan.objects.newest().filter(service__in=services)}
    return [Plan.of(service, kind, rows.get((service.pk, kind))) for service in services for kind in TimedKind]


def one(service: HealthcareService, kind: TimedKind) -> Plan:
    """Return the plan of one kind of one service line."""
    return Plan.of(service, kind, versions(service.pk, kind).order_by("-version").first())


def versions(service_id: UUID, kind: str) -> QuerySet[MessagePlan]:
    """Return every version of one plan."""
    return MessagePlan.objects.filter(service_id=service_id, kind=kind).select_related("set_by")


def planned(service_id: UUID, kind: str) -> int:
    """Return how many messages are planned already; a change leaves them their time."""
    return Communication.objects.planned().filter(kind=kind, service_request__service=service_id).count()


def previews(plan: Plan, minutes: Sequence[int], *, now: datetime) -> list[Preview]:
    """
    Return when the next few visits, or the last few drafts or missed visits, of the line would be told by a plan.

    minutes  the times to look at, those of the plan or others
    """
    found = {
        CountedFrom.BEFORE_VISIT: _next_visits,
        CountedFrom.AFTER_BEGINNING: _last_drafts,
        CountedFrom.AFTER_MISSED: _last_missed,
    }[plan.counted_from](plan.service.pk, now)
    kind = CommunicationKind(plan.kind)
    return [_preview(kind, minutes, since, wishes_of(user), now=now) for since, user in found] or [
        _made_up(kind, minutes, now=now)
    ]


def _next_visits(service_id: UUID, now: datetime) -> list[tuple[datetime, User]]:
    visits = Appointment.objects.live().filter(service_request__service=service_id, start_at__gt=now)
    rows = visits.select_related(*_READ).order_by("start_at", "id")[:_SHOWN]
    return [(visit.start_at, visit.patient.user) for visit in rows]


def _last_drafts(service_id: UUID, now: datetime) -> list[tuple[datetime, User]]:
    drafts = ServiceRequest.objects.filter(service=service_id, status=RequestStatus.DRAFT)
    rows = drafts.select_related(*_READ).order_by("-authored_at", "-id")[:_SHOWN]
    return [(case.authored_at, case.patient.user) for case in rows]


def _last_missed(service_id: UUID, now: datetime) -> list[tuple[datetime, User]]:
    missed = Appointment.objects.filter(service_request__service=service_id, status=AppointmentStatus.NOSHOW)
    rows = missed.select_related(*_READ).order_by("-start_at", "-id")[:_SHOWN]
    people = {visit.pk: visit.patient.user for visit in rows}
    changes = StatusChange.objects.filter(
        entity_type=Appointment._meta.label_lower, entity_id__in=people, new=AppointmentStatus.NOSHOW
    ).order_by("-changed_at", "-id")
    return [(change.changed_at, people[change.entity_id]) for change in changes]


def _made_up(kind: CommunicationKind, minutes: Sequence[int], *, now: datetime) -> Preview:
    """Return what somebody who does not exist would get; a visit is far enough ahead for every message."""
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    is_ahead = message_plan.counted_from(kind) == CountedFrom.BEFORE_VISIT
    day = now.astimezone(zone).date() + timedelta(days=2, minutes=max(minutes, default=0) if is_ahead else 0)
    # In UTC: a day before by the wall is not 24 hours before where the clocks change between.
    since = datetime.combine(day, time(10), tzinfo=zone).astimezone(UTC)
    return _preview(kind, minutes, since, Wishes(QuietHours(QUIET_FROM, QUIET_UNTIL, zone)), now=now, is_made_up=True)


def _preview(
    kind: CommunicationKind,
    minutes: Sequence[int],
    since: datetime,
    wishes: Wishes,
    *,
    now: datetime,
    is_made_up: bool = False,
) -> Preview:
    refused = bool(wishes.refusal(kind, wishes.channel(kind)))
    told = _told(kind, minutes, since, wishes, now=now)
    return Preview(since, wishes.zone, told, is_made_up=is_made_up, is_refused=refused)


def _told(
    kind: CommunicationKind, minutes: Sequence[int], since: datetime, wishes: Wishes, *, now: datetime
) -> tuple[Told, ...]:
    """Return the messages in the order of their times."""
    lengths = [timedelta(minutes=one) for one in sorted(minutes)]
    quiet = wishes.quiet_for(kind)
    if message_plan.counted_from(kind) != CountedFrom.BEFORE_VISIT:
        wanted = [since + length for length in lengths]
        return tuple(Told(at, send_at(due_at=at, expires_at=None, quiet=quiet)) for at in wanted)
    on_time = {at for _, _, at in policy.reminders(since, now=now, timing={kind: tuple(lengths)})}
    return tuple(
        Told(at, _before(since, at, quiet, now=now)) if at in on_time else Told(at, None, is_late=True)
        for at in (since - length for length in reversed(lengths))
    )


def _before(start_at: datetime, due_at: datetime, quiet: QuietHours | None, *, now: datetime) -> datetime | None:
    """Return when a reminder goes; one whose hour has passed goes at once, unless it is quiet now."""
    found = send_at(due_at=due_at, expires_at=start_at, quiet=quiet)
    if found is None or found >= now:
        return found
    return None if quiet is not None and quiet.cover(now) else now
