"""Following up: the questions of a plan open on their day, and what else is due in it is told."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from config.core import audit
from config.core.flow import flow
from config.core.models import AuditAction
from consultations.domain.codes import ActivityKind, ActivityStatus, CarePlanStatus, CommunicationKind
from consultations.models import Activity, ActivityOutcome, Communication, ServiceRequest
from intake.models import Questionnaire, QuestionnaireResponse

# Nobody wants to hear tomorrow what was to be done today.
_OF_USE_FOR = timedelta(days=1)
_WEEK = 7
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
    due = _due(now).filter(kind=ActivityKind.MEASURE)
    return sum(_open(activity, now=now) for activity in due[:limit])


@flow
def remind_due(*, now: datetime, limit: int = 100) -> int:
    """
    Tell patients of the other activities of their plans whose day has come; safe to run twice, and beside itself.

    limit    number of activities looked at in one run
    Returns  how many activities were told of; a plan is spoken of once a day, however many of them it has
    Writes   Activity, Communication; nothing for what is done, days that were missed, and the day of the signature
    Source   FHIR R4 CarePlan.activity; docs/flows.md, row "follow up"
    """
    due = _due(now).exclude(kind=ActivityKind.MEASURE)
    return sum(_remind(activity, now=now) for activity in due[:limit])


def _due(now: datetime) -> QuerySet[Activity]:
    due = Activity.objects.filter(care_plan__status=CarePlanStatus.ACTIVE, next_due_date__lte=(now + _AHEAD).date())
    rows = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return rows.select_related("care_plan__patient", "care_plan__determination").order_by("next_due_date", "id")


def _reached(activity: Activity, *, now: datetime) -> date | None:
    """Return the newest planned day that has come where the patient is; `next_due_date`, unsaved, goes on to the next."""
    today = now.astimezone(ZoneInfo(str(activity.care_plan.patient.time_zone))).date()
    days = [date.fromisoformat(day) for day in activity.due_dates]
    first = activity.next_due_date
    reached = [day for day in days if first is not None and first <= day <= today]
    if not reached:
        return None
    later = [day for day in days if day > reached[-1]]
    activity.next_due_date = later[0] if later else None
    return reached[-1]


def _remind(activity: Activity, *, now: datetime) -> bool:
    day, plan = _reached(activity, now=now), activity.care_plan
    if day is None:
        return False
    activity.save(update_fields=["next_due_date", "updated_at"])
    is_open = activity.status in {ActivityStatus.SCHEDULED, ActivityStatus.IN_PROGRESS}
    if not is_open or not _is_told(activity, day, now=now):
        return False
    Communication.objects.plan(
        subject=plan,
        kind=CommunicationKind.ACTIVITY_DUE,
        recipient_id=plan.patient.user_id,
        due_at=now,
        expires_at=now + _OF_USE_FOR,
        occurrence=day.isoformat(),
    )
    return True


def _is_told(activity: Activity, day: date, *, now: datetime) -> bool:
    """Tell whether a mail speaks of a day: not when it was missed, is that of the plan's own mail, or of a habit."""
    zone, plan = ZoneInfo(str(activity.care_plan.patient.time_zone)), activity.care_plan
    if day != now.astimezone(zone).date() or (plan.signed_at and day == plan.signed_at.astimezone(zone).date()):
        return False
    # What is done more often than once a week is spoken of once a week.
    since = (day - date.fromisoformat(activity.due_dates[0])).days
    return since % _WEEK == 0 or int(activity.schedule.get("every_days") or 0) >= _WEEK


def _open(activity: Activity, *, now: datetime) -> bool:
    day = _reached(activity, now=now)
    if day is None:
        return False
    if activity.status == ActivityStatus.SCHEDULED:
        activity.status = ActivityStatus.IN_PROGRESS
        audit.status_changed(activity, old=ActivityStatus.SCHEDULED, new=activity.status, by=None, now=now)
    activity.save(update_fields=["next_due_date", "status", "updated_at"])
    return _ask(activity, day, now=now)


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
