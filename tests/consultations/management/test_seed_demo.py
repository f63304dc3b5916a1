"""The demo: every role can sign in, and one case waits in the queue."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from config.core.models import Role, User
from consultations.domain.codes import RequestStatus, TaskStatus
from consultations.flows import review
from consultations.management import demo
from consultations.models import DeterminationProtocol, ReviewTask, ServiceRequest
from intake.models import Flag, QuestionnaireResponse
from providers.models import AvailableTime, Practitioner

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
    assert "one case waits in the queue" in first
    assert (User.objects.filter(role=Role.ADMIN).count(), Practitioner.objects.count()) == (1, 3)
    assert not EmailAddress.objects.filter(verified=False).exists()
    assert DeterminationProtocol.objects.filter(is_current=True).exists()


def test_demo_case_waits_with_a_severe_score(state, rf):
    seed()

    assert ServiceRequest.objects.get().status == RequestStatus.ACTIVE
    assert ReviewTask.objects.get().status == TaskStatus.READY
    scores = {row["instrument"]: row["value"] for one in QuestionnaireResponse.objects.all() for row in one.scores}
    assert (scores["gad-7"], scores["phq-9"]) == (16, 10)
    assert Flag.objects.filter(rule__code="anxiety-severe").exists()
    rivera = User.objects.get(email="rivera@demo.example")
    assert review.claim_next(by=rivera, now=ServiceRequest.objects.get().submitted_at) is not None


def test_demo_log_ins_are_written_and_work(state, rf):
    seed()

    lines = [line.split("\t") for line in (state / "demo-logins.txt").read_text().splitlines()]
    assert len(lines) == len(demo.LOGINS) == 6
    for role, email, password in lines:
        user = authenticate(rf.post("/"), email=email, password=password)
        assert (user.email, user.role) == (email, role)


def test_demo_people_are_marked_as_such():
    names = [one.family_name for one in demo.CLINICIANS] + [one.details["family_name"] for one in demo.PATIENTS]

    assert all(name.endswith("(demo)") for name in names)


def test_demo_is_refused_where_it_is_none(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="passwords are public"):
        seed()
