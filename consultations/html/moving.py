"""Moving somebody else's visit: what administrators do from several pages."""

from datetime import datetime
from uuid import UUID

from config.core.errors import Refusal
from config.core.models import User
from consultations.flows import book as booking
from consultations.models import Appointment
from consultations.queries import times
from providers.flows import hold as holding


def move(visit: Appointment, *, to: datetime, practitioner: UUID, by: User, now: datetime, reason: str) -> Appointment:
    """
    Hold a time and move the visit into it, whatever the policy says; a hold that is not used is given back.

    reason  the administrator's, kept
    Raises  as providers.flows.hold.hold and consultations.flows.book.reschedule do
    """
    asked = times.asked(visit.service_request)
    hold = holding.hold(
        service_id=visit.service_request.service_id,
        state=asked.state,
        start_at=to,
        practitioner_id=practitioner,
        by=by,
        reference=visit.service_request_id,
        now=now,
        known_to=asked.known_to,
        born=asked.born,
    )
    try:
        return booking.reschedule(appointment_id=visit.pk, hold_id=hold.pk, by=by, now=now, override_reason=reason)
    except Refusal:
        holding.release(slot_id=hold.pk, by=by, now=now)
        raise
