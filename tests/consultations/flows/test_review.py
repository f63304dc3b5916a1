"""The review: one owner at a time, nothing written by a stale one, nothing lost."""

from datetime import timedelta

import pytest

from config.core.errors import NotAllowed, NotFound
from config.core.models import StatusChange
from consultations.domain import words
from consultations.domain.codes import (
    AppointmentStatus,
    CommunicationKind,
    CommunicationStatus,
    EncounterStatus,
    RequestStatus,
    ReviewOutcome,
    TaskStatus,
)
from consultations.flows import acknowledge, ask_patient, decide, review, waitlist
from consultations.models import Communication, ReviewNote, ReviewTask
from consultations.queries import letters
from intake.domain.codes import Severity
from providers.domain.codes import SlotStatus
from providers.models import Slot
from tests.factories.clinic import EncounterFactory, claimed, flagged, waiting
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician
from tests.factories.core import UserFactory
from tests.factories.providers import NOW, HealthcareServiceFactory, QualificationFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=15)


def test_claim_next_gives_the_safest_choice_first_then_the_nearest_due():
    service = HealthcareServiceFactory()
    routine = waiting(service, due_at=NOW + timedelta(hours=1))
    urgent = waiting(service, tier=1, due_at=NOW + timedelta(hours=9))
    emergency = waiting(service, tier=0, due_at=NOW + timedelta(hours=99))
    by = clinician(service).user

    taken = [review.claim_next(by=by, now=NOW).pk for _ in range(3)]

    assert taken == [emergency.pk, urgent.pk, routine.pk]
    assert review.claim_next(by=by, now=NOW) is None


def test_claim_next_gives_owner_lease_fence_and_history():
    task = waiting()
    practitioner = clinician(task.service)

    taken = review.claim_next(by=practitioner.user, now=NOW)

    assert (taken.owner, taken.fence, taken.lease_expires_at) == (practitioner, 1, LATER)
    change = StatusChange.objects.get(entity_id=task.pk)
    assert (change.old, change.new, change.changed_by) == ("ready", "in-progress", practitioner.user)


def test_claim_next_leaves_other_states_services_and_expired_licences():
    task = waiting()
    elsewhere = clinician(task.service, state="NJ")
    other_service = clinician(HealthcareServiceFactory())
    expired = clinician(task.service)
    expired.qualifications.update(valid_until=NOW.date() - timedelta(days=1))

    for practitioner in (elsewhere, other_service, expired):
        assert review.claim_next(by=practitioner.user, now=NOW) is None


def test_claim_next_takes_only_the_service_that_was_asked_for():
    first, second = waiting(), waiting()
    practitioner = clinician(first.service)
    practitioner.roles.create(service=second.service)

    taken = review.claim_next(by=practitioner.user, now=NOW, service_id=second.service_id)

    assert taken.pk == second.pk


def test_claim_next_takes_a_case_whose_lease_ended():
    task = waiting()
    claimed(task, now=NOW)

    taken = review.claim_next(by=clinician(task.service).user, now=LATER)

    assert (taken.pk, taken.fence) == (task.pk, 2)


def test_claim_next_refuses_patients():
    with pytest.raises(NotAllowed):
        review.claim_next(by=UserFactory(), now=NOW)


def test_claim_refuses_a_case_that_somebody_else_holds_and_names_them():
    task = waiting()
    _, holder = claimed(task, now=NOW)

    with pytest.raises(review.AlreadyClaimed) as refusal:
        review.claim(task_id=task.pk, by=clinician(task.service).user, now=NOW)

    assert refusal.value.extra == {"held_by": holder.display_name, "lease_expires_at": LATER}


def test_claim_again_by_the_holder_makes_the_older_screen_stale():
    task = waiting()
    first, practitioner = claimed(task, now=NOW)

    second = review.claim(task_id=task.pk, by=practitioner.user, now=NOW)

    assert second.fence == first.fence + 1
    with pytest.raises(review.LeaseLost):
        review.renew(task_id=task.pk, fence=first.fence, by=practitioner.user, now=NOW)


