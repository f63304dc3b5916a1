"""Ending optional mails by the link in one of them, without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.core.errors import NotFound
from consultations.adapters import links
from consultations.adapters.links import Purpose
from consultations.flows import prefer


# The person's mail program posts here by itself, from no page of ours: RFC 8058, 3.2.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the mails shall end; POST ends them. The page tells nothing about the person."""
    message = links.read(Purpose.UNSUBSCRIBE, token)
    if message is None:
        raise Http404
    if request.method == "GET":
        return render(request, "consultations/account/unsubscribe.html")
    try:
        prefer.unsubscribe(communication_id=message, now=timezone.now())
    except NotFound as error:
        raise Http404 from error
    return render(request, "consultations/account/unsubscribed.html")
