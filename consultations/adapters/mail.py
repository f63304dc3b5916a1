"""E-mail through Django's mail backend: SMTP by default, vendors by django-anymail."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.mime.text import MIMEText
from typing import Any

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp

from consultations.adapters import plain_mail
from consultations.adapters.outcome import Outcome, Result

_PERMANENT = (550, 551, 552, 553, 554)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A calendar file, and what the calendar shall do with it."""

    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Letter:
    """
    One message, ready to go.

    message_id   stays the same when it has to be sent again
    unsubscribe  the address that ends such mails by one POST; empty where nothing can be ended
    """

    to: str
    subject: str
    body: str
    message_id: str
    invitation: Attachment | None = None
    unsubscribe: str = ""


def send(letter: Letter) -> Result:
    """
    Hand one letter to the mail server.

    Returns  SENT when the server accepted it, REFUSED when it never will, RETRY when it may accept it later
    Source   RFC 5321, 4.2.1 (permanent and transient replies)
    """
    return _send(letter, get_connection()).result


@contextmanager
def connected() -> Iterator[Callable[[Letter], Outcome]]:
    """Give a sender that keeps one connection to the mail server for many letters."""
    connection = get_connection()

    def send_on(letter: Letter) -> Outcome:
        try:
            connection.open()
        except (smtplib.SMTPException, OSError):
            _hang_up(connection)
            return Outcome(Result.RETRY, why="no-connection", is_reachable=False)
        outcome = _send(letter, connection)
        if outcome.result is not Result.SENT:
            # What state a connection is in after a failure, nobody knows; the next letter gets a new one.
            _hang_up(connection)
        return outcome

    try:
        yield send_on
    finally:
        _hang_up(connection)


def _send(letter: Letter, connection: Any) -> Outcome:
    try:
        _hand_over(letter, connection)
    except (smtplib.SMTPRecipientsRefused, AnymailRecipientsRefused) as error:
        return _refusal(_codes(error))
    except smtplib.SMTPResponseException as error:
        return _refusal([error.smtp_code])
    except (smtplib.SMTPException, OSError):
        return Outcome(Result.RETRY, why="connection-lost")
    return Outcome(Result.SENT, provider_id=letter.message_id)


def _hand_over(letter: Letter, connection: Any) -> None:
    """Send a letter; on an open connection to a bare mail server a plain one goes as it is."""
    server = connection.connection if isinstance(connection, smtp.EmailBackend) else None
    plain = _plain(letter) if server is not None and letter.invitation is None else None
    if server is None or plain is None:
        _message(letter, connection).send()
    else:
        server.sendmail(plain_mail.sender(settings.DEFAULT_FROM_EMAIL), [letter.to], plain)


def _plain(letter: Letter) -> bytes | None:
    return plain_mail.written(to=letter.to, subject=_subject(letter), body=letter.body, headers=_headers(letter))


def _subject(letter: Letter) -> str:
    return " ".join(letter.subject.split())


def _headers(letter: Letter) -> dict[str, str]:
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
    if letter.unsubscribe:
        # RFC 8058: the mail program posts to this address by itself.
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _message(letter: Letter, connection: Any) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=_subject(letter),
        body=letter.body,
        to=[letter.to],
        headers=_headers(letter),
        connection=connection,
    )
    # Providers give this back when they tell what became of the mail; a bare mail server never sees it.
    message.metadata = {"communication": letter.message_id[1:].partition("@")[0]}  # type: ignore[attr-defined]
    if letter.invitation:
        message.attach(_calendar_part(letter.invitation))
    return message


def _calendar_part(invitation: Attachment) -> MIMEText:
    """Return the part that mail programs hand to the calendar by themselves: RFC 6047, 2.4 asks for the method."""
    part = MIMEText(invitation.content.decode(), "calendar", "utf-8")
    part.set_param("method", invitation.method)
    part.add_header("Content-Disposition", "attachment", filename="visit.ics")
    return part


def _refusal(codes: list[int]) -> Outcome:
    permanent = all(code in _PERMANENT for code in codes)
    why = f"smtp-{codes[0]}" if codes else "recipient-refused"
    return Outcome(Result.REFUSED if permanent else Result.RETRY, why=why)


def _codes(error: Exception) -> list[int]:
    replies = getattr(error, "recipients", None)
    return [code for code, _words in replies.values()] if isinstance(replies, dict) else []


def _hang_up(connection: Any) -> None:
    with suppress(smtplib.SMTPException, OSError):
        connection.close()