@pytest.mark.parametrize("status", [TaskStatus.ON_HOLD, TaskStatus.CANCELLED])
def test_claim_refuses_what_does_not_wait(status):
    task = waiting(status=status)

    with pytest.raises(review.AlreadyClaimed):
        review.claim(task_id=task.pk, by=clinician(task.service).user, now=NOW)


def test_claim_refuses_a_licence_that_is_not_in_force():
    task = waiting()
    practitioner = clinician(task.service)
    practitioner.qualifications.update(valid_until=NOW.date() - timedelta(days=1))

    with pytest.raises(review.NotLicensed):
        review.claim(task_id=task.pk, by=practitioner.user, now=NOW)


def test_claim_hides_cases_of_other_states():
    task = waiting()

    with pytest.raises(NotFound):
        review.claim(task_id=task.pk, by=clinician(task.service, state="NJ").user, now=NOW)


def test_renew_moves_the_end_of_the_lease():
    task, practitioner = claimed(waiting(), now=NOW)

    renewed = review.renew(task_id=task.pk, fence=1, by=practitioner.user, now=NOW + timedelta(minutes=14))

    assert renewed.lease_expires_at == NOW + timedelta(minutes=29)


WRITES = {
    "renew": lambda **who: review.renew(**who),
    "save_note": lambda **who: review.save_note(note="A note.", **who),
    "release": lambda **who: review.release(**who),
    "ask_patient": lambda **who: ask_patient.put_question(message="How are you?", **who),
    "accept": lambda **who: decide.accept(**who),
    "decline": lambda **who: decide.decline(reason="Not for you.", **who),
    "refer": lambda **who: decide.refer(to="Your doctor", reason="Closer.", **who),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_write_is_refused_with_another_number(write):
    task, practitioner = claimed(waiting(), now=NOW)

    with pytest.raises(review.LeaseLost) as refusal:
        write(task_id=task.pk, fence=0, by=practitioner.user, now=NOW)

    assert refusal.value.code == "lease-lost"
    assert refusal.value.extra["held_by"] == practitioner.display_name


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_write_is_refused_when_the_lease_ended(write):
    task, practitioner = claimed(waiting(), now=NOW)

    with pytest.raises(review.LeaseLost):
        write(task_id=task.pk, fence=1, by=practitioner.user, now=LATER)

    assert ReviewTask.objects.get(pk=task.pk).status == TaskStatus.IN_PROGRESS


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_write_is_refused_to_a_colleague_who_guesses_the_number(write):
    task, practitioner = claimed(waiting(), now=NOW)

    with pytest.raises(review.LeaseLost) as refusal:
        write(task_id=task.pk, fence=1, by=clinician(task.service).user, now=NOW)

    assert refusal.value.extra == {"held_by": practitioner.display_name, "lease_expires_at": LATER}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_write_is_hidden_from_clinicians_of_other_states(write):
    task, _ = claimed(waiting(), now=NOW)

    with pytest.raises(NotFound):
        write(task_id=task.pk, fence=1, by=clinician(task.service, state="NJ").user, now=NOW)


def test_save_note_keeps_the_words_after_the_lease_ended():
    task, practitioner = claimed(waiting(), now=NOW)
    review.save_note(task_id=task.pk, fence=1, note="Asked about sleep.", by=practitioner.user, now=NOW)

    again = review.claim(task_id=task.pk, by=practitioner.user, now=LATER)

    assert again.fence == 2
    assert ReviewNote.objects.get(task=task, author=practitioner.user).text == "Asked about sleep."


def test_note_of_one_clinician_is_not_the_note_of_the_next():
    task, practitioner = claimed(waiting(), now=NOW)
    review.save_note(task_id=task.pk, fence=1, note="Asked about sleep.", by=practitioner.user, now=NOW)
    again, colleague = claimed(task, now=LATER)
    review.save_note(task_id=task.pk, fence=again.fence, note="Sleeps well.", by=colleague.user, now=LATER)

    texts = dict(ReviewNote.objects.values_list("author", "text"))

    assert texts == {practitioner.user_id: "Asked about sleep.", colleague.user_id: "Sleeps well."}


def test_keep_words_adds_what_was_typed_to_ones_own_note_once_and_leaves_the_case():
    task, practitioner = claimed(waiting(), now=NOW)
    review.save_note(task_id=task.pk, fence=1, note="Asked about sleep.", by=practitioner.user, now=NOW)
    claimed(task, now=LATER)

    for _ in range(2):
        kept = review.keep_words(task_id=task.pk, note="Typed too late.", by=practitioner.user, now=LATER)

    assert kept.text == "Asked about sleep.\n\nTyped too late."
    assert ReviewTask.objects.get().fence == 2


def test_release_puts_the_case_back():
    task, practitioner = claimed(waiting(), now=NOW)

    released = review.release(task_id=task.pk, fence=1, by=practitioner.user, now=NOW)

    assert (released.status, released.owner, released.lease_expires_at) == (TaskStatus.READY, None, None)
    assert review.claim_next(by=clinician(task.service).user, now=NOW).fence == 2


def test_ask_patient_puts_case_and_task_on_hold_and_plans_a_message():
    task, practitioner = claimed(waiting(), now=NOW)

    ask = ask_patient.put_question(task_id=task.pk, fence=1, message=" Which dose? ", by=practitioner.user, now=NOW)

    task.refresh_from_db()
    assert ask.message == "Which dose?"
    assert task.status == TaskStatus.ON_HOLD
    assert task.service_request.status == RequestStatus.ON_HOLD
    message = Communication.objects.get(subject_id=ask.pk)
    assert message.kind == CommunicationKind.CLINICIAN_ASKS
    assert message.recipient == task.service_request.patient.user


def test_ask_patient_refuses_no_words():
    task, practitioner = claimed(waiting(), now=NOW)

    with pytest.raises(words.WordsMissing):
        ask_patient.put_question(task_id=task.pk, fence=1, message="  ", by=practitioner.user, now=NOW)


def asked():
    task, practitioner = claimed(waiting(), now=NOW)
    return ask_patient.put_question(
        task_id=task.pk, fence=1, message="Which dose?", by=practitioner.user, now=NOW
    ), task


def test_answer_ask_returns_the_case_with_the_clock_stopped_meanwhile():
    ask, task = asked()
    patient, due_at = ask.service_request.patient, task.due_at

    answered = ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=patient.user, now=NOW + timedelta(hours=5))

    task = ReviewTask.objects.select_related("service_request").get(pk=task.pk)
    assert answered.answer == "5 mg"
    assert (task.status, task.service_request.status) == (TaskStatus.READY, RequestStatus.ACTIVE)
    assert task.due_at == due_at + timedelta(hours=5)
    assert task.service_request.due_at == task.due_at


