"""An accepted case without a visit goes to somebody else: by its clinician, a supervisor, or the end of the shift."""

from datetime import timedelta

import pytest

from config.core.errors import NotAllowed, NotFound
from config.core.models import AuditEvent, StatusChange
from consultations.domain.codes import TaskStatus
from consultations.flows import decide, determine, hand_over, plan_care, reassign, review, shift
from consultations.models import Determination, ReviewTask
from tests.consultations.racing import at_once, names
from tests.factories.clinic import accepted, claimed, decided, planned, waiting
from tests.factories.consultations import clinician
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def give_back(task, by, **words):
    return hand_over.hand_over(task_id=task.pk, fence=task.fence, by=by, now=LATER, **words)


def sign(draft):
    return determine.sign(determination_id=draft.pk, by=draft.recorded_by, now=draft.recorded_at)


def test_the_case_is_reviewed_again_by_a_colleague_who_then_determines_it():
    task, first = accepted()
    give_back(task, first.user, handover="Look at the second score.")
    colleague = clinician(task.service)

    again = review.claim_next(by=colleague.user, now=LATER)
    decide.accept(task_id=task.pk, fence=again.fence, by=colleague.user, now=LATER)

    assert (again.pk, again.handover) == (task.pk, "Look at the second score.")
    assert decided(task, by=colleague.user, now=LATER).recorded_by == colleague.user


def test_who_handed_it_over_writes_no_more_of_it():
    task, first = accepted()
    draft = decided(task, by=first.user)

    give_back(task, first.user)

    with pytest.raises(determine.NotAccepted):
        sign(draft)
    with pytest.raises(hand_over.NothingToHandOver):
        give_back(task, first.user)


def test_a_draft_stays_with_its_author_and_the_colleague_writes_an_own_one():
    task, first = accepted()
    draft = decided(task, by=first.user, rationale="As I saw it.")
    give_back(task, first.user)
    colleague = clinician(task.service)
    decide.accept(
        task_id=task.pk, fence=review.claim(task_id=task.pk, by=colleague.user, now=LATER).fence, by=colleague.user,
        now=LATER,
    )  # fmt: skip

    decided(task, by=colleague.user, now=LATER)

    draft.refresh_from_db()
    assert (draft.rationale, draft.recorded_by) == ("As I saw it.", first.user)
    assert Determination.objects.filter(service_request=task.service_request_id).count() == 2


def test_the_clock_goes_on_from_where_the_acceptance_stopped_it():
    task, first = accepted()
    left = task.due_at - task.decided_at

    again = give_back(task, first.user)

    assert (again.due_at >= LATER, again.due_at - LATER <= left) == (True, True)
    assert again.watch_at is not None


def test_handing_over_leaves_its_traces():
    task, first = accepted()

    give_back(task, first.user)

    assert AuditEvent.objects.filter(entity_id=task.pk, event="consultations.review.handed-over").count() == 1
    newest = StatusChange.objects.filter(entity_id=task.pk).latest("changed_at", "id")
    assert (newest.old, newest.new, newest.reason) == (TaskStatus.COMPLETED, TaskStatus.READY, "handed-over")


def test_a_supervisor_gives_it_to_somebody_for_whom_it_is_kept():
    task, _ = accepted()
    chosen = clinician(task.service)

    given = reassign.reassign(task_id=task.pk, to=chosen.pk, by=AdminFactory(), now=LATER)

    assert (given.status, given.outcome, given.decided_at) == (TaskStatus.READY, "", None)
    assert review.claim_next(by=clinician(task.service).user, now=LATER) is None
    assert review.claim_next(by=chosen.user, now=LATER).pk == task.pk


def test_the_end_of_a_shift_hands_over_what_is_accepted_and_not_written():
    task, first = accepted()
    written, _ = accepted(task.service, practitioner=first)
    plan_care.sign(care_plan_id=planned(sign(decided(written, by=first.user))).pk, by=first.user, now=NOW)

    assert shift.end(by=first.user, now=LATER) == 1

    assert set(ReviewTask.objects.filter(status=TaskStatus.READY).values_list("pk", flat=True)) == {task.pk}


def test_a_break_leaves_it_with_its_clinician():
    task, first = accepted()

    shift.pause(by=first.user, now=NOW)

    assert decided(task, by=first.user).recorded_by == first.user


def test_the_decision_stays_its_makers_where_a_second_name_was_asked_for():
    service = HealthcareServiceFactory(pathway="asynchronous", second_sign_off=True)
    task, maker = claimed(waiting(service), now=NOW)
    decide.accept(task_id=task.pk, fence=1, by=maker.user, now=NOW)
    second = clinician(service)
    fence = review.claim(task_id=task.pk, by=second.user, now=NOW).fence
    decide.sign_off(task_id=task.pk, fence=fence, by=second.user, now=NOW)
    task.refresh_from_db()

    with pytest.raises(hand_over.NothingToHandOver):
        give_back(task, second.user)
    assert give_back(task, maker.user).proposed_by is None


@pytest.mark.parametrize(
    "of", [lambda: accepted(HealthcareServiceFactory(pathway="either")), lambda: claimed(waiting(), now=NOW)]
)
def test_only_what_is_accepted_and_has_no_visit_is_handed_over(of):
    task, holder = of()

    with pytest.raises(hand_over.NothingToHandOver):
        give_back(task, holder.user)


def test_handing_over_is_for_clinicians_who_see_the_case():
    task, _ = accepted()

    with pytest.raises(NotAllowed):
        give_back(task, UserFactory())
    with pytest.raises(NotFound):
        give_back(task, clinician(HealthcareServiceFactory()).user)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_handing_over_and_giving_away_at_one_moment_one_is_done():
    task, first = accepted()
    chosen, admin = clinician(task.service), AdminFactory()

    results = at_once(
        lambda: give_back(task, first.user),
        lambda: hand_over.hand_over(task_id=task.pk, fence=task.fence, by=first.user, now=LATER),
        lambda: shift.end(by=first.user, now=LATER),
        lambda: review.claim_next(by=chosen.user, now=LATER),
    )

    assert set(names(results)) <= {"ReviewTask", "NothingToHandOver", "int", "NoneType"}
    task.refresh_from_db()
    assert StatusChange.objects.filter(entity_id=task.pk, old="completed", new="ready").count() == 1
    assert reassign.reassign(task_id=task.pk, to=chosen.pk, by=admin, now=LATER).status == TaskStatus.READY
