"""What decides whether a clinician is free, loaded for many clinicians in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from providers.domain import hours, slots
from providers.domain.codes import ExceptionKind, SlotStatus
from providers.domain.eligibility import Ask, Clinician, Licence, Offering, Reason, local_date, why_not
from providers.domain.hours import Change, Closure, Weekly
from providers.domain.intervals import Interval
from providers.domain.terms import FIELDS, Terms, merged
from providers.models import (
    AvailableTime,
    ClinicClosure,
    HealthcareService,
    Practitioner,
    PractitionerRole,
    Qualification,
    ScheduleException,
    Slot,
)
from providers.models.schedule import AvailableTimeQuerySet

# Local dates and overnight windows reach over the edges of a span of instants.
_MARGIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which service where; `known_to` are the clinicians who have seen this patient."""

    service: HealthcareService
    state: str
    language: str = ""
    known_to: frozenset[UUID] = frozenset()
    born: date | None = None


@dataclass(slots=True)
class Diary:
    """One clinician's terms, licences, hours and taken time, around the instants that were asked for."""

    practitioner: Practitioner
    terms: Terms
    clinician: Clinician
    weekly: Sequence[Weekly]
    changes: Sequence[Change]
    taken: Sequence[Slot]
    _eligible: dict[date, bool] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """Return the clinician's zone, in which their days are counted."""
        return ZoneInfo(str(self.practitioner.time_zone))

    def without(self, ids: Collection[UUID]) -> "Diary":
        """Return the diary as it is without some of the taken time."""
        return replace(self, taken=[slot for slot in self.taken if slot.pk not in ids], _eligible={})

    def calendar(self, span: Interval) -> slots.Calendar:
        """Return the pure calendar that decides about visits that start in `span`."""
        wide = Interval(span.start, span.end + self.terms.duration)
        visits = (slot.start_at for slot in self.taken if slot.status != SlotStatus.BUSY_UNAVAILABLE)
        return slots.Calendar(
            zone=self.zone,
            windows=hours.opened(weekly=self.weekly, changes=self.changes, span=wide),
            closed=hours.closed(changes=self.changes, span=wide),
            taken=[block_of(slot) for slot in self.taken],
            visits=slots.visits_per_day(visits, self.zone),
        )

    def reasons(self, asked: Asked, start_at: datetime) -> tuple[Reason, ...]:
        """Return what speaks against this clinician for this patient at this time, free or not."""
        ask = Ask(
            state=asked.state,
            start_at=start_at,
            language=asked.language,
            is_known=self.practitioner.pk in asked.known_to,
            born=asked.born,
        )
        return why_not(clinician=self.clinician, offering=offering_of(asked.service), ask=ask)

    def offers(self, asked: Asked, *, span: Interval, now: datetime) -> Iterator[Interval]:
        """Yield the visits that may be booked with this clinician at `now`, in order."""
        for visit in slots.offers(self.calendar(span), terms=self.terms, span=span, now=now):
            day = local_date(asked.state, visit.start)
            if day not in self._eligible:
                self._eligible[day] = not self.reasons(asked, visit.start)
            if self._eligible[day]:
                yield visit


Diaries = list[tuple[HealthcareService, Diary]]


def load(
    asked: Asked,
    *,
    span: Interval,
    now: datetime,
    only: Collection[UUID] | None = None,
    skip: Collection[UUID] = (),
) -> list[Diary]:
    """
    Return the diaries of the active clinicians who offer the service and hold a licence of the state.

    span   instants at which visits may start
    only   these clinicians, when given
    skip   slots that do not count as taken
    Reads  PractitionerRole, Qualification, AvailableTime, ScheduleException, ClinicClosure, Slot: six queries
    """
    roles = PractitionerRole.objects.filter(
        service=asked.service, is_active=True, practitioner__is_active=True
    ).select_related("practitioner")
    licensed = Qualification.objects.filter(jurisdiction=asked.state).values("practitioner")
    if only is not None:
        roles = roles.filter(practitioner__in=list(only))
    if asked.language:
        roles = roles.filter(practitioner__languages__contains=[asked.language])
    found = roles.filter(practitioner__in=licensed).order_by("practitioner_id")
    return diaries([(role.practitioner, role) for role in found], asked=asked, span=span, now=now, skip=skip)


def diaries(
    pairs: Sequence[tuple[Practitioner, PractitionerRole | None]],
    *,
    asked: Asked,
    span: Interval,
    now: datetime,
    skip: Collection[UUID] = (),
) -> list[Diary]:
    """Return one diary for each clinician and role; without a role the service's own terms hold."""
    if not pairs:
        return []
    ids = [practitioner.pk for practitioner, _ in pairs]
    wide = Interval(span.start - _MARGIN, span.end + _MARGIN)
    licences = _by_practitioner(Qualification.objects.filter(jurisdiction=asked.state, practitioner__in=ids))
    weekly = weekly_of(ids, service=asked.service, span=wide)
    changes = changes_of([practitioner for practitioner, _ in pairs], span=wide)
    taken = _by_practitioner(_slots(ids, wide, now, skip))
    return [
        Diary(
            practitioner=practitioner,
            terms=terms_of(asked.service, role),
            clinician=_clinician(practitioner, role, licences[practitioner.pk]),
            weekly=weekly[practitioner.pk],
            changes=changes[practitioner.pk],
            taken=taken[practitioner.pk],
        )
        for practitioner, role in pairs
    ]


def terms_of(service: HealthcareService, role: PractitionerRole | None) -> Terms:
    """Return the terms of a service with the overrides of a clinician's role."""
    overrides = {name: getattr(role, name) for name in FIELDS} if role else {}
    return merged({name: getattr(service, name) for name in FIELDS}, overrides)


