"""What a mail provider tells of our mails: bounced, complained, delivered. Any provider that django-anymail knows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import anymail.urls
from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from consultations.flows import receive

# By the name that the provider has in django-anymail.
_PROVIDERS: dict[str, Callable[..., HttpResponse]] = {
    route.partition("/")[0]: one.callback
    for one in anymail.urls.urlpatterns
    if (route := str(one.pattern)).endswith("/tracking/")
}
_FAILED = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
_UNWANTED = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}


@receiver(tracking, dispatch_uid="consultations.mail_events")
def take(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_more: object) -> None:
    """Write what became of one mail; the provider is checked by ANYMAIL's webhook secret or signature before."""
    message = _named(event)
    if message is None:
        return
    now = timezone.now()
    if event.event_type in _FAILED:
        receive.mail_failed(communication_id=message, why=f"mail-{event.event_type}", now=now)
    elif event.event_type in _UNWANTED:
        receive.mail_unwanted(communication_id=message, now=now)
    elif event.event_type == EventType.DELIVERED:
        receive.mail_delivered(communication_id=message, now=now)


@csrf_exempt
@login_not_required
def mail_told(request: HttpRequest, provider: str) -> HttpResponse:
    """Hand what a provider tells to django-anymail, which checks that it is the provider."""
    view = _PROVIDERS.get(provider)
    if view is None:
        raise Http404
    return view(request)


def _named(event: AnymailTrackingEvent) -> UUID | None:
    """Return the message that an event is about, from what we had sent along."""
    written = (event.metadata or {}).get("communication", "")
    try:
        return UUID(str(written))
    except ValueError:
        return None
