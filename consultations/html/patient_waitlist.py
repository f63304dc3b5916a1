"""Waiting for an earlier time, and the time that is offered: signed in, or by the link of a message."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from config.core.errors import Refusal
from config.core.http import signed_in
from config.core.models import User
from consultations.domain.codes import OfferStatus
from consultations.flows import book as booking
from consultations.flows import waitlist
from consultations.html.patient_cases import own_case
from consultations.html.patient_forms import WaitlistForm
from consultations.models import Appointment, WaitlistEntry, WaitlistOffer
from consultations.queries.case import Case
from consultations.queries.times import choices

_RELATED = ("entry", "patient__user", "practitioner")


@require_http_methods(["GET", "POST"])
def wait_for_time(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show what the case waits for, or the form to join; POST joins or leaves."""
    mine = own_case(request, case_id)
    entry = WaitlistEntry.objects.waiting().visible_to(signed_in(request)).filter(service_request=case_id).first()
    if request.method == "GET":
        return _page(request, mine, entry, WaitlistForm(**_choices(mine)))
    if "leave" in request.POST:
        return _leave(request, case_id, entry)
    form = WaitlistForm(request.POST, **_choices(mine))
    if not form.is_valid():
        return _page(request, mine, entry, form)
    try:
        waitlist.join(request_id=case_id, wanted=_wanted(form, mine), by=signed_in(request), now=timezone.now())
    except waitlist.BadWish as refused:
        for error in refused.errors:
            form.add_error(error.field, error.detail)
        return _page(request, mine, entry, form)
    except Refusal as refused:
        messages.error(request, refused.detail)
        return redirect("consultations:case", case_id)
    messages.success(request, gettext("You are on the waitlist. We will write to you when a time becomes free."))
    return redirect("consultations:wait-for-time", case_id)


@require_http_methods(["GET", "POST"])
def answer_offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Show the time that is offered; POST takes it or says no."""
    user = signed_in(request)
    mine = WaitlistOffer.objects.visible_to(user).filter(patient__user=user).select_related(*_RELATED)
    return offer_page(request, get_object_or_404(mine, pk=offer_id), by=user, is_signed_in=True)


def offer_page(request: HttpRequest, offer: WaitlistOffer, *, by: User, is_signed_in: bool) -> HttpResponse:
    """Show an offered time to whom it is offered; POST takes it or says no. Nothing about health is shown."""
    if request.method == "POST":
        return _answer(request, offer, by=by, is_signed_in=is_signed_in)
    now = timezone.now()
    visit = Appointment.objects.live().filter(service_request=offer.entry.service_request_id).first()
    context = {
        "offer": offer,
        "zone": offer.patient.time_zone,
        "is_open": offer.status == OfferStatus.OPEN and offer.expires_at > now,
        "is_accepted": offer.status == OfferStatus.ACCEPTED,
        "minutes": max(1, round((offer.expires_at - now).total_seconds() / 60)),
        "visit": visit,
        "is_signed_in": is_signed_in,
        "still_waits": offer.entry.status == "waiting",
    }
    return render(request, "consultations/patient/offer.html", context)


def _answer(request: HttpRequest, offer: WaitlistOffer, *, by: User, is_signed_in: bool) -> HttpResponse:
    now = timezone.now()
    try:
        if "decline" in request.POST:
            waitlist.decline(offer_id=offer.pk, by=by, now=now)
            messages.info(request, gettext("The time goes to the next person. You are still on the waitlist."))
            return redirect(request.path)
        visit = booking.accept(offer_id=offer.pk, by=by, now=now)
    except Refusal as refused:
        messages.error(request, refused.detail)
        return redirect(request.path)
    messages.success(request, gettext("The time is yours. Your visit is booked."))
    return redirect("consultations:visit", visit.pk) if is_signed_in else redirect(request.path)


def _leave(request: HttpRequest, case_id: UUID, entry: WaitlistEntry | None) -> HttpResponse:
    if entry is not None:
        waitlist.leave(entry_id=entry.pk, by=signed_in(request), now=timezone.now())
        messages.success(request, gettext("You are off the waitlist."))
    return redirect("consultations:case", case_id)


def _page(request: HttpRequest, mine: Case, entry: WaitlistEntry | None, form: WaitlistForm) -> HttpResponse:
    now = timezone.now()
    offers = WaitlistOffer.objects.answerable(now).filter(entry__service_request=mine.request)
    context = {
        "case": mine,
        "entry": entry,
        "offer": offers.select_related("practitioner").first(),
        "form": form,
        "visit": mine.appointment if mine.standing.has_visit else None,
        "zone": mine.request.patient.time_zone,
        "minutes": mine.request.service.offer_minutes,
    }
    status = 422 if form.errors else 200
    return render(request, "consultations/patient/wait_for_time.html", context, status=status)


def _choices(mine: Case) -> dict[str, Any]:
    practitioners, languages = choices(mine.request)
    return {"practitioners": practitioners, "languages": languages}


def _wanted(form: WaitlistForm, mine: Case) -> waitlist.Wanted:
    words, zone = form.cleaned_data, ZoneInfo(str(mine.request.patient.time_zone))
    return waitlist.Wanted(
        practitioner_id=UUID(words["practitioner"]) if words["practitioner"] else None,
        language=words["language"],
        not_before=_midnight(words["first_day"], zone),
        before=_midnight(words["last_day"] + timedelta(days=1), zone) if words["last_day"] else None,
        notice_minutes=words["notice_minutes"],
    )


def _midnight(day: Any, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=zone) if day else None