def offering_of(service: HealthcareService) -> Offering:
    """Return what decides who may have the service."""
    return Offering(
        is_active=service.is_active,
        states=service.states,
        minimum_age_years=service.minimum_age_years,
        maximum_age_years=service.maximum_age_years,
        licence_kinds=service.licence_kinds,
        barred_states=service.barred_states,
    )


def block_of(slot: Slot) -> Interval:
    """Return the time that a slot takes, buffers included."""
    return Interval(slot.blocked.lower, slot.blocked.upper)


def weekly_of(
    ids: Collection[UUID], *, span: Interval, service: HealthcareService | None = None
) -> defaultdict[UUID, list[Weekly]]:
    """Return the weekly windows by clinician that may hold in `span`; of one service, or of all: one query."""
    rows = _times(ids, span)
    if service is not None:
        rows = rows.serving(service)
    grouped: defaultdict[UUID, list[Weekly]] = defaultdict(list)
    for row in rows:
        grouped[row.schedule.practitioner_id].append(weekly_window(row))
    return grouped


def all_diaries(practitioner: Practitioner, *, span: Interval, now: datetime) -> Diaries:
    """
    Return the diary of one clinician for each service that they offer, with the licences of all states.

    Reads  PractitionerRole, Qualification, AvailableTime, ScheduleException, ClinicClosure, Slot: six queries
    """
    roles = list(practitioner.roles.filter(is_active=True).select_related("service").order_by("service_id"))
    wide = Interval(span.start - _MARGIN, span.end + _MARGIN)
    licences = list(practitioner.qualifications.all())
    times = list(_times([practitioner.pk], wide))
    changes = changes_of([practitioner], span=wide)[practitioner.pk]
    taken = list(_slots([practitioner.pk], wide, now, ()))
    return [
        (
            role.service,
            Diary(
                practitioner=practitioner,
                terms=terms_of(role.service, role),
                clinician=_clinician(practitioner, role, licences),
                weekly=[weekly_window(row) for row in times if row.schedule.serves(role.service)],
                changes=changes,
                taken=taken,
            ),
        )
        for role in roles
    ]


def weekly_window(row: AvailableTime) -> Weekly:
    """Return the pure form of one weekly window."""
    schedule = row.schedule
    return Weekly(
        zone=ZoneInfo(str(schedule.time_zone)),
        weekday=row.weekday,
        start_minute=row.start_minute,
        end_minute=row.end_minute,
        valid_from=schedule.valid_from,
        valid_until=schedule.valid_until,
    )


def changes_of(practitioners: Collection[Practitioner], *, span: Interval) -> defaultdict[UUID, list[Change]]:
    """Return the dated exceptions by clinician that may hold in `span`, the clinic's closures included: two queries."""
    rows = ScheduleException.objects.filter(
        practitioner__in=[practitioner.pk for practitioner in practitioners],
        is_active=True,
        start_date__lte=span.end.date(),
        end_date__gte=span.start.date(),
    )
    closures = closures_in(span)
    grouped: defaultdict[UUID, list[Change]] = defaultdict(list)
    for practitioner in practitioners if closures else ():
        zone = ZoneInfo(str(practitioner.time_zone))
        grouped[practitioner.pk] = [closure.of(zone) for closure in closures]
    for row in rows.order_by("start_date", "id"):
        grouped[row.practitioner_id].append(change_of(row))
    return grouped


def closures_in(span: Interval) -> list[Closure]:
    """Return when the clinic is closed, as far as `span` is concerned: one query."""
    rows = ClinicClosure.objects.filter(
        is_active=True, start_date__lte=span.end.date(), end_date__gte=span.start.date()
    )
    return [Closure(*days) for days in rows.order_by("start_date", "id").values_list("start_date", "end_date")]


def change_of(row: ScheduleException) -> Change:
    """Return the pure form of one dated exception."""
    return Change(
        kind=ExceptionKind(row.kind),
        zone=ZoneInfo(str(row.time_zone)),
        start_date=row.start_date,
        end_date=row.end_date,
        start_minute=row.start_minute,
        end_minute=row.end_minute,
    )


def licence_of(row: Qualification) -> Licence:
    """Return the pure form of one licence."""
    return Licence(row.jurisdiction, row.status, row.valid_from, row.valid_until, row.kind)


def _times(ids: Collection[UUID], span: Interval) -> AvailableTimeQuerySet:
    rows = AvailableTime.objects.filter(
        Q(schedule__valid_until__isnull=True) | Q(schedule__valid_until__gte=span.start.date()),
        schedule__practitioner__in=ids,
        schedule__is_active=True,
        schedule__valid_from__lte=span.end.date(),
    )
    return rows.select_related("schedule").order_by("schedule_id", "weekday", "start_minute")


def _slots(ids: Collection[UUID], span: Interval, now: datetime, skip: Collection[UUID]) -> Iterable[Slot]:
    rows = Slot.objects.taken(now).filter(practitioner__in=ids, start_at__gte=span.start, start_at__lt=span.end)
    if skip:
        rows = rows.exclude(pk__in=list(skip))
    return rows.only("id", "practitioner_id", "status", "start_at", "end_at", "blocked").order_by("start_at", "id")


def _clinician(
    practitioner: Practitioner, role: PractitionerRole | None, licences: Iterable[Qualification]
) -> Clinician:
    return Clinician(
        is_active=practitioner.is_active,
        offers=role is not None and role.is_active,
        accepts_new_patients=role is not None and role.accepts_new_patients,
        languages=practitioner.languages,
        licences=[licence_of(row) for row in licences],
    )


def _by_practitioner(rows: Iterable[Any]) -> defaultdict[UUID, list[Any]]:
    grouped: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.practitioner_id].append(row)
    return grouped
