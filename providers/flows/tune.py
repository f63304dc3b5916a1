"""
Tuning a service line: its words, lengths, limits and the states where it is offered.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
├── NoSuchService       (NotFound)
└── BadService          (Invalid)
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from config.core import administrators, audit
from config.core.errors import FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import User
from providers.domain.states import STATES
from providers.models import HealthcareService

TUNABLE = (
    "name",
    "summary",
    "what_is_asked",
    "is_active",
    "pathway",
    "second_sign_off",
    "states",
    "barred_states",
    "licence_kinds",
    "minimum_age_years",
    "maximum_age_years",
    "questions_minutes",
    "duration_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "alignment_minutes",
    "minimum_notice_minutes",
    "horizon_days",
    "max_visits_per_day",
    "hold_minutes",
    "max_holds",
    "offer_minutes",
    "change_notice_minutes",
    "max_reschedules",
)


class NoSuchService(NotFound):
    """Check which service is meant."""

    code = "no-such-service"


class BadService(Invalid):
    """Correct the named fields."""

    code = "bad-service"
    title = "This service cannot be saved"


@flow
def tune(*, service_id: UUID, changes: Mapping[str, Any], by: User, now: datetime) -> HealthcareService:
    """
    Change a service line; visits that are booked stay as they are. Changed words lose their translations.

    changes  new values by the names of TUNABLE
    Returns  the service
    Writes   HealthcareService, AuditEvent with the names of what changed
    Raises   NotAnAdministrator, NoSuchService, BadService
    """
    administrators.require(by)
    service = HealthcareService.objects.select_for_update(no_key=True).filter(pk=service_id).first()
    if service is None:
        raise NoSuchService("There is no such service.")
    changed = sorted(name for name in TUNABLE if name in changes and changes[name] != getattr(service, name))
    for name in changed:
        setattr(service, name, changes[name])
    _check(service)
    # A translation of the former words would say something else in every other language.
    service.translations = {
        language: {name: words for name, words in told.items() if name not in changed}
        for language, told in service.translations.items()
    }

    service.save(update_fields=[*changed, "translations", "updated_at"])

    audit.record(event="providers.service.tuned", entity=service, by=by, now=now, detail={"changed": changed})
    return service


def _check(service: HealthcareService) -> None:
    others = {field.name for field in service._meta.fields} - set(TUNABLE)
    try:
        service.full_clean(exclude=others)
    except ValidationError as error:
        errors = [FieldError(field, "invalid", word) for field, words in error.message_dict.items() for word in words]
        raise BadService("Please correct the service.", errors=errors) from error
    for field in ("states", "barred_states"):
        if unknown := sorted(set(getattr(service, field)) - set(STATES)):
            words = f"Not a state in which one is licensed: {', '.join(unknown)}."
            raise BadService(words, errors=[FieldError(field, "unknown-state", words)])
    if service.maximum_age_years is not None and service.maximum_age_years < service.minimum_age_years:
        words = "The highest age is below the lowest."
        raise BadService(words, errors=[FieldError("maximum_age_years", "before-start", words)])
