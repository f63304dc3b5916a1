"""
A person says who they are and where they are, and corrects it later.

Refusal
├── NotAPatient        (NotAllowed)  people who work here register with an account of their own
├── NotRegistered      (NotFound)    there is nothing to change yet
├── AlreadyRegistered  (Conflict)    change the record that is there
└── CannotBeTrue       (Invalid)     one error for each field
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, Invalid, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Role, User
from intake.domain import identity
from intake.domain.identity import Details
from intake.models import Patient
from providers.domain.eligibility import local_date
from providers.domain.states import STATES

_LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)
_FIELDS = frozenset(field.name for field in dataclasses.fields(Details))


class NotAPatient(NotAllowed):
    """Register with an account that is not used for work here."""

    code = "not-a-patient"
    title = gettext_lazy("This account is for work")


class NotRegistered(NotFound):
    """Register first."""

    code = "not-registered"
    title = gettext_lazy("We do not know you yet")


class AlreadyRegistered(Conflict):
    """Change the record that is there."""

    code = "already-registered"
    title = gettext_lazy("You have registered already")


class CannotBeTrue(Invalid):
    """Correct the named fields."""

    code = "invalid"
    title = gettext_lazy("Please check what you entered")


@flow
def register(*, details: Details, by: User, now: datetime) -> Patient:
    """
    Make the patient record of the person who is signed in.

    Writes  Patient, AuditEvent
    Raises  NotAPatient, AlreadyRegistered, CannotBeTrue with one error for each field
    Source  FHIR R4 Patient; docs/flows.md, row "register"
    """
    # The user's row is the lock: of two registrations at once the second finds the first.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if by.role != Role.PATIENT:
        raise NotAPatient(gettext("People who work here need a second account to be seen as a patient."))
    if Patient.objects.filter(user=by).exists():
        raise AlreadyRegistered(gettext("We know you already. You can change your details."))
    given = dataclasses.asdict(details)
    _refuse_what_cannot_be(given, state=details.state, now=now)

    patient = Patient.objects.create(user=by, **given)

    audit.record(
        event="intake.patient.registered", action=AuditAction.CREATE, entity=patient, by=by, now=now,
        patient_id=patient.pk,
    )  # fmt: skip
    return patient


@flow
def change(*, changes: Mapping[str, Any], by: User, now: datetime) -> Patient:
    """
    Change some fields of one's own record.

    changes  some fields of Details, in its types
    Writes   Patient, AuditEvent naming the fields that changed, not their values
    Raises   NotRegistered, CannotBeTrue with one error for each field
    """
    patient = Patient.objects.select_for_update(no_key=True).filter(user=by).first()
    if patient is None:
        raise NotRegistered(gettext("Tell us who you are first."))
    wanted = {field: value for field, value in changes.items() if field in _FIELDS}
    _refuse_what_cannot_be(wanted, state=str(wanted.get("state", patient.state)), now=now)

    changed = sorted(field for field, value in wanted.items() if str(getattr(patient, field)) != str(value))
    for field in changed:
        setattr(patient, field, wanted[field])
    patient.save(update_fields=[*changed, "updated_at"])

    if changed:
        audit.record(
            event="intake.patient.changed", entity=patient, by=by, now=now, patient_id=patient.pk,
            detail={"fields": changed},
        )  # fmt: skip
    return patient


def _refuse_what_cannot_be(given: Mapping[str, Any], *, state: str, now: datetime) -> None:
    today = local_date(state, now) if state in STATES else now.date()
    if errors := identity.problems(given, today=today, languages=_LANGUAGES):
        raise CannotBeTrue(errors[0].detail, errors=errors)
