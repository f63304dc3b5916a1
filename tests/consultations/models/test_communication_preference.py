from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from config.core.models import User
from consultations.domain.codes import Channel, CommunicationKind, WishSource
from consultations.models import Communication, CommunicationPreference
from consultations.models.communication_preference import wishes_of
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import UserFactory
from tests.factories.intake import PatientFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 16, tzinfo=UTC)
NIGHT = datetime(2026, 6, 1, 6, tzinfo=UTC)  # two in the morning in New York
MORNING = datetime(2026, 6, 1, 13, tzinfo=UTC)


@pytest.fixture
def visit():
    return AppointmentFactory()


def plan(visit, **words):
    words = {"kind": CommunicationKind.VISIT_IN_A_DAY, "due_at": NOON, **words}
    Communication.objects.plan(subject=visit, recipient_id=visit.patient.user_id, **words)
    return Communication.objects.get()


def prefer(user, **columns):
    return CommunicationPreference.objects.create(user=user, timed_for="America/New_York", **columns)


def test_who_decided_nothing_has_the_defaults():
    patient = PatientFactory(preferred_language="es", time_zone="Asia/Tokyo")

    wishes = wishes_of(patient.user)

    assert (wishes.language, wishes.zone, wishes.unsubscribed, wishes.by_text) == (
        "es", ZoneInfo("Asia/Tokyo"), False, False,
    )  # fmt: skip
    assert (wishes.quiet.starts, wishes.quiet.ends) == (time(20), time(9))


def test_who_is_neither_patient_nor_clinician_lives_by_the_clinics_clock(settings):
    settings.CLINIC_TIME_ZONE = "America/Chicago"

    assert wishes_of(UserFactory()).zone == ZoneInfo("America/Chicago")


def test_what_is_wanted_at_night_is_planned_for_the_morning(visit):
    message = plan(visit, due_at=NIGHT)

    assert (message.ideal_at, message.due_at) == (NIGHT, MORNING)


def test_what_cannot_wait_is_planned_for_the_night(visit):
    assert plan(visit, kind=CommunicationKind.VISIT_IN_AN_HOUR, due_at=NIGHT).due_at == NIGHT


def test_what_has_no_time_outside_the_quiet_hours_is_planned_when_it_is_wanted(visit):
    prefer(visit.patient.user, quiet_from=time(9), quiet_until=time(8, 50))

    assert plan(visit, due_at=NIGHT, expires_at=NIGHT + timedelta(hours=1)).due_at == NIGHT


def test_planning_remembers_for_which_zone(visit):
    plan(visit)
    plan(visit)

    assert str(CommunicationPreference.objects.get(user=visit.patient.user).timed_for) == "America/New_York"


def test_who_agreed_to_texts_gets_texts_where_there_are_any(visit, settings):
    settings.TEXT_MESSAGES = "twilio"
    prefer(visit.patient.user, texts_wanted_at=NOON)

    assert plan(visit).channel == Channel.SMS


@pytest.mark.parametrize(
    ("there_are", "columns"),
    [
        pytest.param("", {"texts_wanted_at": NOON}, id="the clinic sends none"),
        pytest.param("twilio", {}, id="nobody agreed"),
        pytest.param(
            "twilio",
            {"texts_wanted_at": NOON, "texts_stopped_at": NOON, "texts_stopped_source": WishSource.REPLY},
            id="they answered STOP",
        ),
    ],
)
def test_everybody_else_gets_mail(visit, settings, there_are, columns):
    settings.TEXT_MESSAGES = there_are
    prefer(visit.patient.user, **columns)

    assert plan(visit).channel == Channel.EMAIL


def test_a_person_sees_their_own_decisions():
    mine = prefer(UserFactory())
    prefer(UserFactory())

    assert CommunicationPreference.objects.visible_to(mine.user).get() == mine


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"unsubscribed_at": NOON}, "consultations_preference_unsubscription_whole"),
        ({"unsubscribed_source": "page"}, "consultations_preference_unsubscription_whole"),
        ({"texts_stopped_at": NOON}, "consultations_preference_stop_whole"),
        ({"texts_stopped_at": NOON, "texts_stopped_source": "x"}, "consultations_preference_stop_whole"),
        ({"quiet_from": time(9), "quiet_until": time(9)}, "consultations_preference_quiet_has_length"),
    ],
)
def test_the_database_refuses_half_a_decision(columns, constraint):
    user: User = UserFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        prefer(user, **columns)
