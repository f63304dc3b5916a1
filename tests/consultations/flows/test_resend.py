"""An administrator sends again what failed."""

from datetime import timedelta

import pytest

from config.core.errors import NotAllowed
from config.core.models import AuditEvent
from consultations.adapters.outcome import Result
from consultations.domain.codes import CommunicationKind, CommunicationStatus
from consultations.flows import remind, resend
from consultations.models import Communication
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import AdminFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
Status = CommunicationStatus


@pytest.fixture
def failed():
    visit = AppointmentFactory()
    Communication.objects.plan(
        subject=visit,
        kind=CommunicationKind.BOOKING_CONFIRMED,
        recipient_id=visit.patient.user_id,
        due_at=NOW,
        expires_at=NINE,
    )
    Communication.objects.update(status=Status.NOT_DONE, status_reason="gave-up", attempts=6)
    return Communication.objects.get()


def test_a_failed_message_is_sent_again_with_all_its_attempts(failed):
    resend.resend(communication_id=failed.pk, by=AdminFactory(), now=NOW)
    remind.dispatch(send=lambda _letter: Result.SENT, clock=lambda: NOW)

    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == (Status.COMPLETED, 1)
    assert AuditEvent.objects.get(event="consultations.message.sent_again").detail["reason"] == "gave-up"


@pytest.mark.parametrize("status", [Status.PREPARATION, Status.STOPPED])
def test_what_did_not_fail_is_left_alone(failed, status):
    Communication.objects.update(status=status)

    with pytest.raises(resend.NotFailed):
        resend.resend(communication_id=failed.pk, by=AdminFactory(), now=NOW)


def test_what_nobody_wants_any_more_is_not_sent(failed):
    with pytest.raises(resend.TooLate):
        resend.resend(communication_id=failed.pk, by=AdminFactory(), now=NINE + timedelta(seconds=1))


def test_only_administrators_do_so(failed):
    with pytest.raises(NotAllowed):
        resend.resend(communication_id=failed.pk, by=failed.recipient, now=NOW)


def test_a_visit_that_moved_meanwhile_is_not_spoken_of(failed):
    Communication.objects.update(subject_revision=7)
    resend.resend(communication_id=failed.pk, by=AdminFactory(), now=NOW)

    assert remind.dispatch(send=lambda _letter: Result.SENT, clock=lambda: NOW) == 0
    assert Communication.objects.get().status == Status.STOPPED
