"""What a person decided is asked at the moment of sending, whatever was planned before."""

from datetime import UTC, datetime, time, timedelta

import pytest

from consultations.adapters.mail import Letter
from consultations.adapters.outcome import Outcome, Result
from consultations.adapters.sms import STOPPED_BY_RECIPIENT, Text
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus, WishSource
from consultations.flows import remind
from consultations.models import Communication, CommunicationPreference
from consultations.queries import letters
from tests.factories.consultations import AppointmentFactory
from tests.factories.providers import NINE

pytestmark = pytest.mark.django_db
Status = CommunicationStatus

NOON = datetime(2026, 5, 31, 16, tzinfo=UTC)
NIGHT = datetime(2026, 5, 31, 6, tzinfo=UTC)  # two in the morning in New York
MORNING = datetime(2026, 5, 31, 13, tzinfo=UTC)


class Post:
    """Takes messages and answers as it was told."""

    def __init__(self, answer=Result.SENT):
        self.answer, self.sent = answer, []

    def __call__(self, message):
        self.sent.append(message)
        return self.answer


@pytest.fixture
def visit(settings):
    settings.TEXT_MESSAGES = "twilio"
    return AppointmentFactory()


def prefer(visit, **columns):
    preference = CommunicationPreference.objects.locked(visit.patient.user)
    CommunicationPreference.objects.filter(pk=preference.pk).update(**columns)
    preference.refresh_from_db()
    return preference


def plan(visit, kind=CommunicationKind.VISIT_IN_A_DAY, **words):
    Communication.objects.plan(
        subject=visit, kind=kind, recipient_id=visit.patient.user_id, **{"due_at": NIGHT, "expires_at": NINE, **words}
    )
    row = Communication.objects.latest("created_at")
    # As if the quiet hours had been set after it was planned.
    Communication.objects.filter(pk=row.pk).update(due_at=words.get("due_at", NIGHT))
    return row


def send(now=NOON, answer=Result.SENT):
    post = Post(answer)
    remind.dispatch(send=post, clock=lambda: now)
    return post.sent


def fates():
    rows = Communication.objects.order_by("created_at")
    return [(row.channel, row.status, row.status_reason) for row in rows]


def test_an_unsubscribed_person_gets_no_reminder(visit):
    plan(visit)
    prefer(visit, unsubscribed_at=NIGHT, unsubscribed_source=WishSource.LINK)

    assert send() == []
    assert fates() == [(Channel.EMAIL, Status.STOPPED, "unsubscribed")]


def test_an_unsubscribed_person_is_told_of_a_booking(visit):
    plan(visit, CommunicationKind.BOOKING_CONFIRMED)
    prefer(visit, unsubscribed_at=NIGHT, unsubscribed_source=WishSource.LINK)

    (letter,) = send()

    assert letter.unsubscribe == ""


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the mails that must be sent: "), ("es", "los correos que hay que enviar: ")]
)
def test_the_words_of_a_reminder_end_with_where_such_mails_end(visit, language, words):
    visit.patient.preferred_language = language
    visit.patient.save()
    plan(visit)

    (letter,) = send()

    assert letter.body.endswith(f"{words}{letter.unsubscribe}\n")


def test_a_reminder_can_be_ended_from_the_mail_itself(visit):
    plan(visit)

    (letter,) = send()

    assert letter.unsubscribe.startswith("http://localhost:8000/u/")


def test_nobody_is_reminded_in_quiet_hours(visit):
    plan(visit)

    assert send(NIGHT) == []
    assert Communication.objects.get().due_at == MORNING
    assert fates() == [(Channel.EMAIL, Status.PREPARATION, "quiet-hours")]
    assert len(send(MORNING)) == 1


def test_what_would_come_too_late_after_the_quiet_hours_is_not_sent(visit):
    plan(visit, expires_at=NIGHT + timedelta(hours=1))

    assert send(NIGHT) == []
    assert fates() == [(Channel.EMAIL, Status.NOT_DONE, "quiet-hours")]


def test_what_cannot_wait_comes_at_night(visit):
    plan(visit, CommunicationKind.VISIT_IN_AN_HOUR)

    assert len(send(NIGHT)) == 1


