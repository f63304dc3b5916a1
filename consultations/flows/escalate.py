"""A safety flag that nobody answers climbs its chain, step by step, each a row."""

from datetime import datetime, timedelta
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, NotFound
from config.core.flow import flow
from config.core.insertion import insert_unless_refused
from config.core.models import User
from consultations.domain import words
from consultations.domain.codes import CommunicationKind, RungKind, StepOutcome
from consultations.domain.escalation import frozen
from consultations.models import ChainStep, Communication, Escalation, EscalationStep
from consultations.queries import on_call
from intake.models import Flag


class AlreadyRung(Conflict):
    """Show who rang, when, and what was said."""

    code = "already-rung"
    title = "Somebody has already made this call"


@flow
def begin(*, flag_id: UUID, now: datetime) -> Escalation | None:
    """
    Open the alert of a flag that waits for a name, and take the first step of its service's chain.

    A flag that the patient's later answers superseded is escalated as well: that somebody took such an answer back
    makes nobody safe, and only a clinician can say so.

    Returns  None when the flag has a name, belongs to an alert that is open, or somebody else is at it
    Writes   Escalation, EscalationStep, Communication, StatusChange, AuditEvent
    Source   docs/flows.md, row "escalate"; docs/adr/0003-messages-are-rows.md
    """
    waiting = Flag.objects.waiting().select_for_update(no_key=True, skip_locked=True, of=("self",))
    flag = waiting.select_related("rule").filter(pk=flag_id).first()
    if flag is None:
        return None
    chain = frozen(ChainStep.objects.of(flag.rule.service_id), severity=flag.severity)
    row = Escalation(
        flag=flag, response_id=flag.response_id, rule=flag.rule, service_id=flag.rule.service_id,
        severity=flag.severity, chain=chain, began_at=now, next_due_at=now,
    )  # fmt: skip
    if not insert_unless_refused(row):
        return None

    audit.status_changed(row, old="", new="open", by=None, now=now)
    _climb(row, patient_id=flag.patient_id, now=now)
    return row


@flow
def climb(*, escalation_id: UUID, now: datetime) -> int:
    """
    Take the next step of an alert if it is due; a step that finds nobody falls through to the next at once.

    Returns  how many steps were taken; 0 when none is due, the alert has ended, or somebody else is at it
    Writes   Escalation, EscalationStep, Communication, AuditEvent
    Source   docs/flows.md, row "escalate"
    """
    due = Escalation.objects.due(now).select_for_update(no_key=True, skip_locked=True, of=("self",))
    row = due.select_related("flag").filter(pk=escalation_id).first()
    return 0 if row is None else _climb(row, patient_id=row.flag.patient_id, now=now)


@flow
def rang(*, step_id: UUID, note: str, by: User, now: datetime) -> EscalationStep:
    """
    Write down that somebody at the clinic made the call of the last step.

    A call is no acknowledgement: the alert stays open until a clinician puts a name under the flag.

    note    whom they reached and what was said, at most 4,000 characters
    Writes  EscalationStep, AuditEvent
    Raises  NotFound, AlreadyRung, words.WordsMissing, words.WordsTooLong
    """
    note = words.required(note, "note")
    seen = EscalationStep.objects.filter(escalation__in=Escalation.objects.visible_to(by), kind=RungKind.CLINIC_PHONE)
    step = seen.select_related("escalation__flag").filter(pk=step_id).first()
    if step is None:
        raise NotFound("There is no such call to make.")
    if not EscalationStep.objects.finish(pk=step.pk, by=by, note=note, now=now):
        raise AlreadyRung("Somebody has already made this call.")

    patient_id = step.escalation.flag.patient_id
    audit.record(event="consultations.escalation.rung", entity=step, by=by, now=now, patient_id=patient_id)
    step.refresh_from_db()
    return step


def _climb(row: Escalation, *, patient_id: UUID, now: datetime) -> int:
    """Take every step that is due on a row that this transaction has locked or made."""
    taken = 0
    while row.rung is not None and row.next_due_at is not None and row.next_due_at <= now:
        _take(row, due_at=row.next_due_at, patient_id=patient_id, now=now)
        taken += 1
    row.save(update_fields=["next_step", "next_due_at", "updated_at"])
    return taken


def _take(row: Escalation, *, due_at: datetime, patient_id: UUID, now: datetime) -> None:
    rung = row.chain[row.next_step]
    recipients = on_call.told(rung["kind"], service_id=row.service_id, now=now)
    outcome = StepOutcome.TOLD if recipients else StepOutcome.NOBODY
    outcome = StepOutcome.TO_RING if rung["kind"] == RungKind.CLINIC_PHONE else outcome
    answer_by = now if outcome == StepOutcome.NOBODY else now + timedelta(minutes=rung["minutes"])
    step = EscalationStep.objects.create(
        escalation=row, position=row.next_step, kind=rung["kind"], outcome=outcome, due_at=due_at,
        fired_at=now, answer_by=answer_by,
    )  # fmt: skip
    kind = CommunicationKind.SAFETY_FLAG if step.position == 0 else CommunicationKind.ESCALATION
    for recipient_id in recipients:
        Communication.objects.plan(subject=step, kind=kind, recipient_id=recipient_id, due_at=now)
    row.next_step += 1
    row.next_due_at = answer_by if row.rung is not None else None

    audit.record(
        event="consultations.escalation.climbed", entity=row, by=None, now=now, patient_id=patient_id,
        detail={"step": step.position, "kind": step.kind, "outcome": step.outcome},
    )  # fmt: skip
