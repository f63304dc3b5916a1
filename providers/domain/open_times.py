"""Offered times as rows that can be searched: what of an offer depends on the clock or on the patient stands beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from providers.domain import slots, windows
from providers.domain.codes import QualificationStatus
from providers.domain.eligibility import Licence
from providers.domain.intervals import Interval
from providers.domain.slots import Calendar
from providers.domain.states import STATES
from providers.domain.terms import Terms

# A bit for each licence jurisdiction; they fit one 64-bit number.
BITS = {code: 1 << number for number, code in enumerate(sorted(STATES))}
MARGIN_DAYS = 7


class OpenTime(NamedTuple):
    """
    One time of one clinician for one service, free whoever asks and whenever.

    opens_at, closes_at  it may be booked from the first instant (the horizon) up to and with the second (the notice)
    states               bits of the jurisdictions with a licence in force at that time
    """

    start_at: datetime
    end_at: datetime
    opens_at: datetime
    closes_at: datetime
    states: int


def derive(
    calendar: Calendar, *, terms: Terms, licences: Iterable[Licence], span: Interval, now: datetime
) -> Iterator[OpenTime]:
    """
    Yield the open times that start in `span`, in order.

    calendar  must hold everything that reaches into `span` and the length of a visit beyond it
    now       times before it are left out
    Returns   exactly those for which some later instant and some state make `slots.offers` offer the visit
    """
    whenever = replace(terms, minimum_notice_minutes=0, horizon_days=_days(span, now) + MARGIN_DAYS)
    masks = list(_masks(licences, span))
    # Nearly every licence holds all along; only the others are asked for each of a thousand times.
    always = sum({bit for during, bit in masks if during.contains(span)})
    masks = [(during, bit) for during, bit in masks if not during.contains(span)]
    opening = _Opening(calendar.zone, terms.horizon_days)
    notice = timedelta(minutes=terms.minimum_notice_minutes)
    for visit in slots.offers(calendar, terms=whenever, span=span, now=now):
        states = always
        for during, bit in masks:
            if during.start <= visit.start < during.end:
                states |= bit
        yield OpenTime(visit.start, visit.end, opening.of(visit.start), visit.start - notice, states)


class _Opening:
    """When the horizon reaches a time; one reckoning for each local date."""

    def __init__(self, zone: ZoneInfo, horizon_days: int) -> None:
        self.zone, self.horizon_days = zone, horizon_days
        self.known: dict[date, datetime] = {}

    def of(self, start: datetime) -> datetime:
        """Return the first instant of the local date that is `horizon_days` before that of `start`."""
        day = start.astimezone(self.zone).date()
        if day not in self.known:
            self.known[day] = first_instant(self.zone, day - timedelta(days=self.horizon_days))
        return self.known[day]


def first_instant(zone: ZoneInfo, day: date) -> datetime:
    """Return when a calendar day begins in `zone`; of a date that was skipped, when the next one does."""
    while not (pieces := windows.whole_day(zone=zone, day=day)):
        day += timedelta(days=1)
    return pieces[0].start


def _masks(licences: Iterable[Licence], span: Interval) -> Iterator[tuple[Interval, int]]:
    """Yield when each licence is in force, in the zone of its state, as far as `span` is concerned."""
    for licence in licences:
        if licence.status != QualificationStatus.ACTIVE or licence.jurisdiction not in BITS:
            continue
        zone = ZoneInfo(STATES[licence.jurisdiction].zone)
        start, end = span
        if licence.valid_from > start.date() - timedelta(days=2):
            if licence.valid_from > end.date() + timedelta(days=2):
                continue
            start = first_instant(zone, licence.valid_from)
        if licence.valid_until is not None and licence.valid_until < end.date() + timedelta(days=2):
            end = first_instant(zone, licence.valid_until + timedelta(days=1))
        yield Interval(start, end), BITS[licence.jurisdiction]


def _days(span: Interval, now: datetime) -> int:
    return max(0, (span.end - now).days + 2)
