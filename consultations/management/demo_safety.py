"""The demo's safety: people on call with a gap to come, and an alert that has climbed one step."""

from datetime import datetime, timedelta

from config.core.models import User
from consultations.flows import escalate, roster
from consultations.models import Escalation, OnCall
from consultations.queries import alerts
from intake.models import Flag
from providers.models import HealthcareService, Practitioner

WEEK = timedelta(days=7)
# Who is on call, in turns of a week; the calendar's second week ends in a gap, to show what a gap looks like.
TURNS = ("okafor@demo.example", "rivera@demo.example")


def staffed(service: HealthcareService, *, by: User, now: datetime) -> None:
    """Put the clinicians on call in turns, from before the first case of the demo that nobody has answered."""
    if OnCall.objects.filter(service=service).exists():
        return
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)
    for email in TURNS:
        clinician = Practitioner.objects.get(user__email=email)
        end = start + WEEK - timedelta(hours=12)
        roster.put_on_call(
            service_id=service.pk, practitioner_id=clinician.pk, start_at=start, end_at=end, by=by, now=now
        )
        start = end


def alerted(*, now: datetime) -> None:
    """Open the alerts that a worker would have opened when each flag was raised, and take the steps since."""
    for pk in alerts.unopened():
        escalate.begin(flag_id=pk, now=Flag.objects.get(pk=pk).raised_at)
    for row in Escalation.objects.due(now):
        if row.next_due_at is not None:
            escalate.climb(escalation_id=row.pk, now=row.next_due_at)