def test_answered_case_is_kept_for_the_clinician_who_asked():
    ask, task = asked()
    answered_at = NOW + timedelta(hours=5)
    ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=answered_at)
    waiting(task.service, due_at=NOW)
    colleague = clinician(task.service).user

    assert review.claim_next(by=colleague, now=answered_at).pk != task.pk
    assert review.claim_next(by=colleague, now=answered_at) is None
    assert review.claim_next(by=ask.asked_by, now=answered_at).pk == task.pk


def test_answered_case_is_for_everybody_after_half_an_hour():
    ask, task = asked()
    ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=NOW)

    taken = review.claim_next(by=clinician(task.service).user, now=NOW + timedelta(minutes=30))

    assert taken.pk == task.pk


def test_emergency_comes_before_own_answered_cases_and_waits_for_nobody():
    ask, task = asked()
    ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=NOW)
    emergency = waiting(task.service, tier=0)

    assert review.claim_next(by=ask.asked_by, now=NOW).pk == emergency.pk
    ReviewTask.objects.filter(pk=task.pk).update(tier=0)
    assert review.claim_next(by=clinician(task.service).user, now=NOW).pk == task.pk


def test_answer_ask_refuses_a_second_answer():
    ask, _ = asked()
    ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=NOW)

    with pytest.raises(ask_patient.AlreadyAnswered):
        ask_patient.answer_question(ask_id=ask.pk, answer="10 mg", by=ask.service_request.patient.user, now=NOW)


