"""The demo's mailbox: what the SMTP receiver wrote to the mail folder."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.embedded import paths

SHOWN = 100
_LINK = re.compile(r"<(https?://[^>]+)>")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as the page shows it."""

    name: str
    subject: str
    to: str
    sent_at: datetime | None
    text: str
    attached: tuple[tuple[str, str], ...]
    unsubscribe: str


@login_not_required
@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """List the newest mails."""
    files = sorted(paths.mail_dir().glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)[:SHOWN]
    return render(request, "core/demo_mail.html", {"mails": [_read(file) for file in files]})


@login_not_required
@require_safe
def read_demo_mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail as text."""
    file = next((file for file in paths.mail_dir().glob("*.eml") if file.stem == name), None)
    if file is None:
        raise Http404
    return render(request, "core/read_demo_mail.html", {"mail": _read(file)})


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    link = _LINK.search(str(message.get("List-Unsubscribe", "")))
    return Mail(
        name=file.stem,
        subject=str(message.get("Subject", "")),
        to=str(message.get("To", "")),
        sent_at=_sent_at(message),
        text=body.get_content() if body else "",
        attached=tuple((part.get_filename("attachment"), _text(part)) for part in message.iter_attachments()),
        unsubscribe=link[1] if link else "",
    )


def _text(part: EmailMessage) -> str:
    return str(part.get_content()) if part.get_content_maintype() == "text" else ""


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["Date"])) if message["Date"] else None
    except ValueError:
        return None
