"""What the carrier of text messages calls: a text has arrived, or something became of one of ours."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config.core.errors import Refusal
from consultations.adapters import sms
from consultations.domain.codes import AttendanceAnswer
from consultations.domain.replies import Meaning, meaning
from consultations.flows import confirm, receive
from consultations.queries import asked

View = Callable[..., HttpResponse]
_NOBODY_READS = (
    "Nobody reads answers to this number. Please call {phone}. In an emergency call 911; in a crisis call or text 988."
)
_THANKS = "Thank you. We look forward to seeing you."
_STARTED = "You get text messages from {clinic} again. Answer STOP to end them."


def _from_carrier(view: View) -> View:
    """Refuse a request that the carrier did not sign; it comes from no page of ours, so without a CSRF token."""

    @csrf_exempt
    @login_not_required
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        # The carrier signed the public address, which a proxy may have hidden from us.
        url = f"{settings.SITE_URL}{request.get_full_path()}"
        signature = request.headers.get("X-Twilio-Signature", "")
        fields = dict(request.POST.lists())
        if not settings.TWILIO_AUTH_TOKEN or not sms.is_signed(url=url, fields=fields, signature=signature):
            return HttpResponseForbidden()
        return view(request, **kwargs)

    return checked


@_from_carrier
def text_status(request: HttpRequest, communication_id: UUID) -> HttpResponse:
    """Take what became of a text of ours."""
    receive.status(
        communication_id=communication_id,
        word=request.POST.get("MessageStatus", ""),
        provider_id=request.POST.get("MessageSid", ""),
        code=request.POST.get("ErrorCode", ""),
        now=timezone.now(),
    )
    return HttpResponse(status=204)


@_from_carrier
def text_arrived(request: HttpRequest) -> HttpResponse:
    """Take what a person texted: STOP, START, yes to a visit; anything else is answered with whom to call."""
    phone, body = request.POST.get("From", ""), request.POST.get("Body", "")
    now = timezone.now()
    match meaning(body):
        case Meaning.STOP:
            receive.stop(phone=phone, now=now)
            # The carrier confirms a STOP by itself; anything more would be a text to somebody who wants none.
            return _twiml("")
        case Meaning.START:
            is_back = receive.start(phone=phone, now=now)
            return _twiml(_STARTED.format(clinic=settings.CLINIC_NAME) if is_back else "")
        case Meaning.COME if _comes(phone):
            return _twiml(_THANKS)
    return _twiml(_NOBODY_READS.format(phone=settings.CLINIC_PHONE))


def _comes(phone: str) -> bool:
    now = timezone.now()
    visit = asked.visit_asked_by_text(phone=phone, now=now)
    if visit is None:
        return False
    try:
        confirm.reply(appointment_id=visit.pk, revision=visit.revision, answer=AttendanceAnswer.ACCEPTED, now=now)
    except Refusal:
        return False
    return True


def _twiml(words: str) -> HttpResponse:
    message = f"<Message>{escape(words)}</Message>" if words else ""
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return HttpResponse(body, content_type="text/xml; charset=utf-8")
