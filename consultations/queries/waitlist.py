"""Which free times somebody on the waitlist waits for, and who is asked first."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from consultations.domain import waitlist
from consultations.domain.codes import LIVE_APPOINTMENTS, AppointmentStatus, OfferStatus, RequestStatus
from consultations.domain.waitlist import Wish
from consultations.models import Appointment, ServiceRequest, WaitlistEntry, WaitlistOffer
from consultations.models.communication_preference import READ, wishes_of
from consultations.queries import times
from providers.models import HealthcareService, Practitioner, Slot
from providers.queries import availability
from providers.queries.diaries import Asked

# So many times of one search are looked at in one pass; the next pass goes on.
PER_SEARCH = 20


class Chance(NamedTuple):
    """A free time, and the entries to which it may be offered, who is asked first in front."""

    start_at: datetime
    practitioner: UUID
    entries: list[UUID]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry that may be offered a time now."""

    entry: WaitlistEntry
    wish: Wish
    answer_by: datetime
    refused: frozenset[tuple[UUID, datetime]]

    @property
    def key(self) -> tuple[UUID, str, UUID | None, str]:
        """Return what decides which times are searched for."""
        case = self.entry.service_request
        return (case.service_id, case.state, self.entry.practitioner_id, self.entry.language)

    def takes(self, start_at: datetime, practitioner: Practitioner) -> bool:
        """Tell whether the time is wanted, and was not offered to this case before."""
        return (practitioner.pk, start_at) not in self.refused and self.wish.fits(
            start_at, practitioner=practitioner.pk, speaks=practitioner.languages, answer_by=self.answer_by
        )


def reserved(now: datetime) -> list[Slot]:
    """Return the times that are kept for the waitlist, the earliest first: one query."""
    return list(Slot.objects.reserved(now).order_by("start_at", "id"))


def chances(now: datetime) -> Iterator[Chance]:
    """
    Yield the free times that somebody waits for and may be asked about at `now`, the earliest first.

    Reads  six queries for the people who wait, then three for each kind of search among them
    """
    people = waiting(now)
    if not people:
        return
    found: defaultdict[tuple[datetime, UUID], set[object]] = defaultdict(set)
    groups: defaultdict[object, list[Waiting]] = defaultdict(list)
    for one in people:
        groups[one.key].append(one)
    known = _known_to({one.entry.patient_id for one in people})
    for key, members in groups.items():
        for start_at, practitioner in _free(members, known, now):
            found[start_at, practitioner].add(key)
    for slot in reserved(now):
        same = {one.key for one in people if one.entry.service_request.service_id == slot.service_id}
        found[slot.start_at, slot.practitioner_id] |= same
    clinicians = Practitioner.objects.in_bulk({practitioner for _, practitioner in found})
    for (start_at, pk), keys in sorted(found.items(), key=lambda item: item[0]):
        fitting = [one for one in people if one.key in keys and one.takes(start_at, clinicians[pk])]
        if fitting:
            yield Chance(start_at, pk, [one.entry.pk for one in fitting])


def waiting(now: datetime) -> list[Waiting]:
    """Return the entries that may be offered a time at `now`, who is asked first in front: four queries."""
    busy = WaitlistOffer.objects.open().values("patient")
    rows = (
        WaitlistEntry.objects.waiting()
        .exclude(patient__in=busy)
        .filter(
            service_request__status__in=[RequestStatus.ACTIVE, RequestStatus.ON_HOLD], patient__user__is_active=True
        )
        .select_related("service_request__service", *(f"patient__user__{name}" for name in READ))
    )
    entries = list(rows.order_by("joined_at", "id"))
    visits = _visits([entry.service_request_id for entry in entries])
    offered = _offered([entry.pk for entry in entries])
    found = {one.wish.key: one for entry in entries if (one := _waiting(entry, visits, offered, now)) is not None}
    return [found[wish.key] for wish in waitlist.in_order(one.wish for one in found.values())]


def asked(entry: WaitlistEntry) -> Asked:
    """Return what a search for one entry asks for: one query."""
    return times.asked(entry.service_request, language=entry.language)


def answer_by(service: HealthcareService, now: datetime) -> datetime:
    """Return when an offer made at `now` ends."""
    return now + timedelta(minutes=service.offer_minutes)


def is_movable(visit: Appointment, case: ServiceRequest, *, now: datetime) -> bool:
    """Tell whether the patient may still give a booked visit up for another time."""
    policy = case.change_policy
    return (
        visit.status == AppointmentStatus.BOOKED
        and policy.allows_change(visit.start_at, now=now)
        and policy.allows_move(visit.reschedules)
    )


def _waiting(
    entry: WaitlistEntry,
    visits: dict[UUID, Appointment],
    offered: dict[UUID, set[tuple[UUID, datetime]]],
    now: datetime,
) -> Waiting | None:
    case, visit = entry.service_request, visits.get(entry.service_request_id)
    if visit is not None and not is_movable(visit, case, now=now):
        return None
    until = answer_by(case.service, now)
    quiet = wishes_of(entry.patient.user).quiet
    if not waitlist.may_be_asked(quiet, now=now, answer_by=until):
        return None
    wish = entry.wish(before=visit.start_at if visit else None)
    return Waiting(entry, wish, until, frozenset(offered.get(entry.pk, ())))


def _free(members: list[Waiting], known: dict[UUID, frozenset[UUID]], now: datetime) -> Iterator[tuple[datetime, UUID]]:
    """Yield the first free times that one of people with the same search could want."""
    first = members[0].entry
    everybody: frozenset[UUID] = frozenset().union(*(known.get(one.entry.patient_id, frozenset()) for one in members))
    start = min(max(one.wish.not_before or now, one.answer_by + one.wish.notice) for one in members)
    ends = [one.wish.before for one in members]
    end = now + times.AHEAD if None in ends else max(end for end in ends if end is not None)
    if start >= end:
        return
    case = first.service_request
    wanted = Asked(case.service, case.state, first.language, known_to=everybody)
    limit = PER_SEARCH + min(availability.MAX_LIMIT - PER_SEARCH, max(len(one.refused) for one in members))
    page = availability.search(wanted, start=start, end=end, now=now, practitioner=first.practitioner_id, limit=limit)
    for offer in page.results:
        yield offer.start_at, offer.practitioner


def _visits(cases: Collection[UUID]) -> dict[UUID, Appointment]:
    rows = Appointment.objects.filter(service_request__in=cases, status__in=LIVE_APPOINTMENTS)
    return {visit.service_request_id: visit for visit in rows}


def _offered(entries: Collection[UUID]) -> dict[UUID, set[tuple[UUID, datetime]]]:
    found: defaultdict[UUID, set[tuple[UUID, datetime]]] = defaultdict(set)
    rows = WaitlistOffer.objects.filter(entry__in=entries).exclude(status=OfferStatus.OPEN)
    for entry, practitioner, start_at in rows.values_list("entry", "practitioner", "start_at"):
        found[entry].add((practitioner, start_at))
    return found


def _known_to(patients: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return the clinicians who know each of some patients: one query."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    rows = Appointment.objects.meetings().filter(patient__in=patients)
    for patient, practitioner in rows.values_list("patient", "practitioner"):
        found[patient].add(practitioner)
    return {patient: frozenset(known) for patient, known in found.items()}
