"""Ticks and clinicians at one moment: no step twice, none lost, none after the name."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from config.core.models import AuditEvent
from consultations.flows import escalate
from consultations.flows.acknowledge import acknowledge_flag
from consultations.models import Communication, Escalation, EscalationStep, OnCall
from intake.models import Flag
from tests.consultations.racing import at_once, names
from tests.factories.consultations import clinician
from tests.factories.providers import NOW, HealthcareServiceFactory
from tests.factories.safety import OnCallFactory, alert, staffed, waiting_flag

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
TICKS = 6
LATER = NOW + timedelta(minutes=10)


def test_many_ticks_at_once_open_one_alert_with_one_message():
    flag = waiting_flag(staffed()[0])

    results = at_once(*[lambda: escalate.begin(flag_id=flag.pk, now=NOW)] * TICKS)

    assert names(results) == ["Escalation"] + ["NoneType"] * (TICKS - 1)
    assert EscalationStep.objects.count() == Communication.objects.count() == 1


def test_many_ticks_at_once_take_a_due_step_once():
    row = alert(staffed()[0])

    results = at_once(*[lambda: escalate.climb(escalation_id=row.pk, now=LATER)] * TICKS)

    assert sorted(results) == [0] * (TICKS - 1) + [1]
    assert row.steps.count() == Communication.objects.count() == 2


@pytest.mark.parametrize("trial", range(5))
def test_a_name_and_a_step_at_once_come_one_after_the_other(trial):
    service, first, _ = staffed()
    row = alert(service)

    results = at_once(
        lambda: acknowledge_flag(flag_id=row.flag_id, note="Rang.", by=first.user, now=LATER),
        lambda: escalate.climb(escalation_id=row.pk, now=LATER),
        lambda: escalate.climb(escalation_id=row.pk, now=LATER),
    )

    assert not [one for one in results if isinstance(one, Exception)]
    row.refresh_from_db()
    assert row.ended_at == LATER
    assert row.steps.count() in {1, 2}
    assert not Communication.objects.planned().exists()


@pytest.mark.parametrize("trial", range(5))
def test_a_name_while_the_alert_is_being_opened_leaves_none_open(trial):
    service, first, _ = staffed()
    flag = waiting_flag(service)

    results = at_once(
        lambda: acknowledge_flag(flag_id=flag.pk, note="Rang.", by=first.user, now=NOW),
        lambda: escalate.begin(flag_id=flag.pk, now=NOW),
    )

    assert not [one for one in results if isinstance(one, Exception)]
    assert not Escalation.objects.open().exists()
    assert not Communication.objects.planned().exists()


def test_two_names_at_once_are_one():
    service, *people = staffed()
    row = alert(service)

    results = at_once(
        *[lambda by=by: acknowledge_flag(flag_id=row.flag_id, note="Me.", by=by.user, now=NOW) for by in people]
    )

    assert names(results) == ["AlreadyAcknowledged", "Flag"]
    assert AuditEvent.objects.filter(event="intake.flag.acknowledged").count() == 1
    refused = next(one for one in results if isinstance(one, Exception))
    winner = next(one for one in results if isinstance(one, Flag)).acknowledged_by.practitioner
    assert refused.extra["acknowledged_by"] == winner.display_name


def test_database_refuses_a_step_after_the_name():
    service, first, _ = staffed()
    row = alert(service)
    acknowledge_flag(flag_id=row.flag_id, note="Rang.", by=first.user, now=NOW)
    late = row.steps.get()
    late.pk, late.position, late._state.adding = None, 1, True

    with pytest.raises(IntegrityError, match="after the end"), transaction.atomic():
        late.save(force_insert=True)


def test_database_refuses_a_step_twice():
    step = alert(staffed()[0]).steps.get()
    step.pk, step._state.adding = None, True

    with pytest.raises(IntegrityError, match="consultations_escalationstep_once"), transaction.atomic():
        step.save(force_insert=True)


def test_two_people_put_on_call_at_once_are_one():
    service = HealthcareServiceFactory()
    people = [clinician(service) for _ in range(4)]

    results = at_once(
        *[lambda one=one: OnCall.objects.put(OnCallFactory.build(service=service, practitioner=one)) for one in people]
    )

    assert sorted(results) == [False, False, False, True]
