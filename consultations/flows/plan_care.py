"""The care plan: written from a template, tailored, signed, and ticked off by the patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Role, User
from consultations.domain import lifecycle, plan, words
from consultations.domain.codes import (
    ActivityKind,
    ActivityStatus,
    CarePlanStatus,
    CommunicationKind,
    DeterminationStatus,
    GoalStatus,
    RequestStatus,
    ReviewOutcome,
    TaskStatus,
)
from consultations.models import (
    Activity,
    CarePlan,
    Communication,
    Determination,
    Goal,
    PlanTemplate,
    ReviewTask,
    ServiceRequest,
)
from consultations.queries import evidence


class NotSignedYet(Conflict):
    """Sign the determination first."""

    code = "determination-not-signed"
    title = "The determination is not signed yet"


class PlanExists(Conflict):
    """Change the plan that is there; its id is in `care_plan`."""

    code = "plan-exists"
    title = "There is a plan already"


class TemplateUnknown(Invalid):
    """Offer the templates of the service."""

    code = "template-unknown"
    title = "There is no such template"


class AlreadySigned(Conflict):
    """Show the signed plan; its words no longer change."""

    code = "already-signed"
    title = "This plan was already signed"


class HasBlanks(Invalid):
    """Fill in what each named activity still leaves open, then sign."""

    code = "plan-has-blanks"
    title = "Something is not filled in yet"


class NotTickable(Conflict):
    """Say why: it is done already, was stopped, or is done by answering the questions."""

    code = "activity-not-open"
    title = gettext_lazy("This cannot be ticked off")


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan in the clinician's words; None takes the template's."""

    template_code: str | None = None
    title: str | None = None
    instructions: str | None = None
    goals: Sequence[Mapping[str, Any]] | None = None
    activities: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class _Settled:
    title: str
    instructions: str
    goals: list[plan.GoalDraft]
    activities: list[plan.ActivityDraft]
    description: str = ""
    template: PlanTemplate | None = None


@flow
def write(*, determination_id: UUID, draft: Draft, by: User, now: datetime) -> CarePlan:
    """
    Write the plan of a signed determination; it stays a draft until it is signed.

    draft   a template's code, and what the clinician says instead of the template
    Writes  CarePlan `draft`, Goal, Activity, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, NotSignedYet, PlanExists, TemplateUnknown, plan.PlanFaulty, words.WordsMissing,
            words.WordsTooLong
    Source  FHIR R4 CarePlan; docs/flows.md, row "plan care"
    """
    determination = _own_determination(determination_id, by)
    if determination.status != DeterminationStatus.COMPLETED:
        raise NotSignedYet("Sign the determination first, then write the plan.")
    there = determination.care_plans.filter(status__in=[CarePlanStatus.DRAFT, CarePlanStatus.ACTIVE]).first()
    if there is not None:
        raise PlanExists("There is a plan for this determination already.", extra={"care_plan": str(there.pk)})
    request = determination.service_request
    settled = _settle(draft, _template(request, draft.template_code), request)

    written = CarePlan(determination=determination, patient_id=request.patient_id, recorded_at=now, recorded_by=by)
    _store(written, settled, now=now)

    audit.status_changed(written, old="", new=written.status, by=by, now=now)
    audit.record(
        event="consultations.plan.written", action=AuditAction.CREATE, entity=written, by=by, now=now,
        patient_id=request.patient_id,
    )  # fmt: skip
    return written


@flow
def revise(*, care_plan_id: UUID, draft: Draft, by: User, now: datetime) -> CarePlan:
    """
    Change a plan that is not signed yet; goals and activities are replaced whole.

    draft   None keeps what is there, unless another template is named
    Writes  CarePlan, Goal, Activity, AuditEvent
    Raises  NotFound, NotAllowed, AlreadySigned, TemplateUnknown, plan.PlanFaulty, words.WordsMissing,
            words.WordsTooLong
    """
    written = _own_plan(care_plan_id, by)
    request = written.determination.service_request
    template = _template(request, draft.template_code)
    settled = _settle(draft if template else _filled(draft, written), template, request)

    written.goals.all().delete()
    written.activities.all().delete()
    _store(written, settled, now=now)

    audit.record(event="consultations.plan.revised", entity=written, by=by, now=now, patient_id=written.patient_id)
    return written


