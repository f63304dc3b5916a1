"""More than one clinician: second names, cases given to somebody, breaks, the end of a shift."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from config.core.errors import NotAllowed
from consultations.domain.codes import CommunicationKind, RequestStatus, ReviewOutcome, TaskStatus
from consultations.domain.standing import ASSIGNED
from consultations.flows import ask_patient, decide, reassign, review, shift
from consultations.models import Communication, ReviewNote, ReviewTask, Shift
from tests.consultations.racing import at_once, names
from tests.factories.clinic import claimed, flagged, waiting
from tests.factories.consultations import clinician
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def claim(task, by, *, now=NOW):
    return {
        "task_id": task.pk,
        "fence": review.claim(task_id=task.pk, by=by.user, now=now).fence,
        "by": by.user,
        "now": now,
    }


# Second names


def proposed(decide=lambda **held: decide.decline(reason="Not for you.", **held)):
    """Return a case whose decision waits for a second name, who decided, and a colleague."""
    task = waiting(HealthcareServiceFactory(second_sign_off=True))
    first, second = clinician(task.service), clinician(task.service)
    decide(**claim(task, first))
    task.refresh_from_db()
    return task, first, second


def test_a_decision_waits_for_a_second_name_and_nobody_is_told():
    task, first, _ = proposed()

    assert (task.status, task.outcome, task.proposed_outcome) == (TaskStatus.READY, "", ReviewOutcome.DECLINED)
    assert task.proposed_by == first
    assert task.service_request.status == RequestStatus.ACTIVE
    assert not Communication.objects.filter(kind=CommunicationKind.REVIEW_DECIDED).exists()


def test_who_decided_cannot_take_the_case_for_the_second_name():
    task, first, second = proposed()

    assert review.claim_next(by=first.user, now=NOW) is None
    with pytest.raises(review.AlreadyClaimed):
        review.claim(task_id=task.pk, by=first.user, now=NOW)
    assert review.claim_next(by=second.user, now=NOW).pk == task.pk


def test_the_second_name_lets_the_decision_take_effect():
    task, _, second = proposed()

    decided = decide.sign_off(**claim(task, second))

    decided.service_request.refresh_from_db()
    assert (decided.status, decided.outcome, decided.decided_by) == ("completed", ReviewOutcome.DECLINED, second.user)
    assert decided.service_request.decision_note == "Not for you."
    assert Communication.objects.filter(kind=CommunicationKind.REVIEW_DECIDED).count() == 1


def test_a_decision_is_sent_back_to_who_made_it_with_words():
    task, first, second = proposed()

    decide.send_back(handover="Ask about the dose.", **claim(task, second))

    task.refresh_from_db()
    assert (task.proposed_by, task.reserved_for, task.handover) == (None, first, "Ask about the dose.")
    assert review.claim_next(by=second.user, now=NOW) is None
    assert review.claim_next(by=first.user, now=NOW).pk == task.pk


def test_another_decision_of_the_second_is_a_proposal_of_its_own():
    task, first, second = proposed()

    decide.accept(**claim(task, second))

    task.refresh_from_db()
    assert (task.proposed_by, task.proposed_outcome, task.status) == (second, ReviewOutcome.ACCEPTED, "ready")
    assert decide.sign_off(**claim(task, first)).outcome == ReviewOutcome.ACCEPTED


def test_there_is_nothing_to_sign_before_a_decision():
    task = waiting()

    held = claim(task, clinician(task.service))
    with pytest.raises(decide.NothingProposed):
        decide.sign_off(**held)
    with pytest.raises(decide.NothingProposed):
        decide.send_back(handover="No.", **held)


def test_flags_wait_for_a_name_before_the_first_and_before_the_second():
    task, _, second = proposed()
    flagged(task.service_request)

    with pytest.raises(decide.FlagsWaiting):
        decide.sign_off(**claim(task, second))


def test_database_refuses_half_a_proposal():
    task = waiting()

    with pytest.raises(IntegrityError, match="consultations_reviewtask_propos"):
        ReviewTask.objects.filter(pk=task.pk).update(proposed_outcome="accepted")


# Given to somebody


def supervisor(task):
    return clinician(task.service, is_supervisor=True)


def give(task, to, by, *, now=NOW, **words):
    return reassign.reassign(task_id=task.pk, to=to.pk, by=by.user, now=now, **words)


def test_a_case_is_taken_from_its_holder_and_kept_for_the_new_clinician():
    task, holder = claimed(waiting(), now=NOW)
    review.save_note(task_id=task.pk, fence=1, note="Half a thought.", by=holder.user, now=NOW)
    chosen = clinician(task.service)

    given = give(task, chosen, supervisor(task), handover="Please look today.")

    assert (given.status, given.reserved_for, given.reserved_until) == ("ready", chosen, NOW + ASSIGNED)
    with pytest.raises(review.LeaseLost):
        decide.accept(task_id=task.pk, fence=1, by=holder.user, now=NOW)
    assert review.claim_next(by=holder.user, now=NOW) is None
    assert review.claim_next(by=chosen.user, now=NOW).handover == "Please look today."
    assert ReviewNote.objects.get().author == holder.user
    assert Communication.objects.get(subject_id=task.pk).recipient == chosen.user


def test_a_case_given_to_somebody_is_for_everybody_after_a_day_of_the_clinic():
    task = waiting()
    give(task, clinician(task.service), supervisor(task))

    assert review.claim_next(by=clinician(task.service).user, now=NOW + ASSIGNED).pk == task.pk


def test_a_case_that_waits_for_the_patient_comes_back_to_the_new_clinician():
    task, holder = claimed(waiting(), now=NOW)
    ask = ask_patient.put_question(task_id=task.pk, fence=1, message="Which dose?", by=holder.user, now=NOW)
    chosen = clinician(task.service)

    give(task, chosen, supervisor(task))
    ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=NOW)

    task.refresh_from_db()
    assert (task.status, task.reserved_for) == ("ready", chosen)


def test_only_supervisors_and_administrators_give_cases():
    task = waiting()
    chosen = clinician(task.service)

    with pytest.raises(reassign.NotASupervisor):
        give(task, chosen, clinician(task.service))
    assert reassign.reassign(task_id=task.pk, to=chosen.pk, by=AdminFactory(), now=NOW).reserved_for == chosen


def test_a_case_is_not_given_to_who_may_not_take_it():
    task = waiting()

    with pytest.raises(reassign.MayNotTake):
        give(task, clinician(task.service, state="NJ"), supervisor(task))


def test_a_case_that_is_over_is_not_given():
    task = waiting(status=TaskStatus.CANCELLED)

    with pytest.raises(reassign.CaseOver):
        give(task, clinician(task.service), supervisor(task))


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_decision_and_a_reassignment_at_one_moment_do_one_thing():
    task, holder = claimed(waiting(), now=NOW)
    chosen, boss = clinician(task.service), supervisor(task)

    results = at_once(
        lambda: decide.accept(task_id=task.pk, fence=1, by=holder.user, now=NOW), lambda: give(task, chosen, boss)
    )

    task.refresh_from_db()
    assert names(results) in (["CaseOver", "ReviewTask"], ["LeaseLost", "ReviewTask"])
    assert task.status == ("completed" if "CaseOver" in names(results) else "ready")


# Breaks and the end of a shift


def test_a_shift_begins_with_the_first_case_and_there_is_one():
    task = waiting()
    by = clinician(task.service).user

    review.claim_next(by=by, now=NOW)
    review.claim_next(by=by, now=NOW)

    assert [row.began_at for row in Shift.objects.all()] == [NOW]


def test_no_case_is_given_on_a_break():
    task = waiting()
    practitioner = clinician(task.service)
    shift.pause(by=practitioner.user, now=NOW)

    with pytest.raises(review.OnBreak):
        review.claim_next(by=practitioner.user, now=NOW)
    with pytest.raises(review.OnBreak):
        review.claim(task_id=task.pk, by=practitioner.user, now=NOW)
    shift.go_on(by=practitioner.user, now=NOW)

    assert review.claim_next(by=practitioner.user, now=NOW).pk == task.pk


def test_what_was_kept_for_who_is_on_a_break_is_for_everybody():
    task = waiting()
    chosen = clinician(task.service)
    give(task, chosen, supervisor(task))

    shift.pause(by=chosen.user, now=NOW)

    assert review.claim_next(by=clinician(task.service).user, now=NOW).pk == task.pk


def test_a_case_that_is_held_stays_with_its_holder_on_a_break():
    task, holder = claimed(waiting(), now=NOW)

    shift.pause(by=holder.user, now=NOW)

    assert review.renew(task_id=task.pk, fence=1, by=holder.user, now=NOW).owner == holder


def test_the_end_of_a_shift_hands_back_what_is_held_and_keeps_the_notes():
    task, holder = claimed(waiting(), now=NOW)
    review.save_note(task_id=task.pk, fence=1, note="Half a thought.", by=holder.user, now=NOW)

    assert shift.end(by=holder.user, now=NOW) == 1

    task.refresh_from_db()
    assert (task.status, task.owner) == (TaskStatus.READY, None)
    assert ReviewNote.objects.get().text == "Half a thought."
    with pytest.raises(review.LeaseLost):
        decide.accept(task_id=task.pk, fence=1, by=holder.user, now=NOW)
    assert Shift.objects.get().ended_at == NOW


def test_the_next_case_begins_another_shift():
    task = waiting()
    by = clinician(task.service).user
    shift.end(by=by, now=NOW)

    review.claim_next(by=by, now=NOW + timedelta(hours=1))

    assert Shift.objects.count() == 2


def test_patients_have_no_shift():
    for step in (shift.pause, shift.go_on, shift.end):
        with pytest.raises(NotAllowed):
            step(by=UserFactory(), now=NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_many_first_cases_at_one_moment_begin_one_shift():
    service = HealthcareServiceFactory()
    for _ in range(4):
        waiting(service)
    by = clinician(service).user

    results = at_once(*[lambda: review.claim_next(by=by, now=NOW)] * 4)

    assert names(results) == ["ReviewTask"] * 4
    assert Shift.objects.count() == 1
