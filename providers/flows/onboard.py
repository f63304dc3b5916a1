"""
Bringing a clinician in: the person and what they offer; and letting them go.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
├── NoSuchPractitioner  (NotFound)
├── AlreadyOnboard      (Conflict)  the account belongs to a clinician, or to a patient
├── BadPractitioner     (Invalid)
└── BookingsAffected    (Conflict)  see providers.queries.affected
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from config.core import administrators, audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Role, User
from providers.domain.terms import FIELDS
from providers.models import HealthcareService, Practitioner, PractitionerRole
from providers.queries import affected

HIGHEST = 32_767  # what PostgreSQL keeps in a smallint


class NoSuchPractitioner(NotFound):
    """Check which clinician is meant."""

    code = "no-such-practitioner"


class AlreadyOnboard(Conflict):
    """Use an account of its own for each clinician."""

    code = "already-onboard"
    title = "This account cannot become a clinician's"


class BadPractitioner(Invalid):
    """Correct the named fields."""

    code = "bad-practitioner"
    title = "This clinician cannot be saved"


@dataclass(frozen=True, slots=True)
class Profile:
    """Who a clinician is; `languages` are BCP 47 codes, `zone` the one in which their days are counted."""

    given_name: str
    family_name: str
    zone: ZoneInfo
    credentials: str = ""
    npi: str = ""
    biography: str = ""
    languages: Sequence[str] = ("en",)
    is_supervisor: bool = False


@flow
def onboard(*, user_id: UUID, profile: Profile, by: User, now: datetime) -> Practitioner:
    """
    Make a clinician of an account.

    Returns  the clinician, active, without role, licence or hours
    Writes   Practitioner, User.role, AuditEvent
    Raises   NotAnAdministrator, NoSuchPractitioner, AlreadyOnboard, BadPractitioner
    Source   FHIR R4 Practitioner
    """
    administrators.require(by)
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise NoSuchPractitioner("There is no such account.")
    if user.role == Role.ADMIN or hasattr(user, "patient") or Practitioner.objects.filter(user=user).exists():
        raise AlreadyOnboard("This account belongs to somebody already. Use another email address.")
    _check(profile)

    practitioner = Practitioner.objects.create(user=user, **_columns(profile))
    user.role = Role.PRACTITIONER
    user.save(update_fields=["role"])

    audit.record(
        event="providers.practitioner.onboarded", entity=practitioner, by=by, now=now, action=AuditAction.CREATE
    )
    return practitioner


@flow
def change_profile(*, practitioner_id: UUID, profile: Profile, by: User, now: datetime) -> Practitioner:
    """
    Change what is known of a clinician; the zone too, which leaves hours and visits where they are.

    Writes  Practitioner, AuditEvent
    Raises  NotAnAdministrator, NoSuchPractitioner, BadPractitioner
    """
    administrators.require(by)
    practitioner = _locked(practitioner_id)
    _check(profile)

    columns = _columns(profile)
    for name, value in columns.items():
        setattr(practitioner, name, value)
    practitioner.save(update_fields=[*columns, "updated_at"])

    audit.record(event="providers.practitioner.changed", entity=practitioner, by=by, now=now)
    return practitioner


@flow
def retire(*, practitioner_id: UUID, by: User, now: datetime, accept: Collection[UUID] = ()) -> bool:
    """
    Stop offering a clinician's time; the row, the account and the past stay.

    accept   booked slots that stay for the time being
    Returns  False when they had left before
    Writes   Practitioner, AuditEvent; their holds become free
    Raises   NotAnAdministrator, NoSuchPractitioner; BookingsAffected with `affected`
    """
    administrators.require(by)
    practitioner = _locked(practitioner_id)
    if not practitioner.is_active:
        return False
    held = affected.settle(affected.upcoming(practitioner, now=now), accepted=accept, now=now)

    practitioner.is_active = False
    practitioner.save(update_fields=["is_active", "updated_at"])
    practitioner.slots.give_back(held, by=by, now=now, reason="practitioner-left")

    audit.record(event="providers.practitioner.retired", entity=practitioner, by=by, now=now)
    return True


@flow
def bring_back(*, practitioner_id: UUID, by: User, now: datetime) -> bool:
    """
    Offer a clinician's time again, with the roles, licences and hours that they have.

    Returns  False when they had not left
    Writes   Practitioner, AuditEvent
    Raises   NotAnAdministrator, NoSuchPractitioner
    """
    administrators.require(by)
    practitioner = _locked(practitioner_id)
    if practitioner.is_active:
        return False

    practitioner.is_active = True
    practitioner.save(update_fields=["is_active", "updated_at"])

    audit.record(event="providers.practitioner.brought-back", entity=practitioner, by=by, now=now)
    return True


@flow
def offer(
    *,
    practitioner_id: UUID,
    service_id: UUID,
    by: User,
    now: datetime,
    is_active: bool = True,
    accepts_new_patients: bool = True,
    overrides: Mapping[str, int | None] | None = None,
) -> PractitionerRole:
    """
    Let a clinician offer a service, or change how they do.

    overrides  minutes, days and counts by the names of providers.domain.terms.FIELDS; None: the service's value
    Writes     PractitionerRole, AuditEvent; visits that are booked stay
    Raises     NotAnAdministrator, NoSuchPractitioner, BadPractitioner
    Source     FHIR R4 PractitionerRole
    """
    administrators.require(by)
    practitioner = _locked(practitioner_id)
    service = HealthcareService.objects.filter(pk=service_id).first()
    if service is None:
        raise NoSuchPractitioner("There is no such service.")

    columns = {name: (overrides or {}).get(name) for name in FIELDS}
    if errors := list(_override_errors(columns)):
        raise BadPractitioner("Please correct the overrides.", errors=errors)
    role, is_new = PractitionerRole.objects.update_or_create(
        practitioner=practitioner,
        service=service,
        defaults={"is_active": is_active, "accepts_new_patients": accepts_new_patients, **columns},
    )

    action = AuditAction.CREATE if is_new else AuditAction.UPDATE
    audit.record(event="providers.role.saved", entity=role, by=by, now=now, action=action)
    return role


def _locked(practitioner_id: UUID) -> Practitioner:
    rows = Practitioner.objects.select_for_update(no_key=True)
    if (practitioner := rows.filter(pk=practitioner_id).first()) is None:
        raise NoSuchPractitioner("There is no such clinician.")
    return practitioner


def _check(profile: Profile) -> None:
    if profile.npi and not (len(profile.npi) == 10 and profile.npi.isdecimal()):
        raise BadPractitioner(
            "Please correct the NPI.", errors=[FieldError("npi", "bad-npi", "An NPI has ten digits.")]
        )


def _columns(profile: Profile) -> dict[str, object]:
    return {
        "given_name": profile.given_name,
        "family_name": profile.family_name,
        "credentials": profile.credentials,
        "npi": profile.npi,
        "biography": profile.biography,
        "time_zone": profile.zone,
        "languages": list(profile.languages),
        "is_supervisor": profile.is_supervisor,
    }


def _override_errors(columns: Mapping[str, int | None]) -> Iterator[FieldError]:
    for name, value in columns.items():
        lowest = 5 if name in {"duration_minutes", "alignment_minutes"} else 0
        if value is not None and not lowest <= value <= HIGHEST:
            yield FieldError(name, "out-of-range", f"Give a number from {lowest} to {HIGHEST}, or none.")
