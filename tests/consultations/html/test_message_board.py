"""What administrators and Prometheus see of the messages."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from config.core.clock import database_now
from consultations.domain.codes import CommunicationKind, CommunicationStatus
from consultations.html.charts import WIDTH, Column, bars, shares
from consultations.models import Communication, Heartbeat
from consultations.queries import message_figures
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory

pytestmark = pytest.mark.django_db
Status = CommunicationStatus
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def message(*, ago, status=Status.COMPLETED, late=0, reason=""):
    """Store a message that was due so many minutes ago."""
    visit = AppointmentFactory() if not Communication.objects.exists() else None
    subject = visit.pk if visit else Communication.objects.first().subject_id
    recipient = visit.patient.user_id if visit else Communication.objects.first().recipient_id
    due_at = database_now() - timedelta(minutes=ago)
    return Communication.objects.create(
        subject_type="consultations.appointment",
        subject_id=subject,
        kind=CommunicationKind.VISIT_IN_A_DAY,
        occurrence=str(Communication.objects.count()),
        recipient_id=recipient,
        status=status,
        status_reason=reason,
        due_at=due_at,
        sent_at=due_at + timedelta(seconds=late) if status == Status.COMPLETED else None,
    )


def test_figures_say_what_waits_how_late_it_is_and_what_failed():
    for late in (1, 2, 3, 40):
        message(ago=10, late=late)
    message(ago=5, status=Status.PREPARATION)
    message(ago=5, status=Status.NOT_DONE, reason="smtp-550")
    message(ago=5, status=Status.NOT_DONE, reason="too-late")
    message(ago=5, status=Status.UNKNOWN)

    now = database_now()
    present = message_figures.present(now)

    assert (present.due, present.dead, present.unknown, present.sending) == (1, 1, 1, 0)
    assert 300 <= present.oldest_due_seconds < 330
    assert 30 < present.late_p95_seconds <= 40
    assert present.tick_is_late
    assert [(row.sent, row.failed) for row in message_figures.failures(now)] == [(4, 1)]
    assert message_figures.reasons(now) == [("smtp-550", 1), ("too-late", 1)]


def test_the_hours_are_whole_and_add_up():
    message(ago=1)
    message(ago=60 * 30)
    message(ago=2, status=Status.NOT_DONE, reason="smtp-550")

    hours = message_figures.hours(database_now())

    assert len(hours) == 24
    assert (sum(hour.sent for hour in hours), sum(hour.failed for hour in hours)) == (1, 1)


def test_the_hours_say_how_many_waited_at_their_end():
    with time_machine.travel(NOON + timedelta(minutes=30), tick=False):
        waits(due=NOON - timedelta(hours=2, minutes=10), sent=NOON - timedelta(minutes=10))
        waits(due=NOON - timedelta(minutes=10))
        waits(due=NOON - timedelta(minutes=5), stopped=NOON - timedelta(hours=1))

        hours = message_figures.hours(NOON + timedelta(minutes=30))

    assert [hour.waiting for hour in hours[-5:]] == [0, 1, 1, 1, 1]
    assert sum(hour.sent for hour in hours) == 1


def waits(*, due, sent=None, stopped=None):
    """Store a message with the instants of its life."""
    row = message(ago=0, status=Status.COMPLETED if sent else Status.STOPPED if stopped else Status.PREPARATION)
    Communication.objects.filter(pk=row.pk).update(due_at=due, sent_at=sent, updated_at=sent or stopped or due)


def test_a_board_shows_them_to_administrators(browse):
    message(ago=5, status=Status.NOT_DONE, reason="smtp-550")

    page = browse(AdminFactory()).get("/clinic/messages/")

    assert_shows(
        page, "Nobody is sending messages", "1 of 1 failed", "smtp-550", "Due and waiting, at the end of each hour"
    )
    assert b"<svg" in page.content


def test_lateness_is_in_words_and_each_chart_says_how_high_it_is(browse):
    for _ in range(2):
        message(ago=10, late=7 * 60)

    page = browse(AdminFactory()).get("/clinic/messages/")

    assert_shows(page, "7 minutes", "The highest bar is 2 messages", "The highest bar is 7 minutes")


def test_the_alarm_goes_when_the_tick_runs(browse):
    Heartbeat.objects.create(name="tick", beat_at=database_now())

    assert "Nobody is sending messages" not in text_of(browse(AdminFactory()).get("/clinic/messages/"))


def test_the_administration_warns_on_every_page(browse):
    assert "Nobody is sending messages" in text_of(browse(AdminFactory(is_staff=True)).get("/admin/"))


def test_why_messages_were_not_sent_is_told_in_words_with_its_code(browse):
    message(ago=5, status=Status.STOPPED, reason="rescheduled")
    message(ago=5, status=Status.NOT_DONE, reason="smtp-550")

    assert_shows(browse(AdminFactory()).get("/clinic/messages/"), "The visit was moved rescheduled", "smtp-550")


def test_it_is_for_administrators_only(browse):
    assert browse(PatientFactory().user).get("/clinic/messages/").status_code == 403


def test_prometheus_reads_the_same_figures(settings):
    settings.METRICS_TOKEN = "not-a-secret"
    message(ago=5, status=Status.PREPARATION)

    answer = Client().get("/metrics", headers={"Authorization": "Bearer not-a-secret"})

    assert answer.status_code == 200
    assert "anteroom_messages_due 1.0" in answer.content.decode()
    assert "anteroom_tick_age_seconds +Inf" in answer.content.decode()


@pytest.mark.parametrize(("token", "status"), [("", 404), ("not-a-secret", 403)])
def test_nobody_else_reads_them(settings, token, status):
    settings.METRICS_TOKEN = token

    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == status


def test_bars_fill_the_chart_and_empty_ones_draw_nothing():
    drawn = bars([Column("9 AM", (("sent", 3), ("failed", 1))), Column("10 AM", (("sent", 0),))], unit="")

    assert [(bar.kind, bar.y, bar.height) for bar in drawn] == [("sent", 40, 120), ("failed", 0, 40)]
    assert bars([Column("9 AM", (("sent", 0),))], unit="") == []


def test_shares_fill_the_row():
    drawn = shares([Column("mail", (("failed", 1), ("sent", 3))), Column("text", (("failed", 0), ("sent", 0)))])

    assert [(bar.kind, bar.x, bar.width) for bar in drawn] == [
        ("failed", 0, WIDTH / 4),
        ("sent", WIDTH / 4, WIDTH * 3 / 4),
    ]
