"""
Text messages through Twilio's published API.

Twilio knows no idempotency key for messages: a request whose answer was lost may have been carried out. So every text
carries a reference of its own, and what was sent is looked up by it before anything is sent again.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3
from django.conf import settings
from django.core.mail import EmailMessage

from consultations.adapters.outcome import Outcome, Result

_TIMEOUT = urllib3.Timeout(connect=3, read=10)
_HTTP = urllib3.PoolManager(num_pools=2, retries=False, timeout=_TIMEOUT)
_PAGE = 50
# The request was made before its answer was waited for; clocks differ a little.
_BEFORE = timedelta(minutes=2)
STOPPED_BY_RECIPIENT = "sms-21610"
_TRY_LATER = {20429, 21611, 14107, 63018}


@dataclass(frozen=True, slots=True)
class Text:
    """
    One text message, ready to go.

    to         E.164
    reference  is part of the body and of no other body
    callback   the address that is told what became of it
    """

    to: str
    body: str
    reference: str
    callback: str = ""


def send(text: Text) -> Outcome:
    """
    Hand one text to the carrier.

    Returns  SENT when it was accepted, REFUSED when it never will be, RETRY when it was not taken, UNKNOWN when the
             answer was lost: look it up before sending again
    Source   Twilio, Messages resource, "Create a Message"; error dictionary, 20500 and 21610
    """
    if settings.TEXT_MESSAGES == "mail":
        return _show(text)
    sender = "MessagingServiceSid" if settings.TWILIO_FROM.startswith("MG") else "From"
    fields = {"To": text.to, sender: settings.TWILIO_FROM, "Body": text.body}
    if text.callback:
        fields["StatusCallback"] = text.callback
    try:
        answer = _HTTP.request("POST", _url(), fields=fields, headers=_headers(), encode_multipart=False)
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
        return Outcome(Result.RETRY, why="no-connection", is_reachable=False)
    except urllib3.exceptions.HTTPError:
        return Outcome(Result.UNKNOWN, why="answer-lost")
    return _outcome(answer.status, _json(answer.data))


def look_up(text: Text, *, since: datetime) -> Outcome:
    """
    Find out what became of a text whose answer was lost.

    since    when it was handed over, aware UTC
    Returns  SENT or REFUSED when the carrier has it, RETRY when it has not, UNKNOWN when nobody can tell
    """
    if settings.TEXT_MESSAGES != "twilio":
        return Outcome(Result.UNKNOWN)
    try:
        answer = _HTTP.request("GET", _url(), fields={"To": text.to, "PageSize": str(_PAGE)}, headers=_headers())
    except urllib3.exceptions.HTTPError:
        return Outcome(Result.UNKNOWN)
    if answer.status != 200:
        return Outcome(Result.UNKNOWN)
    page = _json(answer.data)
    listed = page.get("messages", [])
    found = next((one for one in listed if text.reference in str(one.get("body", ""))), None)
    if found is not None:
        return _listed(found)
    is_whole = not page.get("next_page_uri") or any(_created_at(one) < since - _BEFORE for one in listed)
    return Outcome(Result.RETRY if is_whole else Result.UNKNOWN)


def is_signed(*, url: str, fields: Mapping[str, Iterable[str]], signature: str) -> bool:
    """
    Tell whether a request to us came from the carrier.

    url     the whole address as the carrier called it
    Source  Twilio, "Validating signatures from Twilio": HMAC-SHA1 of the address and the sorted fields
    """
    words = "".join(f"{name}{value}" for name in sorted(fields) for value in sorted(set(fields[name])))
    return hmac.compare_digest(sign(url + words), signature)


def sign(words: str) -> str:
    """Return the carrier's signature of some words."""
    digest = hmac.new(settings.TWILIO_AUTH_TOKEN.encode(), words.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _outcome(status: int, answer: Mapping[str, Any]) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Result.SENT, provider_id=str(answer.get("sid", "")))
    code = int(answer.get("code") or 0)
    if status >= 500:
        return Outcome(Result.UNKNOWN, why=f"http-{status}")
    if status in {401, 403, 404, 408, 429} or code in _TRY_LATER:
        # Nothing about this recipient: too many at once, or the account is not as it should be.
        return Outcome(Result.RETRY, why=f"sms-{code or status}", is_reachable=status != 401)
    return Outcome(Result.REFUSED, why=f"sms-{code or status}")


def _listed(found: Mapping[str, Any]) -> Outcome:
    sid = str(found.get("sid", ""))
    if found.get("status") in {"failed", "undelivered", "canceled"}:
        return Outcome(Result.REFUSED, provider_id=sid, why=f"sms-{found.get('error_code') or found['status']}")
    return Outcome(Result.SENT, provider_id=sid)


def _created_at(found: Mapping[str, Any]) -> datetime:
    return parsedate_to_datetime(str(found["date_created"]))


def _show(text: Text) -> Outcome:
    """Put a text beside the mails of the demo, which nobody delivers."""
    address = f"{text.to.lstrip('+')}@text.example"
    EmailMessage(subject=f"Text message to {text.to}", body=text.body, to=[address]).send()
    return Outcome(Result.SENT, provider_id=text.reference)


def _url() -> str:
    return f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages.json"


def _headers() -> dict[str, str]:
    account = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}"
    return {**urllib3.make_headers(basic_auth=account, user_agent="anteroom"), "Accept": "application/json"}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
