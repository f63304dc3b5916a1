"""Whether a clinician may see a patient: one predicate for search, hold, book, claim and check-in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from providers.domain.codes import QualificationStatus
from providers.domain.states import STATES


class Reason(NamedTuple):
    """Why not: a stable kebab-case code, and words for a person."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence in one state; both dates are inclusive, no end means open."""

    jurisdiction: str
    status: str
    valid_from: date
    valid_until: date | None = None
    kind: str = ""

    def covers(self, day: date) -> bool:
        """Tell whether the licence may be relied on during the whole calendar day."""
        return (
            self.status == QualificationStatus.ACTIVE
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Offering:
    """
    A service line, as far as it decides who may have it and who may give it.

    maximum_age_years  None without a limit; whoever is that old still may
    licence_kinds      the kinds of licence that may give it; empty for any
    barred_states      where its way of meeting (video) is not allowed, though the service is offered there
    """

    is_active: bool
    states: Sequence[str]
    minimum_age_years: int = 0
    maximum_age_years: int | None = None
    licence_kinds: Sequence[str] = ()
    barred_states: Sequence[str] = ()

    def takes(self, licence: Licence) -> bool:
        """Tell whether a licence is of a kind that may give the service."""
        return not self.licence_kinds or licence.kind in self.licence_kinds


@dataclass(frozen=True, slots=True)
class Clinician:
    """A clinician with regard to one service; `offers` is False without an active role for it."""

    is_active: bool
    offers: bool
    accepts_new_patients: bool
    languages: Sequence[str]
    licences: Sequence[Licence]


@dataclass(frozen=True, slots=True)
class Ask:
    """
    What a patient asks for.

    state      where the patient is during the visit
    start_at   aware UTC instant of the visit
    is_known   whether this clinician has seen this patient before; somebody unknown is a new patient
    born       date of birth; None when nobody has said yet, which is not held against anyone
    """

    state: str
    start_at: datetime
    language: str = ""
    is_known: bool = False
    born: date | None = None


def local_date(state: str, at: datetime) -> date:
    """Return the calendar day of an instant in the zone of a licence jurisdiction; KeyError for an unknown one."""
    return at.astimezone(ZoneInfo(STATES[state].zone)).date()


class Days(NamedTuple):
    """What day it is in every jurisdiction at one instant: `day`, but the day before it in the states `behind`."""

    day: date
    behind: tuple[str, ...]


def days(now: datetime) -> Days:
    """Return the calendar days of an instant; the zones of the states never reach over more than two."""
    of_zone = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in {state.zone for state in STATES.values()}}
    day = max(of_zone.values())
    return Days(day, tuple(code for code, state in STATES.items() if of_zone[state.zone] < day))


def why_not_review(*, clinician: Clinician, offering: Offering, ask: Ask) -> tuple[Reason, ...]:
    """
    Return every reason against this clinician's looking at a case that was sent; () when they may.

    Only what is the clinician's own: who is inactive, does not offer the service, or has no license of its kind in
    force where the patient is today. What speaks against the service itself (retired, not for that state or age) and a
    language that nobody speaks must not leave a sent case with nobody: it is looked at, and declined or referred.
    Whether a clinician takes new patients is about their calendar, not about the queue.
    """
    reasons = _of_clinician(clinician, offering, ask)
    return tuple(reason for reason in reasons if reason.code not in {"no-new-patients", "language-not-spoken"})


def why_not(*, clinician: Clinician, offering: Offering, ask: Ask) -> tuple[Reason, ...]:
    """
    Return every reason against the visit; () when the clinician may see the patient then.

    Returns  in a fixed order, the service's reasons first; what is unknown counts against, except the age
    Source   the licence must be in force where the patient is, on the date of the visit (American Telemedicine
             Association and Federation of State Medical Boards: care takes place where the patient is)
    """
    return (*of_service(offering, ask), *_of_clinician(clinician, offering, ask))


def of_service(offering: Offering, ask: Ask) -> Iterator[Reason]:
    """Yield the reasons that hold whoever the clinician is."""
    if not offering.is_active:
        yield Reason("service-retired", gettext("This service is no longer offered."))
    if ask.state not in STATES or ask.state not in offering.states:
        yield Reason("state-not-served", gettext("This service is not offered in that state."))
    elif ask.state in offering.barred_states:
        yield Reason("modality-not-allowed", gettext("Visits of this kind are not allowed in that state."))
    if ask.born is not None and ask.state in STATES:
        age = _age(ask.born, local_date(ask.state, ask.start_at))
        if age < offering.minimum_age_years:
            words = gettext("This service is for people aged %(years)s and over.")
            yield Reason("too-young", words % {"years": offering.minimum_age_years})
        elif offering.maximum_age_years is not None and age > offering.maximum_age_years:
            words = gettext("This service is for people up to the age of %(years)s.")
            yield Reason("too-old", words % {"years": offering.maximum_age_years})


def _of_clinician(clinician: Clinician, offering: Offering, ask: Ask) -> Iterator[Reason]:
    if not clinician.is_active:
        yield Reason("practitioner-inactive", gettext("This clinician no longer sees patients here."))
    if not clinician.offers:
        yield Reason("service-not-offered", gettext("This clinician does not offer this service."))
    if ask.state in STATES:
        yield from _of_licences(clinician.licences, offering, ask)
    if not (clinician.accepts_new_patients or ask.is_known):
        yield Reason("no-new-patients", gettext("This clinician is not taking new patients."))
    if ask.language and ask.language not in clinician.languages:
        yield Reason("language-not-spoken", gettext("This clinician does not speak that language."))


def _of_licences(licences: Sequence[Licence], offering: Offering, ask: Ask) -> Iterator[Reason]:
    day = local_date(ask.state, ask.start_at)
    here = [licence for licence in licences if licence.jurisdiction == ask.state]
    if not here:
        yield Reason("not-licensed", gettext("This clinician has no license in that state."))
    elif not any(offering.takes(licence) for licence in here):
        yield Reason("licence-kind", gettext("This service needs another kind of license than this clinician's."))
    elif not any(licence.covers(day) for licence in here if offering.takes(licence)):
        yield Reason(
            "licence-not-in-force", gettext("This clinician's license for that state is not in force on that day.")
        )


def birthday(born: date, years: int) -> date:
    """Return the first calendar day on which somebody is `years` old; 1 March in a year without 29 February."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
