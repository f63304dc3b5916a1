from datetime import time
from zoneinfo import ZoneInfo

import pytest

from consultations.domain.codes import Channel, CommunicationKind
from consultations.domain.hours import QuietHours
from consultations.domain.wishes import ALWAYS, RULES, Wishes, rule

Kind = CommunicationKind
NIGHT = QuietHours(time(20), time(9), ZoneInfo("America/New_York"))
DEFAULTS = Wishes(NIGHT)
TEXTS = Wishes(NIGHT, by_text=True)
STOPPED = Wishes(NIGHT, by_text=True, stopped=True)
UNSUBSCRIBED = Wishes(NIGHT, unsubscribed=True)


def test_every_kind_of_message_has_a_rule():
    assert set(RULES) == set(CommunicationKind)


@pytest.mark.parametrize(
    ("wishes", "kind", "channel", "why"),
    [
        pytest.param(DEFAULTS, Kind.VISIT_IN_A_DAY, Channel.EMAIL, "", id="mail unless refused"),
        pytest.param(UNSUBSCRIBED, Kind.VISIT_IN_A_DAY, Channel.EMAIL, "unsubscribed", id="a reminder can be refused"),
        pytest.param(UNSUBSCRIBED, Kind.BOOKING_MOVED, Channel.EMAIL, "", id="a booking cannot"),
        pytest.param(UNSUBSCRIBED, Kind.SAFETY_FLAG, Channel.EMAIL, "", id="safety cannot"),
        pytest.param(UNSUBSCRIBED, Kind.CLINICIAN_ASKS, Channel.EMAIL, "", id="somebody who waits cannot"),
        pytest.param(DEFAULTS, Kind.VISIT_IN_A_DAY, Channel.SMS, "texts-off", id="texts only when asked for"),
        pytest.param(TEXTS, Kind.VISIT_IN_A_DAY, Channel.SMS, "", id="texts when asked for"),
        pytest.param(STOPPED, Kind.VISIT_IN_A_DAY, Channel.SMS, "texts-stopped", id="STOP is stronger"),
        pytest.param(TEXTS, Kind.CARE_PLAN_READY, Channel.SMS, "texts-off", id="some kinds are no texts"),
    ],
)
def test_what_may_be_sent(wishes, kind, channel, why):
    assert wishes.refusal(kind, channel) == why


@pytest.mark.parametrize(
    ("wishes", "failed", "left"),
    [
        pytest.param(TEXTS, Channel.SMS, Channel.EMAIL, id="after a text, mail"),
        pytest.param(TEXTS, Channel.EMAIL, Channel.SMS, id="after mail, a text to who wants texts"),
        pytest.param(DEFAULTS, Channel.EMAIL, None, id="after mail, nothing"),
    ],
)
def test_which_way_is_left(wishes, failed, left):
    assert wishes.next_channel(Kind.VISIT_IN_A_DAY, failed) == left


def test_a_text_goes_first_to_who_asked_for_texts():
    assert TEXTS.channel(Kind.VISIT_IN_A_DAY) == Channel.SMS
    assert STOPPED.channel(Kind.VISIT_IN_A_DAY) == DEFAULTS.channel(Kind.VISIT_IN_A_DAY) == Channel.EMAIL


def test_only_what_answers_or_cannot_wait_comes_at_night():
    loud = {kind for kind in CommunicationKind if DEFAULTS.quiet_for(kind) is None}

    assert {Kind.BOOKING_CONFIRMED, Kind.VISIT_IN_AN_HOUR, Kind.SAFETY_FLAG} <= loud
    assert not loud & {Kind.VISIT_IN_A_DAY, Kind.MEASURE_DUE, Kind.INTAKE_UNFINISHED}


def test_what_nobody_wrote_a_rule_for_is_always_sent(monkeypatch):
    monkeypatch.setattr("consultations.domain.wishes.RULES", {})

    assert rule("visit-in-a-day") == ALWAYS
