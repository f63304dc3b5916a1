"""The visit: the patient checks in, the clinician begins and finishes it, or nobody came."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Role, User
from consultations.domain import lifecycle, policy, words
from consultations.domain.codes import AppointmentStatus, CommunicationKind, EncounterStatus
from consultations.domain.timing import occurrence
from consultations.models import Appointment, Communication, Encounter, MessagePlan
from providers.queries import eligibility

OPENS_BEFORE = policy.CHECK_IN_AHEAD
WAIT = timedelta(minutes=10)
MINUTES_LATE = (5, 120)
LATE_FROM = timedelta(hours=2)
_WAITING = (AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN)


class NotLicensed(Invalid):
    """Do not go on: the clinician's licence does not cover where the patient is today; offer to move the visit."""

    code = "not-licensed"
    title = gettext_lazy("This visit cannot take place where you are")


class IdentityNotConfirmed(Invalid):
    """Ask the patient to confirm that they are the person of the record."""

    code = "identity-not-confirmed"
    title = gettext_lazy("Please confirm who you are")


class CheckInClosed(Conflict):
    """Say when check-in opens: from `opens_at` until `closes_at`."""

    code = "check-in-closed"
    title = gettext_lazy("Check-in is not open")


class NotLate(Conflict):
    """Only a visit that is soon to begin can be late."""

    code = "not-late"
    title = "This visit cannot be late"


class TooEarly(Conflict):
    """Wait for the patient until `from`, ten minutes after the start."""

    code = "too-early"
    title = "The patient still has time to come"


@flow
def check_in(*, appointment_id: UUID, state: str, identity_confirmed: bool, by: User, now: datetime) -> Encounter:
    """
    Check the patient in, from 30 minutes before the visit until its end.

    state    USPS code of where the patient is now; the licence must be in force there today
    Writes   Appointment `checked-in`, Encounter `arrived`, StatusChange, AuditEvent; stops planned reminders
    Raises   NotFound, NotAllowed, CheckInClosed, IdentityNotConfirmed, NotLicensed, lifecycle.BadTransition
    Source   FHIR R4 Encounter; care takes place where the patient is (Federation of State Medical Boards, 2022);
             docs/flows.md, row "visit"
    """
    visit = _patients(appointment_id, by)
    lifecycle.require(
        lifecycle.APPOINTMENT, visit.status, AppointmentStatus.CHECKED_IN,
        why=gettext("You have already checked in, or this visit is over."),
    )  # fmt: skip
    _refuse_unless_open(visit, now=now)
    if not identity_confirmed:
        why = gettext("Please confirm that you are the person named above.")
        raise IdentityNotConfirmed(why, errors=[FieldError("identity_confirmed", "required", why)])
    _refuse_unless_licensed(visit, state=state, now=now)

    visit.checked_in_at, visit.checked_in_by = now, by
    _move_visit(visit, AppointmentStatus.CHECKED_IN, "checked_in_at", "checked_in_by", by=by, now=now)
    encounter = Encounter.objects.create(
        appointment=visit, status=EncounterStatus.ARRIVED, patient_state=state, identity_confirmed=True
    )
    Communication.objects.stop(subject_id=visit.pk, now=now, reason="checked-in")

    audit.status_changed(encounter, old="", new=encounter.status, by=by, now=now)
    audit.record(
        event="consultations.visit.checked-in", action=AuditAction.CREATE, entity=encounter, by=by, now=now,
        patient_id=visit.patient_id,
    )  # fmt: skip
    return encounter


@flow
def begin(*, encounter_id: UUID, by: User, now: datetime) -> Encounter:
    """
    Begin the visit; only its clinician may, and only while their licence covers the patient's state.

    Writes  Encounter `in-progress`, Appointment `arrived`, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, NotLicensed, lifecycle.BadTransition
    """
    encounter = _clinicians(encounter_id, by)
    lifecycle.require(
        lifecycle.ENCOUNTER, encounter.status, EncounterStatus.IN_PROGRESS, why="This visit has already begun."
    )
    visit = encounter.appointment
    _refuse_unless_licensed(visit, state=encounter.patient_state, now=now)

    encounter.began_at, encounter.began_by = now, by
    _move(encounter, EncounterStatus.IN_PROGRESS, "began_at", "began_by", by=by, now=now)
    _move_visit(visit, AppointmentStatus.ARRIVED, by=by, now=now)

    audit.record(event="consultations.visit.begun", entity=encounter, by=by, now=now, patient_id=visit.patient_id)
    return encounter


