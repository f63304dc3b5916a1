"""Where the link of a message leads: answering about a visit without signing in, or to the page it speaks of."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from config.core.errors import Refusal
from consultations.adapters import links
from consultations.adapters.links import Purpose
from consultations.domain import reasons
from consultations.domain.codes import AppointmentStatus, AttendanceAnswer
from consultations.flows import book as booking
from consultations.flows import confirm
from consultations.html.patient_waitlist import offer_page
from consultations.models import Appointment, AttendanceReply, Communication
from consultations.queries import letters, places
from intake.models import Patient

_PAGE = "consultations/account/answer_visit.html"


@login_not_required
@require_http_methods(["GET", "POST"])
def message_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what can be answered: the time of the visit and nothing else about it. POST answers."""
    pk = links.read(Purpose.ANSWER, token)
    message = Communication.objects.filter(pk=pk).first() if pk else None
    if message is None:
        raise Http404
    if (offer := letters.offer_of(message)) is not None:
        _speak(request, offer.patient)
        return offer_page(request, offer, by=offer.patient.user, is_signed_in=False)
    visit = letters.visit_of(message)
    if visit is None:
        return redirect(places.path_of(message) or "consultations:home")
    _speak(request, visit.patient)
    if request.method == "POST":
        return _answer(request, visit, message)
    return render(request, _PAGE, _facts(visit, message))


def _speak(request: HttpRequest, patient: Patient) -> None:
    """Answer whoever opens the link in the language of the message that it came with, unless they picked one here."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and not request.user.is_authenticated:
        translation.activate(patient.preferred_language)


def _answer(request: HttpRequest, visit: Appointment, message: Communication) -> HttpResponse:
    wanted = request.POST.get("answer", "")
    try:
        if wanted == "cancel":
            return _cancel(request, visit, message)
        if wanted not in AttendanceAnswer.values:
            return redirect(request.path)
        confirm.reply(
            appointment_id=visit.pk,
            revision=message.subject_revision,
            answer=AttendanceAnswer(wanted),
            now=timezone.now(),
        )
    except Refusal as refused:
        messages.error(request, refused.detail)
        return redirect(request.path)
    if wanted == AttendanceAnswer.TENTATIVE:
        return redirect("consultations:pick-time", visit.service_request_id)
    messages.success(request, gettext("Thank you. We look forward to seeing you."))
    return redirect(request.path)


def _cancel(request: HttpRequest, visit: Appointment, message: Communication) -> HttpResponse:
    booking.cancel(
        appointment_id=visit.pk,
        reason=reasons.BY_LINK,
        by=visit.patient.user,
        now=timezone.now(),
        revision=message.subject_revision,
    )
    messages.success(request, gettext("Your visit is cancelled."))
    return redirect(request.path)


def _facts(visit: Appointment, message: Communication) -> dict[str, Any]:
    now = timezone.now()
    is_same = visit.revision == message.subject_revision
    replies = AttendanceReply.objects.filter(appointment=visit, revision=visit.revision)
    reply = replies.order_by("-replied_at", "-id").first()
    return {
        "visit": visit,
        "zone": visit.patient.time_zone,
        "is_cancelled": visit.status == AppointmentStatus.CANCELLED,
        "is_asked": is_same and visit.status == AppointmentStatus.BOOKED and now < visit.start_at,
        "can_cancel": visit.service_request.change_policy.allows_change(visit.start_at, now=now),
        "will_come": reply is not None and reply.answer == AttendanceAnswer.ACCEPTED,
    }
