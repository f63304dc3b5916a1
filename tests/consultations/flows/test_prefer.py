"""What a person decides about messages holds for what is planned already."""

from datetime import UTC, datetime, time, timedelta

import pytest

from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus, WishSource
from consultations.flows import prefer
from consultations.models import Communication, CommunicationPreference
from tests.factories.consultations import AppointmentFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
Kind = CommunicationKind
# Eight in the morning in New York; the quiet hours end at nine.
EIGHT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def visit(settings):
    settings.TEXT_MESSAGES = "twilio"
    visit = AppointmentFactory()
    Communication.objects.plan(
        subject=visit,
        kind=Kind.VISIT_IN_A_DAY,
        recipient_id=visit.patient.user_id,
        due_at=EIGHT,
        expires_at=NINE + timedelta(hours=3),
    )
    return visit


def choose(visit, **words):
    defaults = {"optional_mail": True, "texts": False, "quiet_from": time(20), "quiet_until": time(9)}
    return prefer.change(choice=prefer.Choice(**{**defaults, **words}), by=visit.patient.user, now=NOW)


def planned():
    return Communication.objects.get()


def test_new_quiet_hours_move_what_is_planned(visit):
    assert planned().due_at == NINE

    choose(visit, quiet_until=time(10))
    assert planned().due_at == NINE + timedelta(hours=1)

    choose(visit, quiet_until=time(7))
    assert planned().due_at == EIGHT


def test_who_asks_for_texts_gets_as_text_what_is_planned(visit):
    choose(visit, texts=True)
    assert planned().channel == Channel.SMS

    choose(visit)
    assert planned().channel == Channel.EMAIL


def test_what_was_tried_already_keeps_its_way(visit):
    Communication.objects.update(attempts=1)

    choose(visit, texts=True)

    assert planned().channel == Channel.EMAIL


@pytest.mark.parametrize("hours", [(time(20), time(19)), (time(8), time(5)), (time(1), time(22))])
def test_some_hours_must_be_left(visit, hours):
    with pytest.raises(prefer.TooQuiet) as refused:
        choose(visit, quiet_from=hours[0], quiet_until=hours[1])
    assert refused.value.errors[0].field == "quiet_until"


def test_texts_need_a_carrier(visit, settings):
    settings.TEXT_MESSAGES = ""

    with pytest.raises(prefer.NoTexts):
        choose(visit, texts=True)


def test_who_asks_for_texts_again_lifts_their_stop(visit):
    CommunicationPreference.objects.stop_texts([visit.patient.user], source=WishSource.REPLY, now=NOW)

    stored = choose(visit, texts=True)

    assert (stored.texts_stopped_at, stored.texts_wanted_at) == (None, NOW)


def test_who_moves_is_waked_by_their_new_clock(visit):
    visit.patient.time_zone = "America/Los_Angeles"
    visit.patient.save()

    assert prefer.follow_moves(now=NOW) == 1
    assert planned().due_at == datetime(2026, 5, 31, 2, 45, tzinfo=UTC) + timedelta(days=1)
    assert prefer.follow_moves(now=NOW) == 0


def test_unsubscribing_is_kept_with_its_source(visit):
    assert prefer.unsubscribe(communication_id=planned().pk, now=NOW)
    assert not prefer.unsubscribe(communication_id=planned().pk, now=NOW + timedelta(hours=1))

    stored = CommunicationPreference.objects.get()
    assert (stored.unsubscribed_at, stored.unsubscribed_source) == (NOW, WishSource.LINK)


def test_an_old_link_does_not_undo_a_later_decision(visit):
    Communication.objects.update(dialled_at=NOW - timedelta(days=1))
    choose(visit, optional_mail=False)
    choose(visit)

    assert not prefer.unsubscribe(communication_id=planned().pk, now=NOW + timedelta(days=1))
    assert CommunicationPreference.objects.get().unsubscribed_at is None


def test_what_must_be_sent_cannot_be_ended_by_a_link(visit):
    Communication.objects.update(kind=Kind.BOOKING_CONFIRMED)

    with pytest.raises(prefer.LinkOver):
        prefer.unsubscribe(communication_id=planned().pk, now=NOW)


def test_nothing_that_is_over_is_timed_again(visit):
    Communication.objects.update(status=CommunicationStatus.STOPPED)

    choose(visit, quiet_until=time(10))

    assert planned().due_at == NINE
