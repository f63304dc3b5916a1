"""A clinician's busy time in their own calendar program."""

import hashlib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import signed_in
from config.core.models import User
from providers.adapters import calendar
from providers.flows import calendar_feed, import_calendar
from providers.html import hours
from providers.html.forms import CalendarForm
from providers.models import CalendarFeed, ExternalCalendar, Practitioner
from providers.queries import feed


@login_not_required
@require_safe
def read_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program that knows the secret address; 404 for every other."""
    found = CalendarFeed.objects.of_token(token).select_related("practitioner").first()
    if found is None:
        raise Http404
    body = calendar.feed(settings.CLINIC_NAME, feed.entries(found.practitioner, now=timezone.now()))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer"}
    whole = HttpResponse(body, content_type=calendar.CONTENT_TYPE, headers=headers)
    return get_conditional_response(request, etag=etag, response=whole) or whole


@require_POST
def make_calendar(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Make a new secret address and show it this once."""
    try:
        token = calendar_feed.make(practitioner_id=practitioner_id, by=signed_in(request), now=timezone.now())
    except calendar_feed.NoSuchFeed as refused:
        raise Http404 from refused
    return render(
        request, "providers/calendar.html", {"address": feed.address(token), "back": _back(request, practitioner_id)}
    )


@require_POST
def revoke_calendar(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Stop the secret address from working."""
    try:
        calendar_feed.revoke(practitioner_id=practitioner_id, by=signed_in(request), now=timezone.now())
    except calendar_feed.NoSuchFeed as refused:
        raise Http404 from refused
    messages.success(request, "The calendar address no longer works.")
    return redirect(_back(request, practitioner_id))


@require_http_methods(["GET", "POST"])
def connect_calendar(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Remember the address of a calendar elsewhere; on an error its name stays, the address is not shown back."""
    if request.method == "GET":
        return redirect(_back(request, practitioner_id))
    user, form = signed_in(request), CalendarForm(request.POST)
    practitioner = get_object_or_404(Practitioner.objects.visible_to(user), pk=practitioner_id)
    if not form.is_valid() or not _connected(form, practitioner_id, by=user):
        return hours.page(request, practitioner, form, is_own=practitioner.user_id == user.pk)
    messages.success(request, "The calendar is connected. Its busy times are blocked within a minute.")
    return redirect(_back(request, practitioner_id))


def _connected(form: CalendarForm, practitioner_id: UUID, *, by: User) -> bool:
    try:
        import_calendar.connect(practitioner_id=practitioner_id, **form.cleaned_data, by=by, now=timezone.now())
    except import_calendar.NoSuchCalendar as refused:
        raise Http404 from refused
    except Refusal as refused:
        for error in refused.errors:
            form.add_error(error.field, error.detail)
        if not refused.errors:
            form.add_error(None, refused.detail)
        return False
    return True


@require_POST
def disconnect_calendar(request: HttpRequest, calendar_id: UUID) -> HttpResponse:
    """Forget a calendar elsewhere and free what it blocked."""
    row = get_object_or_404(ExternalCalendar.objects.visible_to(signed_in(request)), pk=calendar_id)
    import_calendar.disconnect(calendar_id=row.pk, by=signed_in(request), now=timezone.now())
    messages.success(request, "The calendar is removed, and what it blocked is free again.")
    return redirect(_back(request, row.practitioner_id))


def _back(request: HttpRequest, practitioner_id: UUID) -> str:
    own = getattr(signed_in(request), "practitioner", None)
    if own is not None and own.pk == practitioner_id:
        return reverse("providers:hours")
    return reverse("providers:hours-of", args=[practitioner_id])
