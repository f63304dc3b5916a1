"""E-mail through Django's mail backend: SMTP by default, vendors by django-anymail."""

import re
import smtplib
from dataclasses import dataclass
from enum import Enum

from anymail.exceptions import AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, get_connection

_PERMANENT = (550, 551, 552, 553, 554)


class Result(Enum):
    """What became of one message."""

    SENT = "sent"
    REFUSED = "refused"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to go; `message_id` stays the same when it has to be sent again."""

    to: str
    subject: str
    body: str
    message_id: str
    calendar: bytes = b""


def send(letter: Letter) -> Result:
    """
    Hand one letter to the mail server.

    Returns  SENT when the server accepted it, REFUSED when it never will, RETRY when it may accept it later
    Source   RFC 5321, 4.2.1 (permanent and transient replies)
    """
    message = EmailMultiAlternatives(
        subject=re.sub(r"\s+", " ", letter.subject).strip(),
        body=letter.body,
        to=[letter.to],
        headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    if letter.calendar:
        message.attach("visit.ics", letter.calendar, "text/calendar")
    try:
        message.send()
    except (smtplib.SMTPRecipientsRefused, AnymailRecipientsRefused) as error:
        return Result.REFUSED if _is_permanent(error) else Result.RETRY
    except smtplib.SMTPResponseException as error:
        return Result.REFUSED if error.smtp_code in _PERMANENT else Result.RETRY
    except (smtplib.SMTPException, OSError):
        return Result.RETRY
    return Result.SENT


def _is_permanent(error: Exception) -> bool:
    replies = getattr(error, "recipients", None)
    if not isinstance(replies, dict):
        return True
    return all(code in _PERMANENT for code, _words in replies.values())
