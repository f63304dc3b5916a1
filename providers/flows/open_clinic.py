"""
The clinic's weekly hours, in which its promises are counted.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
├── BadHours            (Invalid)
└── NoSuchHours         (NotFound)
"""

from datetime import datetime
from uuid import UUID

from config.core import administrators, audit
from config.core.errors import FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from providers.domain.codes import Weekday
from providers.domain.windows import MINUTES_A_DAY
from providers.models import ClinicHours


class BadHours(Invalid):
    """Correct the named fields."""

    code = "bad-hours"
    title = "These hours cannot be saved"


class NoSuchHours(NotFound):
    """Check which hours are meant."""

    code = "no-such-hours"


@flow
def add_hours(*, weekday: int, start_minute: int, end_minute: int, by: User, now: datetime) -> ClinicHours:
    """
    Open the clinic on one weekday; due times that were already told to patients stay as they are.

    weekday       ISO weekday in the clinic's zone
    start_minute  minutes after midnight
    end_minute    likewise, exclusive; above 1440 means the next day
    Writes        ClinicHours, AuditEvent
    Raises        NotAnAdministrator, BadHours
    """
    administrators.require(by)
    if errors := list(_errors(weekday, start_minute, end_minute)):
        raise BadHours("Please correct the hours.", errors=errors)

    row = ClinicHours.objects.create(weekday=weekday, start_minute=start_minute, end_minute=end_minute)

    audit.record(event="providers.clinic.hours-added", entity=row, by=by, now=now, action=AuditAction.CREATE)
    return row


@flow
def end_hours(*, hours_id: UUID, by: User, now: datetime) -> bool:
    """
    Take a weekly window out of use; the row stays.

    Returns  False when it was out of use before
    Writes   ClinicHours, AuditEvent
    Raises   NotAnAdministrator, NoSuchHours
    """
    administrators.require(by)
    row = ClinicHours.objects.select_for_update(no_key=True).filter(pk=hours_id).first()
    if row is None:
        raise NoSuchHours("There are no such hours.")
    if not row.is_active:
        return False

    row.is_active = False
    row.save(update_fields=["is_active", "updated_at"])

    audit.record(event="providers.clinic.hours-ended", entity=row, by=by, now=now)
    return True


def _errors(weekday: int, start_minute: int, end_minute: int) -> list[FieldError]:
    errors = []
    if weekday not in Weekday.values:
        errors.append(FieldError("weekday", "unknown", "Choose a weekday."))
    if not 0 <= start_minute < MINUTES_A_DAY:
        errors.append(FieldError("start_minute", "out-of-day", "The clinic opens between 0 and 1439."))
    if not start_minute < end_minute <= 2 * MINUTES_A_DAY:
        errors.append(
            FieldError("end_minute", "before-start", "The clinic closes after it opens, on the next day at most.")
        )
    elif ClinicHours.objects.active().filter(weekday=weekday, start_minute=start_minute).exists():
        errors.append(FieldError("start_minute", "taken", "The clinic already opens then."))
    return errors
