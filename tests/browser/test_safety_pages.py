"""The pages of safety alerts in a real browser."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg.types.range import TimestamptzRange

from consultations.flows import escalate
from consultations.flows.acknowledge import acknowledge_flag
from consultations.models import Escalation
from intake.domain.codes import Severity
from intake.models import Flag
from tests.factories.core import AdminFactory
from tests.factories.intake import FlagFactory, FlagRuleFactory
from tests.factories.providers import HealthcareServiceFactory
from tests.factories.safety import on_call, supervisor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
YES = [{"ref": "harm", "value": {"code": "yes", "display": "Yes"}}]


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def clinic(now):
    service = HealthcareServiceFactory(name="Stress and anxiety")
    around = TimestamptzRange(now - timedelta(hours=3), now + timedelta(hours=9))
    first = on_call(service, during=around, given_name="Ana", family_name="Rivera", credentials="MD")
    chief = supervisor(service, given_name="Ben", family_name="Okafor", credentials="PMHNP")
    return service, first, chief


def raised(service, *, at, **fields):
    rule = FlagRuleFactory(
        service=service,
        severity=fields.get("severity", Severity.EMERGENCY),
        clinician_text="PHQ-9 item 9 is above zero: thoughts of being better off dead or of self-harm in the last two "
        "weeks. Assess suicide risk in person now; the score does not grade it.",
        source={"citation": "Kroenke K, Spitzer RL, Williams JBW. The PHQ-9. J Gen Intern Med 2001;16(9):606-613."},
    )
    flag = FlagFactory(rule=rule, raised_at=at, evidence=YES, **fields)
    escalate.begin(flag_id=flag.pk, now=at)
    return Escalation.objects.get(flag=flag)


@pytest.fixture
def alerts(clinic, now):
    service, first, _ = clinic
    climbed = raised(service, at=now - timedelta(minutes=25))
    for minutes in (15, 5):
        escalate.climb(escalation_id=climbed.pk, now=now - timedelta(minutes=minutes))
    fresh = raised(service, at=now - timedelta(minutes=4), status="inactive", superseded_at=now)
    raised(service, at=now - timedelta(minutes=30), severity=Severity.URGENT)
    answered = raised(service, at=now - timedelta(hours=5))
    acknowledge_flag(
        flag_id=answered.flag_id, note="Rang her at once. Safe, with her sister; visit today.", by=first.user,
        now=now - timedelta(hours=4, minutes=52),
    )  # fmt: skip
    return climbed, fresh, answered


def test_alerts_are_sound(look, clinic, alerts):
    _, first, chief = clinic
    climbed, fresh, answered = alerts

    look("/clinic/queue/", name="safety-queue", user=first.user)
    look("/clinic/alerts/", name="safety-alerts", user=chief.user, schemes=("light", "dark"))
    look(f"/clinic/alerts/{fresh.pk}/", name="safety-alert", user=first.user)
    look(f"/clinic/alerts/{climbed.pk}/", name="safety-alert-to-ring", user=chief.user)
    look(f"/clinic/alerts/{answered.pk}/", name="safety-alert-answered", user=chief.user)
    look(f"/clinic/alerts/{climbed.pk}/", name="safety-alert-admin", user=AdminFactory())


def test_a_name_is_put_without_javascript(open_page, clinic, alerts):
    _, first, _ = clinic
    _, fresh, _ = alerts
    page = open_page(javascript=False, user=first.user)

    page.goto("/clinic/queue/")
    page.get_by_role("link", name=fresh.flag.patient.full_name).first.click()
    page.get_by_label("What was done about it?").fill("Rang. Safe.")
    page.get_by_role("button", name="Acknowledge").click()

    assert page.get_by_text("Your name is under the alert.").is_visible()
    assert Flag.objects.get(pk=fresh.flag_id).acknowledged_by == first.user


def test_the_calendar_is_sound(look, clinic):
    service, first, _ = clinic

    look(f"/clinic/on-call/{service.slug}/", name="safety-on-call", user=AdminFactory(), schemes=("light", "dark"))
    look(f"/clinic/on-call/{service.slug}/", name="safety-on-call-read", user=first.user)


def test_the_empty_list_is_sound(look):
    look("/clinic/alerts/", name="safety-alerts-empty", user=AdminFactory())
