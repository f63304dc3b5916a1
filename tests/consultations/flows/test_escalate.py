"""A flag that nobody answers climbs its chain: each step once, each a row with its time."""

from datetime import timedelta

import pytest

from config.core.errors import NotFound
from consultations.domain.codes import RungKind, StepOutcome
from consultations.domain.words import WordsMissing
from consultations.flows import escalate
from consultations.flows.acknowledge import acknowledge_flag
from consultations.models import Communication, Escalation, EscalationStep
from consultations.queries import alerts
from intake.domain.codes import FlagStatus, Severity
from intake.models import Flag
from tests.factories.core import AdminFactory
from tests.factories.intake import FlagFactory, PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory
from tests.factories.safety import ChainStepFactory, alert, on_call, staffed, supervisor, waiting_flag

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def steps(row):
    return list(row.steps.order_by("position").values_list("kind", "outcome", "fired_at"))


def recipients(row, position):
    step = row.steps.get(position=position)
    return set(Communication.objects.about(step.pk).values_list("recipient", flat=True))


def tick(now):
    """Do what a worker does when it is woken."""
    for pk in alerts.unopened():
        escalate.begin(flag_id=pk, now=now)
    for pk in alerts.due(now):
        escalate.climb(escalation_id=pk, now=now)


def test_the_clinician_on_call_is_told_first_and_alone():
    service, first, _ = staffed()

    row = alert(service)

    assert steps(row) == [(RungKind.ON_CALL, StepOutcome.TOLD, NOW)]
    assert recipients(row, 0) == {first.user_id}
    assert row.next_due_at == NOW + 10 * MINUTE


def test_a_draft_of_a_patient_is_enough():
    flag = waiting_flag()
    assert not hasattr(flag.response, "supporting_info")

    tick(NOW)

    assert Escalation.objects.get().flag == flag


def test_without_a_name_it_climbs_to_the_supervisor_then_to_the_clinics_phone():
    service, _, chief = staffed()
    row = alert(service)

    tick(NOW + 10 * MINUTE)
    tick(NOW + 20 * MINUTE)
    tick(NOW + 300 * MINUTE)

    row.refresh_from_db()
    assert steps(row) == [
        (RungKind.ON_CALL, StepOutcome.TOLD, NOW),
        (RungKind.SUPERVISOR, StepOutcome.TOLD, NOW + 10 * MINUTE),
        (RungKind.CLINIC_PHONE, StepOutcome.TO_RING, NOW + 20 * MINUTE),
    ]
    assert recipients(row, 1) == {chief.user_id}
    assert (row.next_due_at, row.ended_at) == (None, None)


def test_nothing_is_due_a_moment_before_the_deadline():
    row = alert(staffed()[0])

    tick(NOW + 10 * MINUTE - timedelta(microseconds=1))

    assert row.steps.count() == 1


def test_urgent_flags_wait_longer():
    row = alert(staffed()[0], severity=Severity.URGENT)

    assert row.next_due_at == NOW + 60 * MINUTE


@pytest.mark.parametrize("severity", [Severity.CAUTION, Severity.INFORMATION])
def test_cautions_need_no_name_and_raise_no_alert(severity):
    waiting_flag(severity=severity)

    tick(NOW)

    assert not Escalation.objects.exists()


def test_a_gap_on_call_falls_through_at_once():
    service = HealthcareServiceFactory()
    chief = supervisor(service)

    row = alert(service)

    assert [step[:2] for step in steps(row)] == [
        (RungKind.ON_CALL, StepOutcome.NOBODY), (RungKind.SUPERVISOR, StepOutcome.TOLD),
    ]  # fmt: skip
    assert recipients(row, 1) == {chief.user_id}


def test_where_there_is_nobody_at_all_the_clinic_rings_at_once():
    row = alert()

    assert [step[:2] for step in steps(row)] == [
        (RungKind.ON_CALL, StepOutcome.NOBODY),
        (RungKind.SUPERVISOR, StepOutcome.NOBODY),
        (RungKind.CLINIC_PHONE, StepOutcome.TO_RING),
    ]


@pytest.mark.parametrize("left", ["practitioner", "user", "role"])
def test_somebody_who_has_left_is_a_gap(left):
    service = HealthcareServiceFactory()
    gone = on_call(service)
    row = {"practitioner": gone, "user": gone.user, "role": gone.roles.get()}[left]
    type(row).objects.filter(pk=row.pk).update(is_active=False)

    assert steps(alert(service))[0][1] == StepOutcome.NOBODY


