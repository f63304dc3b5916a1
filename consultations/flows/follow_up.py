"""Following up: the questions of a plan open on their day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.core import audit
from config.core.flow import flow
from config.core.models import AuditAction
from consultations.domain.codes import ActivityKind, ActivityStatus, CarePlanStatus, CommunicationKind
from consultations.models import Activity, ActivityOutcome, Communication, ServiceRequest
from intake.models import Questionnaire, QuestionnaireResponse

# The earliest zone is 14 hours ahead of UTC; each patient's own day is looked at afterwards.
_AHEAD = timedelta(hours=14)


@flow
def open_due(*, now: datetime, limit: int = 100) -> int:
    """
    Open the questions of every measure whose day has come in its patient's zone; safe to run twice, and beside itself.

    limit    number of activities looked at in one run
    Returns  how many questionnaires were opened
    Writes   QuestionnaireResponse `in-progress`, ActivityOutcome, Activity, Communication, StatusChange, AuditEvent;
             of several missed days only the newest is asked
    Source   FHIR R4 CarePlan.activity; docs/flows.md, row "follow up"
    """
    due = Activity.objects.filter(
        kind=ActivityKind.MEASURE, care_plan__status=CarePlanStatus.ACTIVE, next_due_date__lte=(now + _AHEAD).date()
    )
    rows = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("care_plan__patient")
    return sum(_open(activity, now=now) for activity in rows.order_by("next_due_date", "id")[:limit])


def _open(activity: Activity, *, now: datetime) -> bool:
    patient = activity.care_plan.patient
    today = now.astimezone(ZoneInfo(str(patient.time_zone))).date()
    days = [date.fromisoformat(day) for day in activity.due_dates]
    first = activity.next_due_date
    reached = [day for day in days if first is not None and first <= day <= today]
    if not reached:
        return False

    later = [day for day in days if day > reached[-1]]
    activity.next_due_date = later[0] if later else None
    if activity.status == ActivityStatus.SCHEDULED:
        activity.status = ActivityStatus.IN_PROGRESS
        audit.status_changed(activity, old=ActivityStatus.SCHEDULED, new=activity.status, by=None, now=now)
    activity.save(update_fields=["next_due_date", "status", "updated_at"])
    return _ask(activity, reached[-1], now=now)


def _ask(activity: Activity, day: date, *, now: datetime) -> bool:
    patient = activity.care_plan.patient
    published = Questionnaire.objects.published().filter(url=activity.questionnaire_url)
    questionnaire = published.order_by("-created_at", "-id").first()
    if questionnaire is None or ActivityOutcome.objects.filter(activity=activity, due_date=day).exists():
        return False

    case = ServiceRequest.objects.get(determinations__care_plans=activity.care_plan_id)
    response = QuestionnaireResponse.objects.create(
        questionnaire=questionnaire, patient=patient, service_id=case.service_id
    )
    outcome = ActivityOutcome.objects.create(activity=activity, due_date=day, questionnaire_response=response)
    Communication.objects.plan(
        subject=outcome, kind=CommunicationKind.MEASURE_DUE, recipient_id=patient.user_id, due_at=now
    )
    audit.record(
        event="consultations.measure.opened", action=AuditAction.CREATE, entity=outcome, by=None, now=now,
        patient_id=patient.pk,
    )  # fmt: skip
    return True
