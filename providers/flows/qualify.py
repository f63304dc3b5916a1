"""
Recording where a clinician is licensed, and until when.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
├── NoSuchQualification (NotFound)
├── BadQualification    (Invalid)
└── BookingsAffected    (Conflict)  see providers.queries.affected
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from config.core import administrators, audit
from config.core.errors import FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from providers.domain.codes import QualificationKind, QualificationStatus
from providers.domain.states import STATES
from providers.models import Practitioner, Qualification
from providers.models.practitioner import QualificationQuerySet
from providers.queries import affected
from providers.queries.diaries import licence_of


class NoSuchQualification(NotFound):
    """Check which clinician and which licence are meant."""

    code = "no-such-qualification"


class BadQualification(Invalid):
    """Correct the named fields."""

    code = "bad-qualification"
    title = "This license cannot be saved"


@dataclass(frozen=True, slots=True)
class LicenceDraft:
    """A licence as it shall be; both dates are inclusive calendar days of the state, no end means open."""

    jurisdiction: str
    number: str
    valid_from: date
    valid_until: date | None = None
    kind: str = QualificationKind.MD
    status: str = QualificationStatus.ACTIVE


@flow
def qualify(
    *,
    practitioner_id: UUID,
    draft: LicenceDraft,
    by: User,
    now: datetime,
    qualification_id: UUID | None = None,
    accept: Collection[UUID] = (),
) -> Qualification:
    """
    Save a licence, in place of an earlier reading of it when one is named.

    accept   booked slots that stay although no licence covers them any more
    Returns  the licence, verified at `now` by the act of saving it
    Writes   Qualification, AuditEvent; holds without a licence become free
    Raises   NotAnAdministrator, NoSuchQualification, BadQualification; BookingsAffected with `affected`
    Source   FHIR R4 Practitioner.qualification
    """
    administrators.require(by)
    practitioner = _locked(practitioner_id)
    qualification = _named(qualification_id, practitioner)
    if errors := list(_licence_errors(draft)):
        raise BadQualification("Please correct the license.", errors=errors)
    _fill(qualification, draft)
    others = practitioner.qualifications.exclude(pk=qualification.pk)
    _refuse_double(others, draft)
    before = [licence_of(row) for row in practitioner.qualifications.all()]
    after = [*(licence_of(row) for row in others), licence_of(qualification)]
    stranded = affected.by_licences(practitioner, before=before, after=after, now=now)
    held = affected.settle(stranded, accepted=accept, now=now)

    qualification.verified_at = now
    qualification.save()
    practitioner.slots.give_back(held, by=by, now=now, reason="licence-changed")

    action = AuditAction.UPDATE if qualification_id else AuditAction.CREATE
    audit.record(event="providers.qualification.saved", entity=qualification, by=by, now=now, action=action)
    return qualification


def _locked(practitioner_id: UUID) -> Practitioner:
    rows = Practitioner.objects.select_for_update(no_key=True)
    if (practitioner := rows.filter(pk=practitioner_id).first()) is None:
        raise NoSuchQualification("There is no such clinician.")
    return practitioner


def _named(qualification_id: UUID | None, practitioner: Practitioner) -> Qualification:
    if qualification_id is None:
        return Qualification(practitioner=practitioner)
    qualification = practitioner.qualifications.filter(pk=qualification_id).first()
    if qualification is None:
        raise NoSuchQualification("There is no such license.")
    return qualification


def _fill(qualification: Qualification, draft: LicenceDraft) -> None:
    for name in ("jurisdiction", "number", "valid_from", "valid_until", "kind", "status"):
        setattr(qualification, name, getattr(draft, name))


def _licence_errors(draft: LicenceDraft) -> Iterator[FieldError]:
    if draft.jurisdiction not in STATES:
        yield FieldError("jurisdiction", "unknown-state", "This is no state in which one is licensed.")
    if draft.valid_until is not None and draft.valid_until < draft.valid_from:
        yield FieldError("valid_until", "before-start", "The last day is before the first.")
    if draft.kind not in QualificationKind.values:
        yield FieldError("kind", "unknown-kind", "This kind of license is not known here.")
    if draft.status not in QualificationStatus.values:
        yield FieldError("status", "unknown-status", "A license is active, suspended or revoked.")


def _refuse_double(others: QualificationQuerySet, draft: LicenceDraft) -> None:
    same = others.filter(
        kind=draft.kind, jurisdiction=draft.jurisdiction, number=draft.number, valid_from=draft.valid_from
    )
    if same.exists():
        error = FieldError("number", "duplicate", "This license is recorded already.")
        raise BadQualification("This license is recorded already.", errors=[error])
