"""Picking a time: the free times, the one that is held, and booking or moving the visit into it."""

from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from config.core.dates import hour_in_words, in_words
from config.core.errors import Conflict, Refusal
from config.core.http import signed_in
from config.core.templatetags.anteroom import city
from consultations.domain import policy
from consultations.flows import book as booking
from consultations.html import months
from consultations.html.patient_cases import own_case
from consultations.html.patient_forms import TimeFilterForm
from consultations.models import Appointment, ServiceRequest, WaitlistEntry
from consultations.queries import times
from consultations.queries.case import Case
from providers.domain.choice import KNOWS_PATIENT
from providers.flows import hold as holding
from providers.models import Slot
from providers.queries import chosen as choices
from providers.queries.availability import Cursor, Offer, Start
from providers.queries.open_time_walk import COUNTED

PAGE = 24


@require_http_methods(["GET", "POST"])
def pick_time(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show the free times by day; POST holds one of them."""
    mine, now = own_case(request, case_id), timezone.now()
    visit = mine.appointment if mine.standing.has_visit else None
    if visit is None and not mine.standing.may_book:
        messages.info(request, mine.next_step(now).words)
        return redirect("consultations:case", case_id)
    if (why := _why_not_moved(mine, visit, now)) is not None:
        messages.warning(request, why)
        return redirect("consultations:visit", visit.pk if visit else case_id)
    if request.method == "POST":
        return _hold(request, mine, now)
    return _page(request, mine, now)


@require_http_methods(["GET", "POST"])
def confirm_time(request: HttpRequest, case_id: UUID, hold_id: UUID) -> HttpResponse:
    """Show the held time; POST books it, moves the visit into it, or gives it back."""
    mine, now, user = own_case(request, case_id), timezone.now(), signed_in(request)
    hold = _held(request, mine, now).filter(pk=hold_id).first()
    visit = mine.appointment if mine.standing.has_visit else None
    if hold is None:
        if visit is not None and visit.slot_id == hold_id:
            return redirect("consultations:visit", visit.pk)
        messages.warning(request, gettext("That time is no longer held for you. Please pick a time again."))
        return redirect("consultations:pick-time", case_id)
    if request.method == "GET":
        context = {
            "case": mine,
            "hold": hold,
            "visit": visit,
            "zone": mine.request.patient.time_zone,
            "policy": mine.request.change_policy.words,
            "is_known": _is_known(hold),
            "minutes": max(1, round((hold.expires_at - now).total_seconds() / 60)) if hold.expires_at else 0,
        }
        return render(request, "consultations/patient/confirm_time.html", context)
    if "release" in request.POST:
        holding.release(slot_id=hold_id, by=user, now=now)
        return redirect("consultations:pick-time", case_id)
    return _book(request, mine, visit, hold_id, now)


def _held(request: HttpRequest, mine: Case, now: datetime) -> QuerySet[Slot]:
    """Return the times that the patient holds for the case."""
    held = Slot.objects.held_by(signed_in(request), now=now)
    return held.filter(reference=mine.request.pk).select_related("practitioner")


def _is_known(hold: Slot) -> bool:
    why = choices.why(hold)
    return why is not None and why.code == KNOWS_PATIENT


def _why_not_moved(mine: Case, visit: Appointment | None, now: datetime) -> str | None:
    if visit is None:
        return None
    if visit.status != "booked":
        return gettext("This visit cannot be moved any more.")
    if visit.move_asked_at is not None:
        return None
    try:
        policy.require_movable(
            mine.request.change_policy, start_at=visit.start_at, reschedules=visit.reschedules, now=now
        )
    except Conflict as refused:
        return str(refused)
    return None


def _hold(request: HttpRequest, mine: Case, now: datetime) -> HttpResponse:
    start_at, practitioner = chosen(request.POST.get("time", ""))
    if start_at is None:
        messages.error(request, gettext("Choose one of the times first."))
        return _page(request, mine, now, status=422)
    asked = times.asked(mine.request)
    try:
        hold = holding.hold(
            service_id=mine.request.service_id,
            state=asked.state,
            start_at=start_at,
            practitioner_id=practitioner,
            by=signed_in(request),
            reference=mine.request.pk,
            now=now,
            known_to=asked.known_to,
            born=asked.born,
        )
    except Refusal as refused:
        messages.error(request, refused.detail)
        return _page(request, mine, now, status=409)
    return redirect("consultations:confirm-time", mine.request.pk, hold.pk)


def _book(request: HttpRequest, mine: Case, visit: Appointment | None, hold_id: UUID, now: datetime) -> HttpResponse:
    user = signed_in(request)
    try:
        if visit is None:
            booked = booking.book(request_id=mine.request.pk, hold_id=hold_id, by=user, now=now)
        else:
            booked = booking.reschedule(appointment_id=visit.pk, hold_id=hold_id, by=user, now=now)
    except Refusal as refused:
        messages.error(request, refused.detail)
        return redirect("consultations:pick-time", mine.request.pk)
    messages.success(request, gettext("Your visit is booked.") if visit is None else gettext("Your visit has moved."))
    return redirect("consultations:visit", booked.pk)


def _page(request: HttpRequest, mine: Case, now: datetime, *, status: int = 200) -> HttpResponse:
    visit = mine.appointment if mine.standing.has_visit else None
    context = {
        **offered(request, mine.request, now, present=visit.practitioner_id if visit else None),
        "case": mine,
        "hold": _held(request, mine, now).order_by("-expires_at", "id").first(),
        "visit": visit,
        "policy": mine.request.change_policy.words,
        "waits": WaitlistEntry.objects.waiting().filter(service_request=mine.request).exists(),
    }
    return render(request, "consultations/patient/pick_time.html", context, status=status)


def offered(
    request: HttpRequest, case: ServiceRequest, now: datetime, *, by_name: bool = False, present: UUID | None = None
) -> dict[str, Any]:
    """
    Return the free times of a case as pages show them: days of times and a month, in the patient's zone.

    The address says which: practitioner, language, day, month and after, the time with which the page before ended.
    Without a clinician each time stands once, and holding it chooses fairly among those who are free.

    by_name  each clinician's times one by one, also when no clinician is asked for
    present  the clinician of the visit that is moved, of whom nobody says that the patient knows them: it is to come
    """
    zone = ZoneInfo(str(case.patient.time_zone))
    form = _filter(request, case)
    wanted = form.cleaned_data if form.is_valid() else {}
    practitioner = UUID(wanted["practitioner"]) if wanted.get("practitioner") else None
    language, day = wanted.get("language", ""), months.day_of(request.GET.get("day", ""))
    after = request.GET.get("after", "")
    if practitioner is not None or by_name:
        page = times.free(
            case, now=now, practitioner=practitioner, language=language, limit=PAGE, after=_cursor(after), day=day
        )
        found = [(one.start_at, _time(one, zone)) for one in page.results]
        more = _value(page.next.start_at, page.next.practitioner) if page.next else ""
    else:
        starts, last = times.free_starts(case, now=now, language=language, limit=PAGE, after=chosen(after)[0], day=day)
        found = [(one.start_at, _anyones(one, zone, present)) for one in starts]
        more = _value(last) if last else ""
    soonest = found[0][0] if found else now
    month = months.month_of(request.GET.get("month", ""), day or soonest.astimezone(zone).date())
    first, last_day = months.ends(month)
    open_days = times.free_days(case, first=first, last=last_day, now=now, practitioner=practitioner, language=language)
    return {
        "month": months.month(month, open_days=open_days, today=now.astimezone(zone).date(), chosen=day),
        "day": day,
        "days": _days(found, zone),
        "zone": zone,
        "zone_words": _zone_words(zone, [start_at for start_at, _ in found] or [now]),
        "filters": form,
        "more_url": _more(request, more),
        "is_first": not after,
    }


def _filter(request: HttpRequest, case: ServiceRequest) -> TimeFilterForm:
    practitioners, languages = times.choices(case)
    return TimeFilterForm(request.GET, practitioners=practitioners, languages=languages)


def _zone_words(zone: ZoneInfo, shown: list[datetime]) -> str:
    """Return a zone as a person says it: `New York time (EDT)`; `(EDT, EST)` where the clocks change between them."""
    names = dict.fromkeys(str(one.astimezone(zone).tzname()) for one in shown)
    return f"{city(zone)} ({', '.join(names)})"


def _days(found: list[tuple[datetime, dict[str, str]]], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the times by local day, as components/times.html takes them."""
    return [
        {"label": capfirst(in_words(day, "day")), "times": [time for _, time in of_day]}
        for day, of_day in groupby(found, key=lambda one: one[0].astimezone(zone).date())
    ]


def _time(offer: Offer, zone: ZoneInfo) -> dict[str, str]:
    return {
        "value": _value(offer.start_at, offer.practitioner),
        "label": hour_in_words(offer.start_at.astimezone(zone)),
        "note": offer.name,
    }


def _anyones(start: Start, zone: ZoneInfo, present: UUID | None) -> dict[str, str]:
    """Return a time with who the patient would see, as far as that is settled already."""
    note = start.name
    if start.practitioner is None and start.people >= COUNTED:
        note = gettext("%(count)s or more clinicians") % {"count": COUNTED}
    elif start.practitioner is None:
        note = ngettext("%(count)s clinician", "%(count)s clinicians", start.people) % {"count": start.people}
    elif start.is_known and start.practitioner != present:
        note = gettext("%(clinician)s, whom you know") % {"clinician": start.name}
    return {
        "value": _value(start.start_at, None if start.is_known else start.practitioner),
        "label": hour_in_words(start.start_at.astimezone(zone)),
        "note": note,
    }


def _value(start_at: datetime, practitioner: UUID | None = None) -> str:
    return f"{start_at.isoformat()}~{practitioner or ''}"


def chosen(value: str) -> tuple[datetime | None, UUID | None]:
    """Return the instant and the clinician, None for whoever is free, of a submitted choice; (None, None) for none."""
    instant, _, practitioner = value.partition("~")
    try:
        start_at, who = parse_datetime(instant), UUID(practitioner) if practitioner else None
    except ValueError:
        return None, None
    return (start_at, who) if start_at is not None and start_at.tzinfo is not None else (None, None)


def _cursor(value: str) -> Cursor | None:
    start_at, practitioner = chosen(value)
    return Cursor(start_at, practitioner) if start_at is not None and practitioner is not None else None


def _more(request: HttpRequest, after: str) -> str:
    if not after:
        return ""
    kept = {name: request.GET[name] for name in ("practitioner", "language", "day") if request.GET.get(name)}
    return f"{request.path}?{urlencode({**kept, 'after': after})}"