@flow
def finish(*, encounter_id: UUID, note: str, by: User, now: datetime) -> Encounter:
    """
    Finish the visit with the clinician's note.

    note    at most 20,000 characters
    Writes  Encounter `finished`, Appointment `fulfilled`, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, words.WordsMissing, words.WordsTooLong, lifecycle.BadTransition
    """
    note = words.required(note, "note", limit=20_000)
    encounter = _clinicians(encounter_id, by)
    lifecycle.require(
        lifecycle.ENCOUNTER, encounter.status, EncounterStatus.FINISHED, why="This visit is not going on."
    )

    encounter.note, encounter.finished_at, encounter.finished_by = note, now, by
    _move(encounter, EncounterStatus.FINISHED, "note", "finished_at", "finished_by", by=by, now=now)
    visit = encounter.appointment
    _move_visit(visit, AppointmentStatus.FULFILLED, by=by, now=now)

    audit.record(event="consultations.visit.finished", entity=encounter, by=by, now=now, patient_id=visit.patient_id)
    return encounter


@flow
def no_show(*, appointment_id: UUID, by: User, now: datetime) -> Appointment:
    """
    Record that the patient did not come, from ten minutes after the start; they are told how to book again.

    Writes  Appointment `noshow`, Encounter `cancelled` if they had checked in, Communication, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, TooEarly, lifecycle.BadTransition
    """
    if by.role != Role.PRACTITIONER:
        raise NotAllowed("Only the clinician of the visit records that nobody came.")
    visit = _locked(appointment_id, by)
    lifecycle.require(
        lifecycle.APPOINTMENT, visit.status, AppointmentStatus.NOSHOW, why="This visit is over, or began."
    )
    if now < visit.start_at + WAIT:
        may_from = visit.start_at + WAIT
        raise TooEarly("Wait ten minutes after the start of the visit.", extra={"from": may_from})

    _move_visit(visit, AppointmentStatus.NOSHOW, by=by, now=now)
    for encounter in Encounter.objects.select_for_update(no_key=True).filter(appointment=visit):
        _move(encounter, EncounterStatus.CANCELLED, by=by, now=now)
    Communication.objects.stop(subject_id=visit.pk, now=now, reason="missed")
    Communication.objects.plan(
        subject=visit,
        kind=CommunicationKind.VISIT_MISSED,
        recipient_id=visit.patient.user_id,
        due_at=now,
        revision=visit.revision,
    )
    _follow_up(visit, now=now)

    audit.record(event="consultations.visit.missed", entity=visit, by=by, now=now, patient_id=visit.patient_id)
    return visit


@flow
def run_late(*, appointment_id: UUID, minutes: int, by: User, now: datetime) -> Appointment:
    """
    Tell the patient that their clinician comes later; the visit keeps its time.

    minutes  how long after the start, 5 to 120; a later word replaces an earlier one
    Writes   Appointment, Communication, AuditEvent
    Raises   NotFound, NotAllowed, NotLate
    """
    if by.role != Role.PRACTITIONER:
        raise NotAllowed("Only the clinician of the visit says that they are late.")
    visit = _locked(appointment_id, by)
    if not MINUTES_LATE[0] <= minutes <= MINUTES_LATE[1]:
        raise NotLate("Say how many minutes, from 5 to 120.")
    until = visit.start_at + timedelta(minutes=minutes)
    if not may_be_late(visit, now=now) or now >= until:
        raise NotLate("This can be said of a visit that begins within two hours and has not begun.")

    visit.minutes_late = minutes
    visit.save(update_fields=["minutes_late", "updated_at"])
    Communication.objects.plan(
        subject=visit,
        kind=CommunicationKind.CLINICIAN_RUNNING_LATE,
        recipient_id=visit.patient.user_id,
        due_at=now,
        expires_at=until,
        occurrence=f"r{visit.revision}-{minutes}",
        revision=visit.revision,
    )

    detail = {"minutes": minutes}
    audit.record(
        event="consultations.visit.late", entity=visit, by=by, now=now, patient_id=visit.patient_id, detail=detail
    )
    return visit