@flow
def sign(*, care_plan_id: UUID, by: User, now: datetime) -> CarePlan:
    """
    Sign the plan: its days are fixed in the patient's zone, its words no longer change, and the case is complete.

    Writes  CarePlan `active`, Goal, Activity, ServiceRequest `completed`, ReviewTask, Communication, StatusChange,
            AuditEvent
    Raises  NotFound, NotAllowed, AlreadySigned, HasBlanks
    Source  FHIR R4 CarePlan, Provenance.signature; docs/flows.md, row "plan care"
    """
    written = _own_plan(care_plan_id, by)
    request = _lock(written.determination.service_request_id)
    _refuse_blanks(written)
    today = now.astimezone(ZoneInfo(str(request.patient.time_zone))).date()

    written.status, written.signed_at, written.signed_by = CarePlanStatus.ACTIVE, now, by
    if written.template and (days := written.template.body.get("review_after_days")):
        written.review_on_date = today + timedelta(days=int(days))
    written.save(update_fields=["status", "signed_at", "signed_by", "review_on_date", "updated_at"])
    written.goals.filter(status=GoalStatus.PROPOSED).update(status=GoalStatus.ACTIVE, updated_at=now)
    _fix_days(written, today)
    _complete(request, by=by, now=now)
    Communication.objects.plan(
        subject=written, kind=CommunicationKind.CARE_PLAN_READY, recipient_id=request.patient.user_id, due_at=now
    )

    audit.status_changed(written, old=CarePlanStatus.DRAFT, new=written.status, by=by, now=now, reason="signed")
    audit.record(event="consultations.plan.signed", entity=written, by=by, now=now, patient_id=written.patient_id)
    return written


@flow
def activity_done(*, activity_id: UUID, by: User, now: datetime) -> Activity:
    """
    Tick off one activity of the patient's own signed plan.

    Writes  Activity `completed`, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, NotTickable
    """
    if by.role != Role.PATIENT:
        raise NotAllowed(gettext("Only the patient ticks off what they did."))
    plans = CarePlan.objects.visible_to(by).filter(status=CarePlanStatus.ACTIVE)
    mine = Activity.objects.filter(pk=activity_id, care_plan__in=plans)
    activity = mine.select_for_update(no_key=True, of=("self",)).select_related("care_plan").first()
    if activity is None:
        raise NotFound(gettext("There is nothing like that in your plan."))
    if activity.kind == ActivityKind.MEASURE:
        raise NotTickable(gettext("This is done by answering the questions when they come."))
    if activity.status not in {ActivityStatus.SCHEDULED, ActivityStatus.IN_PROGRESS}:
        raise NotTickable(gettext("This is done already, or was stopped."))

    old, activity.status = activity.status, ActivityStatus.COMPLETED
    activity.done_at, activity.done_by = now, by
    activity.save(update_fields=["status", "done_at", "done_by", "updated_at"])

    audit.status_changed(activity, old=old, new=activity.status, by=by, now=now)
    patient_id = activity.care_plan.patient_id
    audit.record(event="consultations.activity.done", entity=activity, by=by, now=now, patient_id=patient_id)
    return activity


def _own_determination(determination_id: UUID, by: User) -> Determination:
    if by.role != Role.PRACTITIONER:
        raise NotAllowed("Only the clinician of the case writes the plan.")
    rows = Determination.objects.select_for_update(no_key=True, of=("self",)).select_related("service_request")
    mine = Determination.objects.visible_to(by).filter(pk=determination_id)
    determination = rows.filter(pk__in=mine.values("pk")).first()
    if determination is None:
        raise NotFound("There is no such determination.")
    return determination


def _own_plan(care_plan_id: UUID, by: User) -> CarePlan:
    if by.role != Role.PRACTITIONER:
        raise NotAllowed("Only the clinician of the case changes or signs the plan.")
    rows = CarePlan.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "template", "determination__service_request"
    )
    mine = CarePlan.objects.visible_to(by).filter(pk=care_plan_id)
    written = rows.filter(pk__in=mine.values("pk")).first()
    if written is None:
        raise NotFound("There is no such plan.")
    if written.status != CarePlanStatus.DRAFT:
        raise AlreadySigned("This plan was already signed.")
    return written


def _lock(request_id: UUID) -> ServiceRequest:
    locked = ServiceRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("patient")
    return locked.get(pk=request_id)


