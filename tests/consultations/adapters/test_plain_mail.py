"""Plain letters are written without Django, byte for byte as Django writes them; the others are left to Django."""

import socket
from contextlib import closing, contextmanager
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from hypothesis import example, given
from hypothesis import strategies as st

from consultations.adapters import mail, plain_mail
from consultations.adapters.mail import Attachment, Letter
from consultations.adapters.outcome import Result

LETTER = Letter("grace@example.com", "Your visit", "Hello Grace,\n\nsee you.\n", "<1@anteroom>", unsubscribe="")
ADDRESSES = st.from_regex(plain_mail._ADDRESS, fullmatch=True)
LINES = st.text(st.characters(blacklist_categories=["Cs"]), max_size=90)
BODIES = st.lists(LINES, max_size=5).map(lambda lines: "\n".join([*lines, ""]))


def undated(written):
    return [line for line in written.split(b"\r\n") if not line.startswith(b"Date: ")]


@given(
    to=ADDRESSES,
    subject=LINES,
    body=BODIES,
    link=st.text("abcXYZ019-_:/.", min_size=1, max_size=200),
)
@example(to="a@example.com", subject="Your visit", body=".\n.\n", link="https://clinic.example/u/1/")
@example(to="a@example.com", subject="Su visita mañana", body="Hola José,\n", link="https://clinic.example/u/1/")
@example(to=f"{'a' * 60}@example.com", subject="x" * 75, body="From here\n", link="x" * 150)
@example(to="a@example.com", subject="", body="x" * 999 + "\n", link="x")
def test_a_plain_letter_is_written_as_django_writes_it(to, subject, body, link):
    letter = Letter(to, subject, body, "<1@anteroom>", unsubscribe=link)

    plain = mail._plain(letter)

    if plain is not None:
        assert undated(plain) == undated(mail._message(letter, None).message().as_bytes(linesep="\r\n"))


@pytest.mark.parametrize(
    "letter",
    [
        LETTER,
        Letter("o.hara+1@mail.example.com", "Tomorrow at 9", "¡Hasta mañana!\n", "<1@anteroom>", unsubscribe="u" * 90),
    ],
    ids=["english", "spanish-body-and-long-link"],
)
def test_what_is_usual_is_plain(letter):
    read = message_from_bytes(mail._plain(letter), policy=default)

    assert (read["Subject"], read["To"]) == (letter.subject, letter.to)
    assert read.get_content().splitlines() == letter.body.splitlines()


@pytest.mark.parametrize(
    "strange",
    [
        {"to": "Grace <grace@example.com>"},
        {"to": "grace@exämple.com"},
        {"to": '"a b"@example.com'},
        {"to": "a@example.com\nBcc: b@example.com"},
        {"subject": "Su visita mañana"},
        {"subject": "x " * 60},
        {"body": "a\rb"},
        {"body": "x" * 999},
    ],
    ids=lambda strange: next(iter(strange)),
)
def test_what_is_not_plain_is_left_to_django(strange):
    words = {"to": "a@example.com", "subject": "Your visit", "body": "Hello\n", "headers": {}, **strange}

    assert plain_mail.written(**words) is None


class Taken:
    """What arrived at a mail server: from whom, for whom, and the bytes."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "550 No" if b"refuse" in envelope.content else "250 Taken"


@contextmanager
def mail_server(settings):
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    taken = Taken()
    server = Controller(taken, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield taken
    finally:
        server.stop()


def test_both_ways_lead_to_the_mail_server(settings, monkeypatch):
    settings.DEFAULT_FROM_EMAIL = "A Clinic <no-reply@clinic.example>"
    invited = Letter(
        "a@example.com", "Your visit", "Hello\n", "<2@anteroom>", invitation=Attachment(b"BEGIN", "REQUEST")
    )
    django = []
    monkeypatch.setattr(mail, "_message", lambda *given, real=mail._message: django.append(given[0]) or real(*given))

    with mail_server(settings) as taken, mail.connected() as send:
        outcomes = [send(letter) for letter in (LETTER, invited)]

    assert [one.result for one in outcomes] == [Result.SENT, Result.SENT]
    assert django == [invited]
    assert [one[:2] for one in taken.letters] == [
        ("no-reply@clinic.example", ["grace@example.com"]),
        ("no-reply@clinic.example", ["a@example.com"]),
    ]
    assert b"From: A Clinic <no-reply@clinic.example>\r\n" in taken.letters[0][2]


def test_a_plain_letter_is_refused_as_any_other(settings):
    with mail_server(settings), mail.connected() as send:
        outcome = send(Letter("a@example.com", "Your visit", "refuse\n", "<1@anteroom>"))

    assert (outcome.result, outcome.why) == (Result.REFUSED, "smtp-550")