def may_be_late(visit: Appointment, *, now: datetime) -> bool:
    """Tell whether a visit is about to begin, so that its clinician may say that they come later."""
    latest = visit.start_at + timedelta(minutes=MINUTES_LATE[1])
    return visit.status in _WAITING and visit.start_at - LATE_FROM <= now < latest


def _follow_up(visit: Appointment, *, now: datetime) -> None:
    """Plan to ask once more later; what is booked until then voids it."""
    kind = CommunicationKind.NO_SHOW_FOLLOW_UP
    for number, after in enumerate(sorted(MessagePlan.objects.timing(visit.service_request.service_id)[kind])):
        Communication.objects.plan(
            subject=visit,
            kind=kind,
            recipient_id=visit.patient.user_id,
            due_at=now + after,
            occurrence=occurrence(f"r{visit.revision}", number),
            revision=visit.revision,
        )


def _locked(appointment_id: UUID, by: User) -> Appointment:
    mine = Appointment.objects.visible_to(by).filter(pk=appointment_id)
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "patient", "practitioner", "service_request__service"
    )
    visit = rows.filter(pk__in=mine.values("pk")).first()
    if visit is None:
        raise NotFound(gettext("There is no such visit."))
    return visit


def _patients(appointment_id: UUID, by: User) -> Appointment:
    visit = _locked(appointment_id, by)
    if visit.patient.user_id != by.pk:
        raise NotAllowed(gettext("Only the patient checks in."))
    return visit


def _clinicians(encounter_id: UUID, by: User) -> Encounter:
    """Lock the visit before its encounter, as check-in and cancelling do (docs/locking.md)."""
    seen = Encounter.objects.visible_to(by).filter(pk=encounter_id).first()
    if seen is None:
        raise NotFound(gettext("There is no such visit."))
    visit = _locked(seen.appointment_id, by)
    if visit.practitioner.user_id != by.pk:
        raise NotAllowed("Only the clinician of the visit does this.")
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=encounter_id)
    encounter.appointment = visit
    return encounter


def _refuse_unless_open(visit: Appointment, *, now: datetime) -> None:
    opens_at = visit.start_at - OPENS_BEFORE
    if opens_at <= now < visit.end_at:
        return
    is_early = now < opens_at
    why = (
        gettext("Check-in opens 30 minutes before the visit.")
        if is_early
        else gettext("The time of this visit has passed.")
    )
    raise CheckInClosed(why, extra={"opens_at": opens_at, "closes_at": visit.end_at})


def _refuse_unless_licensed(visit: Appointment, *, state: str, now: datetime) -> None:
    against = eligibility.reasons(
        service=visit.service_request.service,
        practitioner=visit.practitioner,
        state=state,
        start_at=now,
        known_to=frozenset({visit.practitioner_id}),
        born=visit.patient.birth_date,
    )
    if against:
        why = gettext("This visit cannot take place while you are there. %(reason)s") % {"reason": against[0].words}
        raise NotLicensed(why, errors=[FieldError("state", reason.code, reason.words) for reason in against])


def _move_visit(visit: Appointment, status: AppointmentStatus, *changed: str, by: User, now: datetime) -> None:
    lifecycle.require(lifecycle.APPOINTMENT, visit.status, status)
    old, visit.status = visit.status, status
    visit.save(update_fields=["status", *changed, "updated_at"])
    audit.status_changed(visit, old=old, new=status, by=by, now=now)


def _move(encounter: Encounter, status: EncounterStatus, *changed: str, by: User, now: datetime) -> None:
    lifecycle.require(lifecycle.ENCOUNTER, encounter.status, status)
    old, encounter.status = encounter.status, status
    encounter.save(update_fields=["status", *changed, "updated_at"])
    audit.status_changed(encounter, old=old, new=status, by=by, now=now)
