"""Why a time is not offered, apart from who asks; says nothing exactly when `slots.offers` offers it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from providers.domain.eligibility import Reason
from providers.domain.intervals import Interval, union
from providers.domain.slots import Calendar, is_a_start, is_full
from providers.domain.terms import Terms

TAKEN = {
    "busy": Reason("booked", "This time is booked."),
    "busy-tentative": Reason("held", "Somebody is holding this time at the moment."),
    "busy-unavailable": Reason("blocked", "This time is blocked."),
}


def reasons(
    calendar: Calendar, *, terms: Terms, start: datetime, now: datetime, taken: Mapping[str, Sequence[Interval]]
) -> Iterator[Reason]:
    """
    Yield every reason of the calendar against a visit that starts at `start`.

    taken  the blocks of calendar.taken by slot status
    """
    if start < now:
        yield Reason("in-the-past", "This time has passed.")
    elif start < terms.earliest(now):
        yield Reason("too-soon", f"Visits need {terms.minimum_notice_minutes} minutes of notice.")
    if start >= terms.until(now, calendar.zone):
        yield Reason("too-far-ahead", f"Visits can be booked up to {terms.horizon_days} days ahead.")
    yield from _of_hours(calendar, terms, start)
    for status, blocks in taken.items():
        if any(block.overlaps(terms.block(start)) for block in blocks):
            yield TAKEN[status]
    if is_full(calendar, terms, start):
        yield Reason("day-full", f"This clinician sees at most {terms.max_visits_per_day} patients a day.")


def _of_hours(calendar: Calendar, terms: Terms, start: datetime) -> Iterator[Reason]:
    visit, open_ = terms.visit(start), union(calendar.windows)
    if not any(window.start <= start < window.end for window in open_):
        yield Reason("outside-hours", "This clinician does not work at that time.")
    elif not any(window.contains(visit) for window in open_):
        yield Reason("runs-over", "The visit would run past the end of this clinician's hours.")
    elif not is_a_start(calendar.windows, terms, start):
        yield Reason("not-a-start", f"Visits start every {terms.alignment_minutes} minutes from the opening.")
    if any(off.overlaps(visit) for off in calendar.closed):
        yield Reason("time-off", "This clinician is off at that time.")
