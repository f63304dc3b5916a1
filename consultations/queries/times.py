"""Who may ask for a time for which case, and the free times of a case."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf.locale import LANG_INFO
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from config.core.compiled import Compiled
from config.core.models import Role, User
from consultations.domain.codes import LIVE_APPOINTMENTS
from consultations.models import Appointment, ServiceRequest
from consultations.models.service_request import ServiceRequestQuerySet
from providers.domain.open_times import first_instant
from providers.models import Practitioner
from providers.queries import availability
from providers.queries.availability import Cursor, Page, Start
from providers.queries.diaries import Asked

AHEAD = timedelta(days=60)


class Holdable(NamedTuple):
    """What holding a time asks of a case."""

    service_id: UUID
    state: str
    born: date
    known_to: frozenset[UUID]


def holdable(user: User, *, request_id: UUID) -> Holdable | None:
    """
    Return a case for which somebody may hold a time: a patient's own, or that of a visit they may move.

    Reads  one query, of four columns: most who want one time at once are refused, and ask no more of the case
    """
    if user.role == Role.PATIENT:
        found = _OF_PATIENT.first(user.pk, request_id)
    else:
        live = Appointment.objects.visible_to(user).filter(status__in=LIVE_APPOINTMENTS)
        found = _columns(ServiceRequest.objects.filter(pk__in=live.values("service_request"), pk=request_id)).first()
    if found is None:
        return None
    service_id, state, born, known = found
    return Holdable(service_id, state, born, frozenset(known))


def _columns(rows: ServiceRequestQuerySet) -> "QuerySet[ServiceRequest, tuple[UUID, str, date, list[UUID]]]":
    known = Appointment.objects.meetings().filter(patient=OuterRef("patient")).values("practitioner")
    return rows.values_list("service_id", "state", "patient__birth_date", ArraySubquery(known))


def _of_patient(user_id: UUID, request_id: UUID) -> "QuerySet[ServiceRequest, tuple[UUID, str, date, list[UUID]]]":
    patient = User(pk=user_id, role=Role.PATIENT)
    return _columns(ServiceRequest.objects.visible_to(patient).filter(pk=request_id))


_OF_PATIENT = Compiled(_of_patient)


def known_to(patient_id: UUID) -> frozenset[UUID]:
    """Return the clinicians who have seen a patient or are about to: one query."""
    return frozenset(Appointment.objects.meetings().filter(patient=patient_id).values_list("practitioner", flat=True))


def asked(request: ServiceRequest, *, language: str = "") -> Asked:
    """Return what the search for a case's times asks for: one query."""
    return Asked(
        service=request.service,
        state=request.state,
        language=language,
        known_to=known_to(request.patient_id),
        born=request.patient.birth_date,
    )


def free(  # noqa: PLR0913  one page of one search is seven words long
    request: ServiceRequest,
    *,
    now: datetime,
    practitioner: UUID | None = None,
    language: str = "",
    limit: int = 24,
    after: Cursor | None = None,
    day: date | None = None,
) -> Page:
    """
    Return the next free times of a case, by time and then by clinician.

    practitioner  only this clinician
    after         the `next` of the page before
    day           only this calendar day of the patient's zone
    Reads         six queries for any number of clinicians
    """
    start, end = (now, now + AHEAD) if day is None else _within(request, day, day)
    return availability.search(
        asked(request, language=language),
        start=start,
        end=end,
        now=now,
        practitioner=practitioner,
        limit=limit,
        after=after,
    )


def free_starts(
    request: ServiceRequest,
    *,
    now: datetime,
    language: str = "",
    limit: int = 24,
    after: datetime | None = None,
    day: date | None = None,
) -> tuple[list[Start], datetime | None]:
    """
    Return the next times of a case at which anybody is free, each once, and where the next page starts.

    after, day  as for `free`; `after` is an instant
    Reads       two queries for any number of clinicians, one more for names not known yet; seven more when some of
                them have just changed
    """
    start, end = (now, now + AHEAD) if day is None else _within(request, day, day)
    wanted = asked(request, language=language)
    return availability.starts(wanted, start=start, end=end, now=now, limit=limit, after=after)


def free_days(
    request: ServiceRequest,
    *,
    first: date,
    last: date,
    now: datetime,
    practitioner: UUID | None = None,
    language: str = "",
) -> set[date]:
    """
    Return the days of the patient's zone, from `first` to `last`, on which the case has a free time.

    Reads  two queries for any number of clinicians; six more when some of them have just changed
    """
    start, end = _within(request, first, last)
    zone = ZoneInfo(str(request.patient.time_zone))
    wanted = asked(request, language=language)
    return availability.days(wanted, start=start, end=end, zone=zone, now=now, practitioner=practitioner)


def _within(request: ServiceRequest, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants from the start of one day of the patient's zone to the end of another."""
    zone = ZoneInfo(str(request.patient.time_zone))
    return first_instant(zone, first), first_instant(zone, last + timedelta(days=1))


def choices(request: ServiceRequest) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the clinicians who may see the patient of a case, and the languages that they speak: one query."""
    offering = Practitioner.objects.active().filter(
        roles__service=request.service, roles__is_active=True, qualifications__jurisdiction=request.state
    )
    found = list(offering.distinct().order_by("family_name", "given_name", "id"))
    spoken = sorted({code for one in found for code in one.languages})
    return (
        [(str(one.pk), one.display_name) for one in found],
        [(code, LANG_INFO.get(code, {}).get("name_local", code).capitalize()) for code in spoken],
    )
