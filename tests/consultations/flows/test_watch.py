"""What waits is watched: leases, due times, questions without an answer. Rows say when; nothing hangs on a task."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.core.models import AuditEvent, StatusChange
from consultations.domain.asking import EXPIRES, NUDGES
from consultations.domain.codes import AskStatus, CommunicationKind, TaskStatus
from consultations.flows import ask_patient, decide, reassign, review, watch
from consultations.flows import request as ask_for
from consultations.models import Communication, CommunicationRequest, ReviewTask
from consultations.tasks import watch_over_reviews
from intake.domain.codes import ResponseStatus, Severity
from intake.models import QuestionnaireResponse
from providers.models import ClinicClosure, ClinicHours
from tests.consultations.racing import at_once
from tests.factories.clinic import claimed, flagged, waiting
from tests.factories.consultations import ServiceRequestFactory, SupportingInfoFactory, clinician
from tests.factories.core import AdminFactory
from tests.factories.intake import QuestionnaireFactory
from tests.factories.providers import NOW, HealthcareServiceFactory
from tests.factories.safety import on_call

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")


def ny(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.fixture
def office():
    """Let the clinic be open from Monday to Friday, nine to five in New York."""
    for weekday in range(1, 6):
        ClinicHours.objects.create(weekday=weekday, start_minute=540, end_minute=1020)


def submitted(at, *, severity=None, **service):
    request = ServiceRequestFactory(service=HealthcareServiceFactory(**service))
    SupportingInfoFactory(service_request=request, finished=True)
    if severity:
        flagged(request, severity=severity)
    return ask_for.submit(request_id=request.pk, by=request.patient.user, now=at)


def asked(*, at=NOW, **words):
    task, practitioner = claimed(waiting(), now=at)
    held = {"task_id": task.pk, "fence": 1, "by": practitioner.user, "now": at}
    return ask_patient.put_question(message="Which dose?", **held, **words), practitioner


# Due times


def test_due_time_of_a_routine_case_is_counted_in_the_clinics_hours(office):
    case = submitted(ny("2026-06-05T16:00"), review_due_minutes={"routine": 120})

    assert case.due_at == ny("2026-06-08T10:00")
    assert case.review_task.due_at == case.due_at


def test_due_time_skips_a_holiday(office):
    ClinicClosure.objects.create(name="Holiday", start_date="2026-06-08", end_date="2026-06-08")

    assert submitted(ny("2026-06-05T16:00"), review_due_minutes={"routine": 120}).due_at == ny("2026-06-09T10:00")


def test_an_emergency_is_due_whether_the_clinic_is_open_or_not(office):
    at = ny("2026-06-06T02:00")

    assert submitted(at, severity=Severity.EMERGENCY, review_due_minutes={"stat": 30}).due_at == at + HOUR / 2


def test_the_clock_stands_still_while_the_patient_is_asked(office):
    at = ny("2026-06-01T15:00")
    task = waiting(due_at=ny("2026-06-01T17:00"))
    _, practitioner = claimed(task, now=at)
    ask = ask_patient.put_question(task_id=task.pk, fence=1, message="Which dose?", by=practitioner.user, now=at)

    ask_patient.answer_question(
        ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=ny("2026-06-02T22:00")
    )

    task.refresh_from_db()
    assert task.due_at == ny("2026-06-03T11:00")
    assert task.watch_at == ny("2026-06-03T10:36")


def test_an_answer_that_raises_a_flag_brings_the_case_forward():
    ask, _ = asked()
    flagged(ask.service_request, severity=Severity.EMERGENCY)

    ask_patient.answer_question(
        ask_id=ask.pk, answer="I want to die", by=ask.service_request.patient.user, now=NOW + HOUR
    )

    task = ReviewTask.objects.get()
    assert (task.tier, task.service_request.priority) == (0, "stat")
    assert task.due_at <= NOW + 2 * HOUR


# Leases


def test_a_lease_that_ended_returns_the_case_with_its_history():
    task, _ = claimed(waiting(), now=NOW)

    assert watch.return_ended(now=NOW + review.LEASE - timedelta(seconds=1)) == 0
    assert watch.return_ended(now=NOW + review.LEASE) == 1

    task.refresh_from_db()
    assert (task.status, task.lease_expires_at) == (TaskStatus.READY, None)
    assert StatusChange.objects.filter(entity_id=task.pk).order_by("changed_at").last().reason == "lease-ended"


# Before and after a due time


def told(task):
    found = Communication.objects.filter(subject_id=task.pk, kind=CommunicationKind.REVIEW_DUE)
    return {(row.recipient_id, row.occurrence.split("-")[0]) for row in found}


def test_clinicians_are_told_before_a_case_is_due_and_it_is_counted_after():
    case = submitted(NOW, review_due_minutes={"routine": 100})
    task, able = case.review_task, clinician(case.service)
    clinician(case.service, state="NJ")

    assert watch.look(now=NOW + timedelta(minutes=79)) == 0
    assert watch.look(now=NOW + timedelta(minutes=80)) == 1
    assert told(task) == {(able.user_id, "soon")}
    assert watch.look(now=NOW + timedelta(minutes=99)) == 0
    assert watch.look(now=NOW + timedelta(minutes=100)) == 1

    task.refresh_from_db()
    assert (task.overdue_at, task.watch_at) == (NOW + timedelta(minutes=100), None)
    assert AuditEvent.objects.filter(event="consultations.review.overdue", entity_id=task.pk).count() == 1
    assert watch.look(now=NOW + timedelta(days=9)) == 0


def test_who_is_at_work_is_told_before_those_who_are_not():
    case = submitted(NOW, review_due_minutes={"routine": 100})
    at_work = clinician(case.service)
    clinician(case.service)
    review.claim_next(by=at_work.user, now=NOW)
    review.release(task_id=case.review_task.pk, fence=1, by=at_work.user, now=NOW)

    watch.look(now=NOW + timedelta(minutes=80))

    assert told(case.review_task) == {(at_work.user_id, "soon")}


def test_the_clinician_on_call_is_told_beside_who_holds_the_case():
    case = submitted(NOW, review_due_minutes={"routine": 100})
    _, holder = claimed(case.review_task, now=NOW + timedelta(minutes=79))
    other = on_call(case.service)

    watch.look(now=NOW + timedelta(minutes=80))

    assert told(case.review_task) == {(holder.user_id, "soon"), (other.user_id, "soon")}


def test_who_holds_the_case_is_told_alone_where_nobody_is_on_call():
    case = submitted(NOW, review_due_minutes={"routine": 100})
    _, holder = claimed(case.review_task, now=NOW + timedelta(minutes=79))
    clinician(case.service)

    watch.look(now=NOW + timedelta(minutes=80))

    assert told(case.review_task) == {(holder.user_id, "soon")}


def test_nobody_is_told_of_a_case_that_was_decided_or_waits_for_the_patient():
    for leave in (lambda **held: decide.accept(**held), lambda **held: ask_patient.put_question(message="?", **held)):
        case = submitted(NOW, review_due_minutes={"routine": 100})
        task, holder = claimed(case.review_task, now=NOW)
        leave(task_id=task.pk, fence=1, by=holder.user, now=NOW)

    assert watch.look(now=NOW + timedelta(days=9)) == 0


# Questions


def test_an_unanswered_question_is_nudged_twice():
    ask, _ = asked()

    assert [watch.nudge(now=NOW + after) for after in (NUDGES[0] - HOUR, NUDGES[0], NUDGES[0], NUDGES[1])] == [
        0,
        1,
        0,
        1,
    ]

    assert Communication.objects.filter(subject_id=ask.pk, kind=CommunicationKind.ASK_NUDGE).count() == 2
    assert watch.nudge(now=NOW + EXPIRES - HOUR) == 0


def test_an_answered_question_is_nudged_no_more():
    ask, _ = asked()
    ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=NOW + HOUR)

    assert watch.nudge(now=NOW + NUDGES[0]) == 0
    assert not watch.expire(ask_id=ask.pk, now=NOW + EXPIRES)


def test_a_question_that_nobody_answers_ends_and_both_are_told():
    ask, practitioner = asked()

    assert not watch.expire(ask_id=ask.pk, now=NOW + EXPIRES - HOUR)
    assert watch.expire(ask_id=ask.pk, now=NOW + EXPIRES)

    ask.refresh_from_db()
    task = ReviewTask.objects.select_related("service_request").get()
    assert (ask.status, ask.expired_at) == (AskStatus.REVOKED, NOW + EXPIRES)
    assert (task.status, task.reserved_for, task.service_request.status) == ("ready", practitioner, "active")
    rows = Communication.objects.filter(subject_id=ask.pk, kind=CommunicationKind.ASK_EXPIRED)
    assert {row.recipient_id for row in rows} == {practitioner.user_id, task.service_request.patient.user_id}
    assert review.claim_next(by=practitioner.user, now=NOW + EXPIRES).pk == task.pk


def test_who_was_given_the_case_meanwhile_is_told_of_the_end():
    ask, _ = asked()
    chosen = clinician(ask.service_request.service)
    reassign.reassign(task_id=ask.service_request.review_task.pk, to=chosen.pk, by=AdminFactory(), now=NOW)

    watch.expire(ask_id=ask.pk, now=NOW + EXPIRES)

    rows = Communication.objects.filter(subject_id=ask.pk, kind=CommunicationKind.ASK_EXPIRED)
    assert {row.recipient_id for row in rows} == {chosen.user_id, ask.service_request.patient.user_id}


def test_an_answer_after_the_end_is_refused():
    ask, _ = asked()
    watch.expire(ask_id=ask.pk, now=NOW + EXPIRES)

    with pytest.raises(ask_patient.AlreadyAnswered):
        ask_patient.answer_question(
            ask_id=ask.pk, answer="5 mg", by=ask.service_request.patient.user, now=NOW + EXPIRES
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_an_answer_and_the_end_at_one_moment_do_one_thing():
    ask, _ = asked()
    patient = ask.service_request.patient.user

    at_once(
        lambda: watch.expire(ask_id=ask.pk, now=NOW + EXPIRES),
        lambda: ask_patient.answer_question(ask_id=ask.pk, answer="5 mg", by=patient, now=NOW + EXPIRES),
    )

    ask.refresh_from_db()
    assert (ask.status == AskStatus.COMPLETED) == (ask.answered_at is not None) == (ask.expired_at is None)
    assert ReviewTask.objects.get().status == TaskStatus.READY


# Further questionnaires


def test_further_questions_are_laid_out_and_the_answer_waits_for_them():
    questionnaire = QuestionnaireFactory()
    ask, _ = asked(questionnaires=[questionnaire.pk])
    patient = ask.service_request.patient.user
    response = QuestionnaireResponse.objects.get(supporting_info__ask=ask)

    with pytest.raises(ask_patient.QuestionsUnfinished) as refusal:
        ask_patient.answer_question(ask_id=ask.pk, answer="See there.", by=patient, now=NOW + HOUR)
    assert refusal.value.errors[0].field == f"questionnaire_responses.{response.pk}"
    QuestionnaireResponse.objects.filter(pk=response.pk).update(
        status=ResponseStatus.COMPLETED, completed_at=NOW, completed_by=patient
    )

    assert (
        ask_patient.answer_question(ask_id=ask.pk, answer="See there.", by=patient, now=NOW + HOUR).answer
        == "See there."
    )


def test_further_questions_that_nobody_knows_are_refused():
    with pytest.raises(ask_patient.UnknownQuestions):
        asked(questionnaires=[ServiceRequestFactory().pk])

    assert not CommunicationRequest.objects.exists()


def test_further_questions_stop_when_the_question_ends():
    ask, _ = asked(questionnaires=[QuestionnaireFactory().pk])

    watch.expire(ask_id=ask.pk, now=NOW + EXPIRES)

    assert QuestionnaireResponse.objects.get(supporting_info__ask=ask).status == ResponseStatus.STOPPED


# The tick


def test_the_tick_does_all_of_it_and_doing_it_twice_changes_nothing():
    ask, _ = asked(at=NOW - timedelta(days=365))
    late, _ = claimed(waiting(), now=NOW - timedelta(days=365))

    for _ in range(2):
        watch_over_reviews()

    late.refresh_from_db()
    ask.refresh_from_db()
    assert (late.status, ask.status) == (TaskStatus.READY, AskStatus.REVOKED)
    assert Communication.objects.filter(subject_id=ask.pk, kind=CommunicationKind.ASK_EXPIRED).count() == 2
