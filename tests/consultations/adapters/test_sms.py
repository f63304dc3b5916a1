"""Texts against a double of the carrier that checks signature and format."""

from datetime import UTC, datetime, timedelta

import pytest

from consultations.adapters import sms
from consultations.adapters.outcome import Outcome, Result
from tests.consultations import carrier as double

NUMBER = "+12125550123"


def text(to=NUMBER, **words):
    return sms.Text(**{"to": to, "body": "See you: https://clinic.example/m/abc/", "reference": "abc", **words})


def test_a_text_goes_out_as_the_carrier_wants_it(carrier):
    outcome = sms.send(text(callback="https://clinic.example/hooks/texts/1/"))

    assert carrier.faults == []
    assert outcome == Outcome(Result.SENT, provider_id=carrier.accepted[0]["sid"])
    assert carrier.accepted[0]["status_callback"] == "https://clinic.example/hooks/texts/1/"


@pytest.mark.parametrize(
    ("to", "result", "why"),
    [
        pytest.param(double.LANDLINE, Result.REFUSED, "sms-21614", id="a landline"),
        pytest.param(double.STOPPED, Result.REFUSED, sms.STOPPED_BY_RECIPIENT, id="who answered STOP"),
        pytest.param(double.BUSY, Result.RETRY, "sms-20429", id="too many at once"),
        pytest.param(double.BROKEN, Result.UNKNOWN, "http-500", id="an answer that promises nothing"),
        pytest.param(double.SILENT, Result.UNKNOWN, "answer-lost", id="no answer"),
    ],
)
def test_what_becomes_of_a_text_that_is_not_taken(carrier, to, result, why):
    outcome = sms.send(text(to))

    assert (outcome.result, outcome.why) == (result, why)


def test_a_carrier_that_is_away_says_nothing_about_the_text(settings):
    settings.TEXT_MESSAGES, settings.TWILIO_API_URL = "twilio", "http://127.0.0.1:1"

    assert sms.send(text()) == Outcome(Result.RETRY, why="no-connection", is_reachable=False)


@pytest.mark.parametrize(
    ("to", "found"),
    [
        pytest.param(double.LOST, Result.SENT, id="it was taken"),
        pytest.param(double.SILENT, Result.RETRY, id="it was not"),
    ],
)
def test_a_lost_answer_is_looked_up(carrier, to, found):
    assert sms.send(text(to)).result is Result.UNKNOWN
    assert sms.look_up(text(to), since=datetime.now(UTC)).result is found


def test_another_text_to_the_same_phone_is_another_text(carrier):
    sms.send(text(double.LOST, body="https://clinic.example/m/xyz/"))

    assert sms.look_up(text(double.LOST), since=datetime.now(UTC)).result is Result.RETRY


def test_a_text_that_failed_on_its_way_is_found_as_failed(carrier):
    sms.send(text())
    carrier.accepted[0].update(status="undelivered", error_code=30006)

    found = sms.look_up(text(), since=datetime.now(UTC))

    assert (found.result, found.why) == (Result.REFUSED, "sms-30006")


@pytest.mark.parametrize(("ago", "found"), [(timedelta(hours=1), Result.RETRY), (timedelta(0), Result.UNKNOWN)])
def test_a_list_that_goes_on_answers_only_when_it_reaches_back_far_enough(carrier, ago, found):
    sms.send(text(body="https://clinic.example/m/xyz/"))
    carrier.accepted[0]["date_created"] = "Mon, 01 Jun 2026 12:00:00 +0000"
    carrier.has_more_pages = True

    since = datetime(2026, 6, 1, 12, tzinfo=UTC) + ago

    assert sms.look_up(text(), since=since).result is found


def test_nobody_can_tell_when_the_carrier_is_away(settings):
    settings.TEXT_MESSAGES, settings.TWILIO_API_URL = "twilio", "http://127.0.0.1:1"

    assert sms.look_up(text(), since=datetime.now(UTC)).result is Result.UNKNOWN


def test_in_the_demo_texts_lie_beside_the_mails(settings, mailoutbox):
    settings.TEXT_MESSAGES = "mail"

    assert sms.send(text()).result is Result.SENT
    assert mailoutbox[0].subject == f"Text message to {NUMBER}"
    assert sms.look_up(text(), since=datetime.now(UTC)).result is Result.UNKNOWN


# The example of Twilio's "Validating signatures from Twilio".
EXAMPLE = {
    "CallSid": ["CA1234567890ABCDE"],
    "Caller": ["+14158675310"],
    "Digits": ["1234"],
    "From": ["+14158675310"],
    "To": ["+18005551212"],
}


@pytest.mark.parametrize(
    ("url", "is_good"),
    [("https://example.com/myapp.php?foo=1&bar=2", True), ("https://example.com/myapp.php?foo=1&bar=3", False)],
)
def test_a_signature_is_of_the_address_and_every_field(settings, url, is_good):
    settings.TWILIO_AUTH_TOKEN = "12345"

    assert sms.is_signed(url=url, fields=EXAMPLE, signature="L/OH5YylLD5NRKLltdqwSvS0BnU=") is is_good
