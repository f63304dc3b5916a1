"""
Booking a visit into a held time, moving it, and cancelling it.

Refusal
├── HoldExpired       (Conflict)  the time is no longer held by this person for this case
├── PatientBusy       (Conflict)  the patient has another visit then
├── AlreadyBooked     (Conflict)  the case has a visit; `appointment` is its id
├── ReviewFirst       (Conflict)  a clinician must accept the case before a visit
├── NoVisit           (Conflict)  the case cannot have a visit now
├── NotLicensed       (Invalid)   the clinician may not see somebody in that state on that day
├── OfferOver         (Conflict)  the offer of the waitlist was answered, has ended, or its time is gone
└── policy.TooLateToChange, policy.MovedTooOften, lifecycle.BadTransition (Conflict)
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.constraints import refused_as
from config.core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from config.core.flow import again_after_deadlock, flow
from config.core.insertion import insert_unless_refused
from config.core.models import AuditAction, Role, User
from consultations.domain import lifecycle, policy
from consultations.domain.codes import (
    AppointmentStatus,
    CommunicationKind,
    EntryStatus,
    OfferStatus,
    OverrideAct,
    RequestStatus,
    ReviewOutcome,
)
from consultations.models import (
    Appointment,
    Communication,
    PolicyOverride,
    ReviewTask,
    ServiceRequest,
    WaitlistEntry,
    WaitlistOffer,
)
from consultations.models.appointment import PATIENT_NEVER_TWICE
from consultations.queries.in_the_way import visit_in_the_way
from consultations.queries.promises import TZDATA
from providers.domain.codes import Pathway, SlotStatus
from providers.models import Slot
from providers.queries import eligibility

_BUSY = gettext_lazy("You have another visit at that time. Please choose another time.")
_MOVED = (
    "revision", "reschedules", "minutes_late", "move_asked_at", "move_asked_by", "updated_at",
)  # fmt: skip


class HoldExpired(Conflict):
    """Offer free times again."""

    code = "hold-expired"
    title = gettext_lazy("That time is no longer held for you")


class PatientBusy(Conflict):
    """Offer times at which the patient has no other visit."""

    code = "patient-busy"
    title = gettext_lazy("You have another visit at that time")


class AlreadyBooked(Conflict):
    """Show the visit that is booked, whose id is in `appointment`."""

    code = "already-booked"
    title = gettext_lazy("A visit is already booked")


class ReviewFirst(Conflict):
    """Wait until a clinician has accepted the case."""

    code = "review-first"
    title = gettext_lazy("A clinician looks at your answers first")


class NoVisit(Conflict):
    """Show the case: it is not submitted, over, or needs no visit."""

    code = "no-visit"
    title = gettext_lazy("A visit cannot be booked now")


class NotLicensed(Invalid):
    """Offer times of clinicians who may see the patient on that day."""

    code = "not-licensed"
    title = gettext_lazy("This clinician cannot see you then")


class OfferOver(Conflict):
    """Show the free times, and that the person is still on the waitlist."""

    code = "offer-over"
    title = gettext_lazy("This offer is over")


@again_after_deadlock
@flow
def book(*, request_id: UUID, hold_id: UUID, by: User, now: datetime) -> Appointment:
    """
    Book the visit of a case into a time that the patient holds.

    Writes  Appointment `booked`, Slot `busy`, Communication (confirmation, reminders), StatusChange, AuditEvent
    Raises  NotFound, AlreadyBooked, ReviewFirst, NoVisit, HoldExpired, NotLicensed, PatientBusy
    Source  FHIR R4 Appointment; docs/flows.md, row "book"; docs/locking.md
    """
    request = _case(request_id, by)
    _refuse_unless_bookable(request)
    live = visit_in_the_way(request_id=request.pk, patient_id=request.patient_id, hold_id=hold_id)
    if live is not None and live.is_of_case:
        raise AlreadyBooked(gettext("A visit is already booked. You can move it."), extra={"appointment": str(live.pk)})
    hold = _hold(hold_id, request=request, by=by, now=now)
    if live is not None:
        raise PatientBusy(str(_BUSY))
    return _booked(request, hold, by=by, now=now)


@again_after_deadlock
@flow
def accept(*, offer_id: UUID, by: User, now: datetime) -> Appointment:
    """
    Take the time that the waitlist offers: the visit of the case is booked, or moved to it.

    Returns  the visit
    Writes   as book or reschedule do; WaitlistOffer `accepted`, WaitlistEntry `booked`
    Raises   NotFound, NotAllowed, OfferOver, HoldExpired, AlreadyBooked, ReviewFirst, NoVisit, NotLicensed,
             PatientBusy, policy.TooLateToChange, policy.MovedTooOften, lifecycle.BadTransition
    """
    offer = _offer(offer_id, by=by, now=now)
    request, hold = _case(offer.entry.service_request_id, by), offer.slot
    visit = Appointment.objects.live().filter(service_request=request).first()
    if visit is None:
        _refuse_unless_bookable(request)
        booked = _booked(request, hold, by=by, now=now)
    else:
        if visit.start_at <= offer.start_at:
            raise OfferOver(gettext("Your visit is sooner than this time already. It stays as it is."))
        booked = _rescheduled(_movable(visit.pk, by=by, now=now, override_reason=""), hold, by=by, now=now)

    offer.end(OfferStatus.ACCEPTED, now=now)
    audit.status_changed(offer, old=OfferStatus.OPEN, new=offer.status, by=by, now=now)
    offer.entry.end(EntryStatus.BOOKED, now=now)
    audit.status_changed(offer.entry, old=EntryStatus.WAITING, new=EntryStatus.BOOKED, by=by, now=now)
    Communication.objects.stop(subject_id=offer.pk, now=now, reason="accepted")
    return booked


def _booked(request: ServiceRequest, hold: Slot, *, by: User, now: datetime) -> Appointment:
    _refuse_unless_licensed(hold, request=request)

    appointment = _planned(request, hold)
    if not insert_unless_refused(appointment):
        raise PatientBusy(str(_BUSY))
    _take(hold, by=by, now=now)
    appointment.announce(CommunicationKind.BOOKING_CONFIRMED, now=now)
    appointment.tell_clinician(CommunicationKind.BOOKING_CONFIRMED, by=by, now=now)

    audit.status_changed(appointment, old="", new=appointment.status, by=by, now=now)
    _record("booked", appointment, by=by, now=now, action=AuditAction.CREATE)
    return appointment


@again_after_deadlock
@flow
def reschedule(
    *, appointment_id: UUID, hold_id: UUID, by: User, now: datetime, override_reason: str = ""
) -> Appointment:
    """
    Move a booked visit to a held time in one step: the visit has the new time, or still the old one.

    override_reason  an administrator's, kept; lifts the policy of the service
    Returns  the same row with the next revision
    Writes   Appointment, Slot twice, Communication (old ones stopped, new ones planned), PolicyOverride, StatusChange,
             AuditEvent
    Raises   NotFound, NotAllowed, policy.TooLateToChange, policy.MovedTooOften, lifecycle.BadTransition,
             HoldExpired, NotLicensed, PatientBusy
    Source   FHIR R4 Appointment; RFC 5545 SEQUENCE
    """
    appointment = _movable(appointment_id, by=by, now=now, override_reason=override_reason)
    hold = _hold(hold_id, request=appointment.service_request, by=by, now=now)
    _refuse_unless_theirs(hold, by=by)
    return _rescheduled(appointment, hold, by=by, now=now, override_reason=override_reason)


def _movable(appointment_id: UUID, *, by: User, now: datetime, override_reason: str) -> Appointment:
    appointment = _visit(appointment_id, by)
    if appointment.status != AppointmentStatus.BOOKED:
        raise lifecycle.BadTransition(gettext("Only a visit that is still to come can be moved."))
    # Whom the clinic asks for another time may move whenever and how often they have to.
    if not _overrides(by, override_reason) and appointment.move_asked_at is None:
        policy.require_movable(
            appointment.service_request.change_policy,
            start_at=appointment.start_at,
            reschedules=appointment.reschedules,
            now=now,
        )
    return appointment


def _rescheduled(
    appointment: Appointment, hold: Slot, *, by: User, now: datetime, override_reason: str = ""
) -> Appointment:
    _refuse_unless_licensed(hold, request=appointment.service_request)

    old_slot, old_clinician = appointment.slot, appointment.practitioner
    _take(hold, by=by, now=now)
    _move(appointment, to=hold)
    WaitlistEntry.objects.give_back(old_slot, by=by, now=now, reason="rescheduled")
    Communication.objects.stop(subject_id=appointment.pk, now=now, reason="rescheduled")
    appointment.announce(CommunicationKind.BOOKING_MOVED, now=now)
    if override_reason or old_clinician != appointment.practitioner:
        for clinician in {old_clinician.user_id, appointment.practitioner.user_id}:
            appointment.tell(CommunicationKind.BOOKING_MOVED, to=clinician, due_at=now)
    else:
        appointment.tell_clinician(CommunicationKind.BOOKING_MOVED, by=by, now=now)

    if override_reason:
        _keep_reason(OverrideAct.MOVED, appointment, reason=override_reason, by=by, now=now)
    _record("rescheduled", appointment, by=by, now=now, overridden=bool(override_reason))
    return appointment


@again_after_deadlock
@flow
def cancel(
    *,
    appointment_id: UUID,
    reason: str,
    by: User,
    now: datetime,
    override_reason: str = "",
    revision: int | None = None,
) -> Appointment:
    """
    Cancel a visit and give its time back; the case stays open.

    reason           the patient's or clinician's words; may be empty
    override_reason  an administrator's, kept; lifts the policy of the service
    revision         the visit as the person was told of it; a visit that has moved since is kept
    Writes   Appointment `cancelled`, Slot `free`, Encounter `cancelled` if any, Communication, PolicyOverride,
             StatusChange, AuditEvent
    Raises   NotFound, NotAllowed, Stale, policy.TooLateToChange, lifecycle.BadTransition
    """
    appointment = _visit(appointment_id, by)
    if revision is not None and appointment.revision != revision:
        raise Stale(gettext("This visit has changed since. Sign in to see where it stands."))
    lifecycle.require(
        lifecycle.APPOINTMENT,
        appointment.status,
        AppointmentStatus.CANCELLED,
        why=gettext("This visit is already over."),
    )
    if not _overrides(by, override_reason):
        change_policy = appointment.service_request.change_policy
        policy.require_cancellable(change_policy, start_at=appointment.start_at, now=now)

    appointment.cancel(by=by, now=now, words=reason, reason="cancelled", must_tell=bool(override_reason))
    if override_reason:
        _keep_reason(OverrideAct.CANCELLED, appointment, reason=override_reason, by=by, now=now)

    _record("cancelled", appointment, by=by, now=now, overridden=bool(override_reason))
    return appointment


def _case(request_id: UUID, by: User) -> ServiceRequest:
    mine = ServiceRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("service", "patient")
    request = mine.filter(pk=request_id, patient__user=by).first()
    if request is None:
        raise NotFound(gettext("There is no such case."))
    return request


def _visit(appointment_id: UUID, by: User) -> Appointment:
    # Locked before what it points to is read: a join would lose a row whose slot was changed while it waited.
    mine = Appointment.objects.visible_to(by).select_for_update(no_key=True, of=("self",))
    if mine.filter(pk=appointment_id).first() is None:
        raise NotFound(gettext("There is no such visit."))
    related = ("slot", "practitioner", "patient", "service_request__service", "service_request__patient")
    return Appointment.objects.select_related(*related).get(pk=appointment_id)


def _refuse_unless_bookable(request: ServiceRequest) -> None:
    if request.status not in {RequestStatus.ACTIVE, RequestStatus.ON_HOLD}:
        raise NoVisit(gettext("A visit can be booked once your answers are submitted and until the case is over."))
    if request.service.pathway == Pathway.ASYNCHRONOUS:
        raise NoVisit(gettext("This service needs no visit."))
    accepted = ReviewTask.objects.filter(service_request=request, outcome=ReviewOutcome.ACCEPTED)
    if request.service.pathway == Pathway.REVIEW_FIRST and not accepted.exists():
        raise ReviewFirst(gettext("A clinician looks at your answers before a visit can be booked."))


def _hold(hold_id: UUID, *, request: ServiceRequest, by: User, now: datetime) -> Slot:
    held = Slot.objects.held_by(by, now=now).filter(pk=hold_id, reference=request.pk, start_at__gt=now)
    hold = held.select_related("practitioner").first()
    if hold is None:
        raise HoldExpired(gettext("That time is no longer held for you. Please choose a time again."))
    return hold


def _refuse_unless_theirs(hold: Slot, *, by: User) -> None:
    if by.role == Role.PRACTITIONER and hold.practitioner.user_id != by.pk:
        raise NotAllowed(gettext("You can move a visit to your own times only."))


def _offer(offer_id: UUID, *, by: User, now: datetime) -> WaitlistOffer:
    # The offer is locked before its slot, as the waitlist locks them.
    mine = WaitlistOffer.objects.filter(patient__user=by).select_for_update(no_key=True, of=("self",))
    if mine.filter(pk=offer_id).first() is None:
        raise NotFound(gettext("There is no such offer."))
    offers = WaitlistOffer.objects.answerable(now).select_related("entry", "slot__practitioner")
    if (offer := offers.filter(pk=offer_id).first()) is None:
        raise OfferOver(
            gettext("This offer is over. You are still on the list, and we will tell you of the next time.")
        )
    return offer


def _refuse_unless_licensed(hold: Slot, *, request: ServiceRequest) -> None:
    reasons = eligibility.reasons(
        service=request.service,
        practitioner=hold.practitioner,
        state=request.state,
        start_at=hold.start_at,
        # Whether the clinician takes new patients was settled when the time was held.
        known_to=frozenset({hold.practitioner_id}),
        born=request.patient.birth_date,
    )
    if reasons:
        raise NotLicensed(reasons[0].words, extra={"reasons": [reason.code for reason in reasons]})


def _planned(request: ServiceRequest, hold: Slot) -> Appointment:
    appointment = Appointment(service_request=request, patient=request.patient, patient_state=request.state)
    appointment.put_into(hold, tzdata_version=TZDATA)
    return appointment


def _take(hold: Slot, *, by: User, now: datetime) -> None:
    if not Slot.objects.book(pk=hold.pk, holder=by.pk, now=now):
        raise HoldExpired(gettext("That time is no longer held for you. Please choose a time again."))
    hold.status, hold.expires_at = SlotStatus.BUSY, None
    audit.status_changed(hold, old=SlotStatus.BUSY_TENTATIVE, new=hold.status, by=by, now=now)


def _move(appointment: Appointment, *, to: Slot) -> None:
    columns = appointment.put_into(to, tzdata_version=TZDATA)
    appointment.revision += 1
    appointment.reschedules += 1
    appointment.minutes_late = 0
    appointment.move_asked_at = appointment.move_asked_by = None
    # The exclusion constraint is the lock.
    with refused_as(PatientBusy(str(_BUSY)), by=PATIENT_NEVER_TWICE):
        appointment.save(update_fields=[*columns, *_MOVED])


def _overrides(by: User, reason: str) -> bool:
    if not reason:
        return False
    if by.role != Role.ADMIN:
        raise NotAllowed("Only an administrator may lift the policy of the service.")
    return True


def _keep_reason(act: OverrideAct, appointment: Appointment, *, reason: str, by: User, now: datetime) -> None:
    PolicyOverride.objects.create(
        appointment=appointment, revision=appointment.revision, act=act, reason=reason, made_at=now, made_by=by
    )


def _record(
    event: str,
    appointment: Appointment,
    *,
    by: User,
    now: datetime,
    action: AuditAction = AuditAction.UPDATE,
    overridden: bool = False,
) -> None:
    audit.record(
        event=f"consultations.appointment.{event}",
        action=action,
        entity=appointment,
        by=by,
        now=now,
        patient_id=appointment.patient_id,
        detail={"slot": appointment.slot_id, "revision": appointment.revision, "overridden": overridden},
    )
