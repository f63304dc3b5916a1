"""The care plan: from a template, tailored, signed, its days in the patient's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db.utils import DatabaseError

from config.core.errors import NotAllowed, NotFound
from consultations.domain import plan, words
from consultations.domain.codes import (
    ActivityStatus,
    CarePlanStatus,
    CommunicationKind,
    GoalStatus,
    RequestStatus,
    TaskStatus,
)
from consultations.flows import plan_care
from consultations.models import Activity, CarePlan, Communication, ReviewTask
from tests.factories.clinic import planned, recorded, signed
from tests.factories.consultations import clinician
from tests.factories.core import UserFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def sign(written, *, now=None):
    return plan_care.sign(care_plan_id=written.pk, by=written.recorded_by, now=now or written.recorded_at)


def test_write_takes_the_template():
    written = planned()

    assert (written.title, written.status) == ("First steps", CarePlanStatus.DRAFT)
    assert [goal.description for goal in written.goals.all()] == ["Worry less"]
    assert [one.title for one in written.activities.order_by("position")] == ["Breathe slowly", "Read about sleep"]
    assert written.activities.get(position=0).schedule_text == "7 times, every day, first on the first day"


def test_write_takes_the_clinicians_words_instead():
    written = planned(title="For you", instructions="Slowly.", goals=[{"description": "Sleep"}], activities=[])

    assert (written.title, written.instructions) == ("For you", "Slowly.")
    assert [goal.description for goal in written.goals.all()] == ["Sleep"]
    assert not written.activities.exists()


def test_write_without_a_template_needs_a_title():
    assert planned(template_code=None, title="By hand").template is None
    with pytest.raises(words.WordsMissing):
        planned(template_code=None)


def test_write_waits_for_the_signature():
    with pytest.raises(plan_care.NotSignedYet):
        planned(recorded(), template_code=None)


def test_write_refuses_a_second_plan():
    determination = signed()
    first = planned(determination)

    with pytest.raises(plan_care.PlanExists) as refusal:
        planned(determination)

    assert refusal.value.extra == {"care_plan": str(first.pk)}


def test_write_refuses_an_unknown_template():
    with pytest.raises(plan_care.TemplateUnknown):
        planned(template_code="nothing")


FAULTS = {
    "goal": ({"goals": [{"description": " "}]}, "goals[0].description"),
    "kind": ({"activities": [{"kind": "dance", "title": "Dance"}]}, "activities[0].kind"),
    "title": ({"activities": [{"kind": "visit", "title": ""}]}, "activities[0].title"),
    "measure": ({"activities": [{"kind": "measure", "title": "Ask"}]}, "activities[0].questionnaire_url"),
    "often": (
        {"activities": [{"kind": "visit", "title": "See", "schedule": {"times": 101, "every_days": 1}}]},
        "activities[0].schedule",
    ),
}


@pytest.mark.parametrize(("draft", "field"), FAULTS.values(), ids=FAULTS.keys())
def test_write_names_the_fault(draft, field):
    with pytest.raises(plan.PlanFaulty) as refusal:
        planned(**draft)

    assert refusal.value.errors[0].field == field


def test_write_is_the_clinicians_own():
    determination = signed()
    draft = plan_care.Draft(title="Mine")
    now = determination.signed_at

    with pytest.raises(NotAllowed):
        plan_care.write(determination_id=determination.pk, draft=draft, by=UserFactory(), now=now)
    stranger = clinician(HealthcareServiceFactory()).user
    with pytest.raises(NotFound):
        plan_care.write(determination_id=determination.pk, draft=draft, by=stranger, now=now)


def test_revise_replaces_what_is_said_and_keeps_the_rest():
    written = planned()

    revised = plan_care.revise(
        care_plan_id=written.pk,
        draft=plan_care.Draft(goals=[{"description": "Sleep"}]),
        by=written.recorded_by,
        now=written.recorded_at,
    )

    assert revised.title == "First steps"
    assert [goal.description for goal in revised.goals.all()] == ["Sleep"]
    assert revised.activities.count() == 2


def test_sign_fixes_the_days_in_the_patients_zone():
    written = planned()
    written.patient.time_zone = ZoneInfo("Pacific/Honolulu")
    written.patient.save()

    signed_plan = sign(written, now=datetime(2026, 6, 2, 8, tzinfo=UTC))

    first = signed_plan.activities.get(position=0)
    assert first.due_dates == [f"2026-06-0{day}" for day in range(1, 8)]
    assert str(signed_plan.review_on_date) == "2026-06-29"


def test_sign_completes_the_case_and_tells_the_patient():
    written = sign(planned())

    request = written.determination.encounter.appointment.service_request
    request.refresh_from_db()
    assert (written.status, request.status) == (CarePlanStatus.ACTIVE, RequestStatus.COMPLETED)
    assert written.goals.get().status == GoalStatus.ACTIVE
    assert ReviewTask.objects.get(service_request=request).status == TaskStatus.COMPLETED
    assert Communication.objects.get(subject_id=written.pk).kind == CommunicationKind.CARE_PLAN_READY


def test_sign_twice_and_revise_after_signing_are_refused():
    written = sign(planned())

    with pytest.raises(plan_care.AlreadySigned):
        sign(written)
    with pytest.raises(plan_care.AlreadySigned):
        plan_care.revise(
            care_plan_id=written.pk, draft=plan_care.Draft(title="New"), by=written.recorded_by, now=written.signed_at
        )


def test_sign_is_hidden_from_others():
    written = planned()

    with pytest.raises(NotFound):
        plan_care.sign(care_plan_id=written.pk, by=clinician(HealthcareServiceFactory()).user, now=written.recorded_at)
    with pytest.raises(NotAllowed):
        plan_care.sign(care_plan_id=written.pk, by=written.patient.user, now=written.recorded_at)


@pytest.mark.database
@pytest.mark.parametrize("change", [{"title": "Other"}, {"instructions": "Other"}])
def test_database_refuses_to_change_a_signed_plan(change):
    written = sign(planned())

    with pytest.raises(DatabaseError, match="careplan_signed_words_fixed"):
        CarePlan.objects.filter(pk=written.pk).update(**change)


def test_activity_done_is_ticked_off_by_the_patient_once():
    written = sign(planned())
    activity = written.activities.get(position=0)

    done = plan_care.activity_done(activity_id=activity.pk, by=written.patient.user, now=written.signed_at)

    assert (done.status, done.done_by) == (ActivityStatus.COMPLETED, written.patient.user)
    with pytest.raises(plan_care.NotTickable):
        plan_care.activity_done(activity_id=activity.pk, by=written.patient.user, now=written.signed_at)


def test_activity_done_refuses_questions_drafts_and_others():
    written = planned(activities=[{"kind": "measure", "title": "Ask", "questionnaire_url": "urn:q"}])
    activity = Activity.objects.get()
    mine = {"activity_id": activity.pk, "now": written.recorded_at}

    with pytest.raises(NotFound):
        plan_care.activity_done(by=written.patient.user, **mine)
    sign(written)
    with pytest.raises(plan_care.NotTickable):
        plan_care.activity_done(by=written.patient.user, **mine)
    with pytest.raises(NotFound):
        plan_care.activity_done(by=UserFactory(), **mine)
    with pytest.raises(NotAllowed):
        plan_care.activity_done(by=written.recorded_by, **mine)


def test_sign_refuses_what_is_not_filled_in():
    written = planned(activities=[{"kind": "medication", "title": "Spray", "detail": "Dose: ____"}])

    with pytest.raises(plan_care.HasBlanks) as refusal:
        sign(written)

    assert refusal.value.errors[0].field == "activities[0].detail"