def _template(request: ServiceRequest, code: str | None) -> PlanTemplate | None:
    if not code:
        return None
    template = PlanTemplate.objects.filter(service=request.service_id, code=code, is_current=True).first()
    if template is None:
        why = "Choose one of the templates of this service."
        raise TemplateUnknown(why, errors=[FieldError("template", "unknown", why)])
    return template


def _settle(draft: Draft, template: PlanTemplate | None, request: ServiceRequest) -> _Settled:
    """Return the template's words where the clinician said nothing, theirs where they did."""
    body: Mapping[str, Any] = template.body if template else {}
    title = draft.title if draft.title is not None else (template.title if template else "")
    instructions = draft.instructions if draft.instructions is not None else str(body.get("instructions") or "")
    goals, activities = draft.goals, draft.activities
    if goals is None:
        answers = {ref: one.value for ref, one in evidence.of_case(request.pk).items()} if template else {}
        goals = plan.goals_of_template(body.get("goals") or (), answers)
    if activities is None:
        activities = plan.activities_of_template(body.get("activities") or ())
    return _Settled(
        title=words.required(title, "title", limit=200),
        description=str(body.get("description") or ""),
        instructions=words.bounded(instructions, "instructions"),
        goals=plan.goals(goals),
        activities=plan.activities(activities),
        template=template,
    )


def _filled(draft: Draft, written: CarePlan) -> Draft:
    """Return the draft with what is stored in place of every None."""
    goals = [{"description": goal.description, "measure": goal.measure} for goal in written.goals.order_by("position")]
    activities = [
        {
            "kind": one.kind, "title": one.title, "detail": one.detail, "schedule": one.schedule,
            "schedule_text": one.schedule_text, "questionnaire_url": one.questionnaire_url,
        }
        for one in written.activities.order_by("position")
    ]  # fmt: skip
    return Draft(
        title=written.title if draft.title is None else draft.title,
        instructions=written.instructions if draft.instructions is None else draft.instructions,
        goals=goals if draft.goals is None else draft.goals,
        activities=activities if draft.activities is None else draft.activities,
    )


def _store(written: CarePlan, settled: _Settled, *, now: datetime) -> None:
    written.title, written.instructions = settled.title, settled.instructions
    if settled.template is not None:
        written.template, written.description = settled.template, settled.description
    written.recorded_at = now
    written.save()
    Goal.objects.bulk_create(
        Goal(care_plan=written, description=goal.description, measure=dict(goal.measure), position=position)
        for position, goal in enumerate(settled.goals)
    )
    Activity.objects.bulk_create(
        Activity(
            care_plan=written, kind=one.kind, title=one.title, detail=one.detail, position=position,
            schedule=one.schedule.stored(), schedule_text=one.schedule_text, questionnaire_url=one.questionnaire_url,
        )
        for position, one in enumerate(settled.activities)
    )  # fmt: skip


def _refuse_blanks(written: CarePlan) -> None:
    rows = enumerate(written.activities.order_by("position", "id"))
    blanks = [
        FieldError(f"activities[{index}].detail", "blank", f"Fill in what is open in: {activity.title}")
        for index, activity in rows
        if plan.has_blank(activity.detail)
    ]
    if blanks:
        raise HasBlanks(blanks[0].detail, errors=blanks)


def _fix_days(written: CarePlan, today: date) -> None:
    activities = list(written.activities.all())
    for activity in activities:
        days = plan.schedule_of(activity.schedule).days_from(today)
        activity.due_dates = [day.isoformat() for day in days]
        activity.next_due_date = days[0] if days else None
    Activity.objects.bulk_update(activities, ["due_dates", "next_due_date"])


def _complete(request: ServiceRequest, *, by: User, now: datetime) -> None:
    """Complete the case, and with it a review that nobody has decided yet."""
    if lifecycle.may(lifecycle.SERVICE_REQUEST, request.status, RequestStatus.COMPLETED):
        request.move(RequestStatus.COMPLETED, by=by, now=now, reason="plan-signed", closed_at=now)
        Communication.objects.stop_case(request, now=now)
    undecided = ReviewTask.objects.select_for_update(no_key=True).filter(service_request=request)
    for task in undecided.exclude(status__in=[TaskStatus.COMPLETED, TaskStatus.CANCELLED]):
        decided: dict[str, Any] = {"outcome": ReviewOutcome.ACCEPTED, "decided_at": now, "decided_by": by}
        task.leave(TaskStatus.COMPLETED, by=by, now=now, why="plan-signed", **decided)