def test_after_an_outage_each_step_keeps_its_whole_time_to_answer():
    row = alert(staffed()[0])
    late = NOW + timedelta(hours=8)

    tick(late)

    row.refresh_from_db()
    step = row.steps.get(position=1)
    assert (row.steps.count(), step.due_at, step.fired_at) == (2, NOW + 10 * MINUTE, late)
    assert row.next_due_at == late + 10 * MINUTE


def test_the_clinics_own_chain_holds_and_stays_for_an_alert_under_way():
    service, _, chief = staffed()
    ChainStepFactory(service=service, position=0, kind=RungKind.SUPERVISOR, emergency_minutes=3)
    last = ChainStepFactory(service=service, position=1, kind=RungKind.CLINIC_PHONE)

    row = alert(service)
    last.delete()
    tick(NOW + 3 * MINUTE)

    assert [step[0] for step in steps(row)] == [RungKind.SUPERVISOR, RungKind.CLINIC_PHONE]
    assert recipients(row, 0) == {chief.user_id}


def test_a_name_ends_it_and_no_step_follows():
    service, first, _ = staffed()
    row = alert(service)

    acknowledge_flag(flag_id=row.flag_id, note="Rang; safe with her sister.", by=first.user, now=NOW + MINUTE)
    tick(NOW + 60 * MINUTE)

    row.refresh_from_db()
    assert (row.ended_at, row.end_reason, row.next_due_at) == (NOW + MINUTE, "acknowledged", None)
    assert row.steps.count() == 1
    assert not Communication.objects.planned().exists()


def test_a_flag_with_a_name_raises_no_alert():
    service, first, _ = staffed()
    flag = waiting_flag(service)
    acknowledge_flag(flag_id=flag.pk, note="Seen at once.", by=first.user, now=NOW)

    tick(NOW + MINUTE)

    assert not Escalation.objects.exists()


def test_an_answer_that_was_taken_back_still_needs_a_name():
    waiting_flag(staffed()[0], status=FlagStatus.INACTIVE, superseded_at=NOW)

    tick(NOW)

    assert Escalation.objects.open().count() == 1


def test_back_and_forth_is_one_alert():
    service, first, _ = staffed()
    row = alert(service)
    Flag.objects.filter(pk=row.flag_id).update(status=FlagStatus.INACTIVE, superseded_at=NOW)
    again = FlagFactory(response=row.response, rule=row.rule, raised_at=NOW + MINUTE)

    tick(NOW + 2 * MINUTE)
    assert Escalation.objects.count() == 1

    acknowledge_flag(flag_id=again.pk, note="Rang.", by=first.user, now=NOW + 3 * MINUTE)
    assert not Flag.objects.waiting().exists()
    assert not Escalation.objects.open().exists()


def test_what_is_raised_after_the_name_keeps_the_alert_open():
    service, first, _ = staffed()
    row = alert(service)
    Flag.objects.filter(pk=row.flag_id).update(status=FlagStatus.INACTIVE, superseded_at=NOW)
    FlagFactory(response=row.response, rule=row.rule, raised_at=NOW + MINUTE)

    acknowledge_flag(flag_id=row.flag_id, note="Rang.", by=first.user, now=NOW + 3 * MINUTE)
    tick(NOW + 10 * MINUTE)

    row.refresh_from_db()
    assert row.ended_at is None
    assert row.steps.count() == 2


def test_beginning_twice_begins_once():
    row = alert(staffed()[0])

    assert escalate.begin(flag_id=row.flag_id, now=NOW) is None
    assert EscalationStep.objects.count() == 1


def test_a_call_is_made_once_and_is_no_acknowledgement():
    row = alert()
    call = row.steps.get(kind=RungKind.CLINIC_PHONE)
    admin = AdminFactory()

    escalate.rang(step_id=call.pk, note=" Reached Dr. Rivera. ", by=admin, now=NOW + MINUTE)

    call.refresh_from_db()
    assert (call.done_by, call.done_at, call.note) == (admin, NOW + MINUTE, "Reached Dr. Rivera.")
    assert not EscalationStep.objects.to_ring().exists()
    assert Escalation.objects.open().get() == row
    with pytest.raises(escalate.AlreadyRung):
        escalate.rang(step_id=call.pk, note="Again.", by=admin, now=NOW + 2 * MINUTE)


def test_a_call_needs_words_and_somebody_who_works_here():
    call = alert().steps.get(kind=RungKind.CLINIC_PHONE)

    with pytest.raises(WordsMissing):
        escalate.rang(step_id=call.pk, note=" ", by=AdminFactory(), now=NOW)
    with pytest.raises(NotFound):
        escalate.rang(step_id=call.pk, note="Hello.", by=PatientFactory().user, now=NOW)
