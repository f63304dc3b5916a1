"""The calendar of who is on call for a service, with its gaps."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from consultations.domain.codes import RungKind
from consultations.domain.escalation import DEFAULT_CHAIN, Gap, Rung, gaps
from consultations.models import ChainStep, OnCall
from providers.models import HealthcareService, Practitioner

AHEAD = timedelta(days=14)
# How far ahead gaps are warned of, and how long after its last entry a calendar is still taken for one in use.
SOON = timedelta(days=7)
IN_USE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One stretch of the calendar; without `period` nobody is on call."""

    start_at: datetime
    end_at: datetime
    period: OnCall | None = None
    is_now: bool = False
    is_able: bool = True


@dataclass(frozen=True, slots=True)
class Roster:
    """One service: its calendar in order, gaps included, its chain, and whether the clinic has set it."""

    service: HealthcareService
    entries: tuple[Entry, ...]
    chain: tuple[Rung, ...]
    is_own_chain: bool

    @property
    def gaps(self) -> list[Entry]:
        """Return when nobody, or nobody who is still here, is on call."""
        return [entry for entry in self.entries if entry.period is None or not entry.is_able]

    @property
    def present(self) -> Entry | None:
        """Return who is on call now; None in a gap."""
        return next((entry for entry in self.entries if entry.is_now and entry.period and entry.is_able), None)

    @property
    def needs_calendar(self) -> bool:
        """Tell whether the chain asks for somebody on call at all."""
        return any(rung.kind == RungKind.ON_CALL for rung in self.chain)


def roster(service: HealthcareService, *, now: datetime) -> Roster:
    """
    Return the next two weeks of a service.

    Reads  three queries
    """
    until = now + AHEAD
    rows = OnCall.objects.in_force().filter(service=service, during__endswith__gt=now, during__startswith__lt=until)
    periods = list(rows.select_related("practitioner__user").order_by("during", "id"))
    able = set(rows.able().values_list("pk", flat=True))
    holes = gaps([(row.start_at, row.end_at) for row in periods], start_at=now, end_at=until)
    entries = [
        Entry(row.start_at, row.end_at, row, is_now=row.start_at <= now, is_able=row.pk in able) for row in periods
    ]
    entries += [Entry(gap.start_at, gap.end_at, is_now=gap.start_at <= now) for gap in holes]
    in_order = tuple(sorted(entries, key=lambda one: one.start_at))
    own = ChainStep.objects.of(service.pk)
    return Roster(service, in_order, tuple(own or DEFAULT_CHAIN), bool(own))


def last_step(service: HealthcareService) -> Rung:
    """Return the last step of a service's chain, which is the clinic's phone: one query."""
    return (ChainStep.objects.of(service.pk) or DEFAULT_CHAIN)[-1]


@dataclass(frozen=True, slots=True)
class ServiceGap:
    """The first time in the next days in which nobody is on call for a service that asks for somebody."""

    service: HealthcareService
    gap: Gap

    def is_now(self, now: datetime) -> bool:
        """Tell whether it has begun."""
        return self.gap.start_at <= now


def coming_gaps(now: datetime, *, service_id: UUID | None = None) -> list[ServiceGap]:
    """
    Return the first gap of each service that has one in the next seven days, by name of the service.

    A service whose chain asks nobody on call has none; nor has one whose calendar nobody has used for a month: that its
    chain begins with nobody stands on its page.

    Reads  three queries for any number of services
    """
    services = HealthcareService.objects.active().order_by("name", "id")
    if service_id is not None:
        services = services.filter(pk=service_id)
    chains: defaultdict[UUID, set[str]] = defaultdict(set)
    for pk, kind in ChainStep.objects.values_list("service", "kind"):
        chains[pk].add(kind)
    calendars: defaultdict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in OnCall.objects.in_force().able().filter(during__endswith__gt=now - IN_USE):
        calendars[row.service_id].append((row.start_at, row.end_at))
    usual = {rung.kind for rung in DEFAULT_CHAIN}
    found = []
    for service in services:
        if RungKind.ON_CALL in chains.get(service.pk, usual) and service.pk in calendars:
            found += [
                ServiceGap(service, gap) for gap in gaps(calendars[service.pk], start_at=now, end_at=now + SOON)[:1]
            ]
    return found


def offering(service_id: UUID) -> list[Practitioner]:
    """Return the clinicians who may be put on call for a service, by name."""
    rows = Practitioner.objects.active().filter(roles__service=service_id, roles__is_active=True)
    return list(rows.order_by("family_name", "given_name", "id").distinct())