def test_who_agreed_to_texts_gets_a_text_with_a_link_and_without_words_about_health(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    row = plan(visit)

    (text,) = send(answer=Outcome(Result.SENT, provider_id="SM1"))

    assert isinstance(text, Text)
    assert text.to == str(visit.patient.phone)
    assert text.reference in text.body
    assert visit.patient.family_name not in text.body
    row.refresh_from_db()
    assert (row.status, row.provider_message_id) == (Status.COMPLETED, "SM1")


def test_a_text_that_is_not_wanted_any_more_goes_as_a_mail(visit):
    preference = prefer(visit, texts_wanted_at=NIGHT)
    plan(visit)
    preference.texts_stopped_at, preference.texts_stopped_source = NIGHT, WishSource.REPLY
    preference.save()

    send()
    (letter,) = send()

    assert isinstance(letter, Letter)
    assert fates() == [(Channel.SMS, Status.STOPPED, "texts-stopped"), (Channel.EMAIL, Status.COMPLETED, "")]


def test_a_text_that_is_refused_for_good_goes_as_a_mail(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    plan(visit)

    send(answer=Outcome(Result.REFUSED, why="sms-21614"))
    send()

    assert fates() == [(Channel.SMS, Status.NOT_DONE, "sms-21614"), (Channel.EMAIL, Status.COMPLETED, "")]


def test_a_stop_that_only_the_carrier_knew_of_is_kept(visit):
    preference = prefer(visit, texts_wanted_at=NIGHT)
    plan(visit)

    send(answer=Outcome(Result.REFUSED, why=STOPPED_BY_RECIPIENT))

    preference.refresh_from_db()
    assert (preference.texts_stopped_at, preference.texts_stopped_source) == (NOON, WishSource.VENDOR)


def test_a_mail_that_is_refused_for_good_goes_as_a_text_to_who_wants_texts(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    plan(visit, channel=Channel.EMAIL)

    send(answer=Result.REFUSED)
    (text,) = send()

    assert isinstance(text, Text)


def test_when_every_way_failed_nothing_goes_round_in_circles(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    plan(visit)

    for _ in range(4):
        send(answer=Result.REFUSED)

    assert fates() == [(Channel.SMS, Status.NOT_DONE, "refused"), (Channel.EMAIL, Status.NOT_DONE, "refused")]


def test_a_text_whose_answer_was_lost_is_not_sent_again(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    plan(visit)

    send(answer=Outcome(Result.UNKNOWN, why="answer-lost"))

    assert send() == []
    assert fates() == [(Channel.SMS, Status.UNKNOWN, "answer-lost")]


def test_a_sender_that_died_over_a_text_leaves_it_unknown_and_may_still_tell(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    plan(visit)
    (taken,) = remind.take(now=NOON, limit=1)
    remind.dial(taken=taken, now=NOON)
    later = NOON + remind.LEASE

    assert remind.take(now=later, limit=1) == []
    assert fates() == [(Channel.SMS, Status.UNKNOWN, "sender-died")]
    assert remind.settle(taken=taken, result=Result.SENT, now=later)
    assert fates() == [(Channel.SMS, Status.COMPLETED, "")]


def test_a_sender_that_died_before_it_dialled_leaves_the_message_as_it_was(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    plan(visit)
    remind.take(now=NOON, limit=1)

    assert len(remind.take(now=NOON + remind.LEASE, limit=1)) == 1


def test_a_mail_server_that_is_away_costs_no_attempt_and_one_call(visit):
    first = plan(visit, CommunicationKind.BOOKING_CONFIRMED, due_at=NIGHT)
    plan(visit, CommunicationKind.VISIT_IN_A_DAY, due_at=NIGHT + timedelta(minutes=1))
    post = Post(Outcome(Result.RETRY, why="no-connection", is_reachable=False))

    remind.drain(send=post, clock=lambda: NOON, channel=Channel.EMAIL)

    first.refresh_from_db()
    assert len(post.sent) == 1
    assert first.attempts == 0
    assert fates() == [
        (Channel.EMAIL, Status.PREPARATION, "no-connection"),
        (Channel.EMAIL, Status.PREPARATION, ""),
    ]


def test_a_drain_sends_all_of_its_channel_and_nothing_else(visit):
    prefer(visit, texts_wanted_at=NIGHT)
    for number in range(5):
        plan(visit, occurrence=str(number), channel=Channel.EMAIL)
    plan(visit, occurrence="text")
    post = Post()

    assert remind.drain(send=post, clock=lambda: NOON, channel=Channel.EMAIL, limit=2) == 5
    assert all(isinstance(letter, Letter) for letter in post.sent)


def test_a_message_that_cannot_be_written_does_not_keep_the_others(visit, monkeypatch, caplog):
    broken = plan(visit, occurrence="broken")
    plan(visit, occurrence="well")
    compose = letters.compose
    monkeypatch.setattr(letters, "compose", lambda row, **how: 1 / 0 if row.pk == broken.pk else compose(row, **how))

    assert len(send()) == 1

    broken.refresh_from_db()
    assert (broken.status, broken.status_reason, broken.attempts) == (Status.PREPARATION, "could-not-be-written", 1)
    assert str(broken.pk) in str(caplog.records[0].__dict__["communication"])


def test_a_message_that_can_never_be_written_is_given_up(visit, monkeypatch):
    plan(visit)
    monkeypatch.setattr(letters, "compose", lambda _row, **_how: 1 / 0)
    now = NOON

    for _ in range(6):
        send(now)
        now = Communication.objects.get().due_at

    assert fates() == [(Channel.EMAIL, Status.NOT_DONE, "gave-up")]


@pytest.mark.parametrize(
    ("wall", "shown"), [(time(20), Status.PREPARATION), (time(3), Status.COMPLETED)], ids=["quiet", "loud"]
)
def test_quiet_hours_are_the_persons_own(visit, wall, shown):
    prefer(visit, quiet_from=wall, quiet_until=time(5))
    plan(visit)

    send(NIGHT)

    assert Communication.objects.get().status == shown