def test_answer_ask_hides_the_questions_of_others():
    ask, _ = asked()

    with pytest.raises(NotFound):
        ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=UserFactory(), now=NOW)


def test_accept_completes_the_task_and_leaves_the_case_active():
    task, practitioner = claimed(waiting(), now=NOW)

    decided = decide.accept(task_id=task.pk, fence=1, by=practitioner.user, now=NOW)

    assert (decided.status, decided.outcome) == (TaskStatus.COMPLETED, ReviewOutcome.ACCEPTED)
    assert (decided.decided_by, decided.decided_at) == (practitioner.user, NOW)
    assert decided.service_request.status == RequestStatus.ACTIVE
    assert Communication.objects.get(subject_id=task.pk).kind == CommunicationKind.REVIEW_DECIDED


def test_decline_closes_the_case_and_cancels_its_visit():
    task, practitioner = claimed(waiting(), now=NOW)
    visit = AppointmentFactory(service_request=task.service_request)

    decide.decline(task_id=task.pk, fence=1, reason="Not for you.", by=practitioner.user, now=NOW)

    visit.refresh_from_db()
    request = visit.service_request
    request.refresh_from_db()
    assert (request.status, request.decision_note) == (RequestStatus.REVOKED, "Not for you.")
    assert (visit.status, visit.slot.status) == (AppointmentStatus.CANCELLED, SlotStatus.FREE)


def test_decline_takes_the_visit_out_of_the_calendar_by_the_next_revision():
    task, practitioner = claimed(waiting(), now=NOW)
    visit = AppointmentFactory(service_request=task.service_request, revision=2)

    decide.decline(task_id=task.pk, fence=1, reason="Not for you.", by=practitioner.user, now=NOW)

    about = Communication.objects.filter(subject_id=visit.pk, kind=CommunicationKind.BOOKING_CANCELLED)
    told = about.get(recipient=visit.patient.user)
    letter = letters.compose(told)
    visit.refresh_from_db()
    assert (visit.revision, told.subject_revision, told.recipient) == (3, 3, visit.patient.user)
    assert b"METHOD:CANCEL" in letter.invitation.content
    assert b"SEQUENCE:3" in letter.invitation.content


def test_decline_sends_one_word_of_the_cancelled_visit_and_no_reminder_of_it():
    task, practitioner = claimed(waiting(), now=NOW)
    visit = AppointmentFactory(service_request=task.service_request)
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.VISIT_IN_A_DAY, recipient_id=visit.patient.user_id, due_at=LATER
    )

    decide.decline(task_id=task.pk, fence=1, reason="Not for you.", by=practitioner.user, now=NOW)

    due = Communication.objects.filter(subject_id=visit.pk, status=CommunicationStatus.PREPARATION)
    theirs = due.filter(recipient=visit.patient.user)
    assert list(theirs.values_list("kind", flat=True)) == [CommunicationKind.BOOKING_CANCELLED]


@pytest.mark.parametrize("meeting", [EncounterStatus.ARRIVED, EncounterStatus.IN_PROGRESS])
def test_decline_ends_a_visit_that_the_patient_has_come_to(meeting):
    task, practitioner = claimed(waiting(), now=NOW)
    visit = AppointmentFactory(service_request=task.service_request, status=AppointmentStatus.ARRIVED)
    began = {"began_at": NOW, "began_by": practitioner.user} if meeting == EncounterStatus.IN_PROGRESS else {}
    encounter = EncounterFactory(appointment=visit, status=meeting, **began)

    decide.decline(task_id=task.pk, fence=1, reason="Not for you.", by=practitioner.user, now=NOW)

    encounter.refresh_from_db()
    change = StatusChange.objects.get(entity_id=encounter.pk)
    assert encounter.status == EncounterStatus.CANCELLED
    assert (change.old, change.new, change.reason) == (meeting, "cancelled", "case-closed")


