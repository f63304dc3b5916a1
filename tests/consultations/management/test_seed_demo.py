"""The demo: every role can sign in, and there is a case at each step."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.core.models import Role, User
from consultations.domain.codes import EncounterStatus, RequestStatus, TaskStatus
from consultations.flows import review, visit
from consultations.management import demo
from consultations.models import Appointment, CarePlan, DeterminationProtocol, Escalation, ReviewTask, ServiceRequest
from consultations.queries.roster import roster
from intake.models import Flag, FlagRule, QuestionnaireResponse
from providers.models import AvailableTime, ClinicHours, Practitioner

pytestmark = pytest.mark.django_db


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("ANTEROOM_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def seed():
    told = StringIO()
    call_command("seed_demo", stdout=told)
    return told.getvalue()


def test_demo_is_whole_and_making_it_again_changes_nothing(state):
    first = seed()
    counts = [model.objects.count() for model in (User, Practitioner, AvailableTime, ServiceRequest, Flag)]
    seed()

    assert [model.objects.count() for model in (User, Practitioner, AvailableTime, ServiceRequest, Flag)] == counts
    assert "sam@demo.example" in first
    assert (User.objects.filter(role=Role.ADMIN).count(), Practitioner.objects.count()) == (1, 3)
    assert not EmailAddress.objects.filter(verified=False).exists()
    assert DeterminationProtocol.objects.filter(is_current=True).exists()


def test_demo_case_waits_with_a_severe_score(state):
    seed()

    case = ServiceRequest.objects.get(patient__given_name="Sam")
    responses = QuestionnaireResponse.objects.filter(patient=case.patient)
    scores = {row["instrument"]: row["value"] for one in responses for row in one.scores}
    assert (case.status, case.review_task.status) == (RequestStatus.ACTIVE, TaskStatus.READY)
    assert (scores["gad-7"], scores["phq-9"]) == (16, 10)
    assert Flag.objects.filter(patient=case.patient, rule__code="anxiety-severe").exists()


def test_demo_has_an_open_alert_that_has_climbed_a_step_and_a_gap_in_the_calendar(state):
    seed()

    row = Escalation.objects.open().get()
    assert (row.flag.patient.given_name, row.steps.count()) == ("Riley", 2)
    found = roster(row.service, now=timezone.now())
    assert found.present.period.practitioner.user.email == "okafor@demo.example"
    assert found.gaps


def test_demo_queue_begins_with_the_patient_in_danger(state):
    seed()

    rivera = User.objects.get(email="rivera@demo.example")
    task = review.claim_next(by=rivera, now=timezone.now())

    assert task.service_request.patient.given_name == "Riley"


@pytest.mark.parametrize(
    "now",
    ["2026-11-24T15:10Z", "2026-11-29T03:57Z", "2026-12-01T04:31Z", "2026-03-08T06:40Z"],
    ids=["working hours", "a Saturday night", "before midnight", "the night the clock changes"],
)
def test_demo_has_a_visit_to_check_in_to_at_any_hour(state, monkeypatch, now):
    now = datetime.fromisoformat(now)
    monkeypatch.setattr("consultations.management.commands.seed_demo.timezone.now", lambda: now)

    seed()

    meeting = Appointment.objects.get(patient__given_name="Kim")
    assert timedelta() < meeting.start_at - now <= timedelta(minutes=30)
    encounter = visit.check_in(
        appointment_id=meeting.pk, state="NY", identity_confirmed=True, by=meeting.patient.user,
        now=now,
    )  # fmt: skip
    assert encounter.status == EncounterStatus.ARRIVED


def test_demo_has_a_signed_plan_without_open_fields(state):
    seed()

    plan = CarePlan.objects.get()
    assert (plan.patient.given_name, plan.status) == ("Pat", "active")
    assert not any("____" in one.detail for one in plan.activities.all())
    assert plan.activities.filter(kind="measure", next_due_date__lte=timezone.now().date()).exists()


def test_demo_clinic_has_hours_and_a_line_without_visits_with_a_case_to_write_and_one_to_take(state):
    seed()

    rivera = Practitioner.objects.get(user__email="rivera@demo.example")
    mine = ReviewTask.objects.undetermined().accepted_by(rivera).get()
    assert mine.service_request.patient.given_name == "Lee"
    assert ReviewTask.objects.claimable(timezone.now()).filter(service=mine.service).count() == 1
    assert (
        FlagRule.objects.filter(service=mine.service).count()
        == FlagRule.objects.filter(service__slug=demo.LINE).count()
        > 0
    )
    assert set(ClinicHours.objects.active().values_list("weekday", flat=True)) == {1, 2, 3, 4, 5, 6}
    # The wait of somebody who sent a case is counted on that clock.
    assert ServiceRequest.objects.filter(due_at__isnull=True, submitted_at__isnull=False).count() == 0


def test_demo_log_ins_are_written_and_work(state, rf):
    seed()

    lines = [line.split("\t") for line in (state / "demo-logins.txt").read_text().splitlines()]
    assert len(lines) == len(demo.LOGINS) == 11
    for role, email, password, _shows in lines:
        user = authenticate(rf.post("/"), email=email, password=password)
        assert (user.email, user.role) == (email, role)


def test_demo_people_are_marked_as_such():
    names = [one.family_name for one in demo.CLINICIANS] + [one.details["family_name"] for one in demo.PATIENTS]

    assert all(name.endswith("(demo)") for name in names)


def test_demo_is_refused_where_it_is_none(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="passwords are public"):
        seed()
