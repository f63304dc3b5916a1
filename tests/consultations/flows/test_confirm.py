"""A patient answers a reminder by its link."""

from datetime import timedelta

import pytest

from config.core.models import AuditEvent
from consultations.domain.codes import AppointmentStatus, AttendanceAnswer
from consultations.flows import confirm
from consultations.models import AttendanceReply
from tests.consultations.racing import at_once
from tests.factories.consultations import AppointmentFactory
from tests.factories.providers import NINE, NOW

COMES, ELSEWHEN = AttendanceAnswer.ACCEPTED, AttendanceAnswer.TENTATIVE


def answers():
    return list(AttendanceReply.objects.order_by("replied_at").values_list("answer", flat=True))


@pytest.fixture
def visit(db):
    return AppointmentFactory()


def reply(visit, answer=COMES, *, revision=0, now=NOW):
    return confirm.reply(appointment_id=visit.pk, revision=revision, answer=answer, now=now)


def test_an_answer_is_kept_with_its_time_and_the_visit_stays(visit):
    assert reply(visit)

    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.BOOKED
    assert AttendanceReply.objects.get().replied_at == NOW
    assert AuditEvent.objects.get(event="consultations.appointment.replied").patient_id == visit.patient_id


def test_the_same_answer_again_changes_nothing(visit):
    reply(visit)

    assert not reply(visit, now=NOW + timedelta(hours=1))
    assert AttendanceReply.objects.get().replied_at == NOW


def test_who_changes_their_mind_is_believed(visit):
    reply(visit)
    reply(visit, ELSEWHEN, now=NOW + timedelta(hours=1))
    reply(visit, COMES, now=NOW + timedelta(hours=2))

    assert answers() == [ELSEWHEN, COMES]


@pytest.mark.parametrize(
    ("columns", "now"),
    [
        pytest.param({"revision": 1}, NOW, id="it has moved"),
        pytest.param({"status": AppointmentStatus.NOSHOW}, NOW, id="it is over"),
        pytest.param({}, NINE, id="it has begun"),
    ],
)
def test_a_link_that_is_late_is_told_so(visit, columns, now):
    for name, value in columns.items():
        setattr(visit, name, value)
    visit.save()

    with pytest.raises(confirm.NoLongerAsked):
        reply(visit, now=now)
    assert answers() == []


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_answer():
    visit = AppointmentFactory()

    given = at_once(*[lambda: reply(visit)] * 6)

    assert sorted(given) == [False] * 5 + [True]
    assert answers() == [COMES]