def test_decline_keeps_the_freed_time_for_the_waitlist():
    task, practitioner = claimed(waiting(), now=NOW)
    visit = AppointmentFactory(service_request=task.service_request)
    other = ServiceRequestFactory(submitted=True, service=task.service)
    waitlist.join(request_id=other.pk, wanted=waitlist.Wanted(), by=other.patient.user, now=NOW)

    decide.decline(task_id=task.pk, fence=1, reason="Not for you.", by=practitioner.user, now=NOW)

    assert Slot.objects.reserved(NOW).filter(start_at=visit.start_at).exists()


def test_refer_says_where_to():
    task, practitioner = claimed(waiting(), now=NOW)

    decided = decide.refer(
        task_id=task.pk, fence=1, to="Heart clinic", reason="Arrhythmia.", by=practitioner.user, now=NOW
    )

    assert (decided.outcome, decided.referred_to) == (ReviewOutcome.REFERRED, "Heart clinic")
    assert decided.service_request.decision_note == "Heart clinic: Arrhythmia."


@pytest.mark.parametrize("severity", [Severity.EMERGENCY, Severity.URGENT])
def test_decision_waits_for_a_name_under_each_grave_flag(severity):
    task, practitioner = claimed(waiting(), now=NOW)
    flag = flagged(task.service_request, severity=severity)

    with pytest.raises(decide.FlagsWaiting) as refusal:
        decide.accept(task_id=task.pk, fence=1, by=practitioner.user, now=NOW)
    acknowledge.acknowledge_flag(flag_id=flag.pk, note="Called.", by=practitioner.user, now=NOW)

    assert refusal.value.extra == {"flags": [str(flag.pk)]}
    assert decide.accept(task_id=task.pk, fence=1, by=practitioner.user, now=NOW).status == TaskStatus.COMPLETED


def test_decision_does_not_wait_for_a_caution():
    task, practitioner = claimed(waiting(), now=NOW)
    flagged(task.service_request, severity=Severity.CAUTION)

    assert decide.accept(task_id=task.pk, fence=1, by=practitioner.user, now=NOW).status == TaskStatus.COMPLETED


def test_acknowledge_flag_puts_name_time_and_note():
    task, practitioner = claimed(waiting(), now=NOW)
    flag = flagged(task.service_request)

    acknowledged = acknowledge.acknowledge_flag(flag_id=flag.pk, note="Called.", by=practitioner.user, now=NOW)

    assert (acknowledged.acknowledged_by, acknowledged.acknowledged_at) == (practitioner.user, NOW)
    with pytest.raises(acknowledge.AlreadyAcknowledged):
        acknowledge.acknowledge_flag(flag_id=flag.pk, note="Again.", by=practitioner.user, now=NOW)


def test_acknowledge_flag_is_for_clinicians_who_may_see_the_case():
    task = waiting()
    flag = flagged(task.service_request)

    with pytest.raises(NotAllowed):
        acknowledge.acknowledge_flag(flag_id=flag.pk, note="Me.", by=task.service_request.patient.user, now=NOW)
    stranger = clinician(HealthcareServiceFactory()).user
    with pytest.raises(NotFound):
        acknowledge.acknowledge_flag(flag_id=flag.pk, note="Me.", by=stranger, now=NOW)


def test_a_grave_flag_is_answered_by_any_clinician_of_the_service_a_caution_only_where_they_are_licensed():
    task = waiting()
    grave, caution = flagged(task.service_request), flagged(task.service_request, severity="caution")
    elsewhere = clinician(task.service, state="NJ").user

    with pytest.raises(NotFound):
        acknowledge.acknowledge_flag(flag_id=caution.pk, note="Me.", by=elsewhere, now=NOW)
    assert acknowledge.acknowledge_flag(flag_id=grave.pk, note="I am on call.", by=elsewhere, now=NOW).acknowledged_at


def test_licence_elsewhere_does_not_help():
    task = waiting()
    practitioner = clinician(HealthcareServiceFactory())
    QualificationFactory(practitioner=practitioner, jurisdiction="NJ")

    with pytest.raises(NotFound):
        review.claim(task_id=task.pk, by=practitioner.user, now=NOW)
