"""Workers are killed and Redis is emptied while escalations are due: every one still fires, once."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count

from config.core.clock import database_now
from consultations.flows import escalate
from consultations.models import Communication, Escalation, EscalationStep, Heartbeat
from tests.factories.intake import PatientFactory, QuestionnaireFactory
from tests.factories.providers import HealthcareServiceFactory
from tests.factories.safety import on_call, supervisor, waiting_flag
from tests.faults import workers

pytestmark = [pytest.mark.worker, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NEW, DUE = 60, 60


@pytest.fixture
def clinic():
    """Return flags that no alert was opened for, and alerts whose second step has come."""
    now = database_now()
    service = HealthcareServiceFactory()
    around = DateTimeTZRange(now - timedelta(hours=1), now + timedelta(hours=1))
    first, chief = on_call(service, during=around), supervisor(service)
    same = {"response__questionnaire": QuestionnaireFactory(), "response__patient": PatientFactory()}
    earlier = now - timedelta(minutes=11)
    due = [escalate.begin(flag_id=waiting_flag(service, raised_at=earlier, **same).pk, now=earlier) for _ in range(DUE)]
    new = [waiting_flag(service, raised_at=now, **same) for _ in range(NEW)]
    return new, due, first, chief


def fired():
    return EscalationStep.objects.count() - DUE


def test_every_step_fires_once_whatever_is_killed_and_forgotten(clinic):
    new, due, first, chief = clinic
    running = [workers.start(), workers.start()]
    try:
        with workers.woken("consultations.tasks.escalate_flags"):
            for crash, reached in enumerate((5, 40)):
                workers.wait_until(lambda reached=reached: fired() >= reached)
                workers.kill(running[crash])
                workers.forget_everything()
                running.append(workers.start())
            assert fired() < NEW + DUE, "the crashes must come while steps are due"
            workers.wait_until(lambda: fired() >= NEW + DUE)
        settled = EscalationStep.objects.count(), Communication.objects.count()
        later = database_now()
        with workers.woken("consultations.tasks.escalate_flags"):
            workers.wait_until(lambda: Heartbeat.objects.filter(name="escalations", beat_at__gt=later).exists())
    finally:
        for worker in running:
            if worker.poll() is None:
                workers.kill(worker)

    assert (EscalationStep.objects.count(), Communication.objects.count()) == settled
    assert settled == (NEW + 2 * DUE, NEW + 2 * DUE)
    opened = Escalation.objects.annotate(taken=Count("steps"))
    assert set(opened.filter(flag__in=new).values_list("taken", flat=True)) == {1}
    assert set(opened.filter(pk__in=[row.pk for row in due]).values_list("taken", flat=True)) == {2}
    told = Communication.objects.values("recipient").annotate(messages=Count("pk"))
    assert {row["recipient"]: row["messages"] for row in told} == {first.user_id: NEW + DUE, chief.user_id: DUE}
    assert Communication.objects.values("subject_id").distinct().count() == settled[1]
