"""What the next changes of the clocks do, and visits that new time zone data have moved; for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import administrator
from consultations.flows import keep_promise
from consultations.queries import promises
from providers.queries import clock_changes

SHOWN = 100


@require_safe
def clocks(request: HttpRequest) -> HttpResponse:
    """Show each change of the clocks with the windows that lose or repeat time, and the promises that are broken."""
    administrator(request)
    now = timezone.now()
    context = {
        "changes": clock_changes.clock_changes(now),
        "broken": promises.broken(now)[:SHOWN],
        "tzdata": promises.TZDATA,
    }
    return render(request, "consultations/clinic/clocks.html", context)


@require_POST
def keep(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Move one visit to where the clock shows what was promised."""
    user = administrator(request)
    try:
        keep_promise.keep(appointment_id=appointment_id, by=user, now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, "The visit is at its promised time again. The patient gets a new calendar entry.")
    return redirect("clinic:clocks")
