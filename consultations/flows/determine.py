"""The determination: what the clinician found against the protocol's criteria, signed and then fixed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Role, User
from consultations.domain import criteria as protocol_criteria
from consultations.domain import words
from consultations.domain.codes import DeterminationStatus, EncounterStatus, Outcome, RequestStatus, ReviewOutcome
from consultations.models import Determination, DeterminationProtocol, Encounter, ReviewTask, ServiceRequest
from consultations.queries import evidence, holding
from providers.domain.codes import Pathway
from providers.models import Practitioner
from providers.queries import eligibility

BEGUN = (EncounterStatus.IN_PROGRESS, EncounterStatus.FINISHED)
# A signed plan completes the case; a correction after it is the next version.
DECIDABLE = (RequestStatus.ACTIVE, RequestStatus.COMPLETED)


class NoProtocol(Conflict):
    """Tell an administrator: the service has no current protocol."""

    code = "protocol-missing"
    title = "This service has no protocol yet"


class VisitNotBegun(Conflict):
    """Begin the visit first."""

    code = "visit-not-begun"
    title = "The visit has not begun"


class VisitNotFinished(Conflict):
    """Finish the visit with its note, then sign."""

    code = "visit-not-finished"
    title = "The visit is not finished"


class VisitNeeded(Conflict):
    """Lead to the visit: the service decides after one."""

    code = "visit-needed"
    title = "This service decides after a visit"


class NotAccepted(Conflict):
    """Accept the case first; one that was declined, withdrawn or is not decided has no determination."""

    code = "case-not-accepted"
    title = "The case is not accepted"


class NotLicensed(NotAllowed):
    """Tell the clinician why; only somebody licensed where the patient is may decide."""

    code = "not-licensed"
    title = "You may not treat this patient now"


class OutcomeUnknown(Invalid):
    """Offer the four outcomes."""

    code = "outcome-unknown"
    title = "There is no such outcome"


class AlreadySigned(Conflict):
    """Record the determination again: that makes the next version."""

    code = "already-signed"
    title = "This was already signed"


@flow
def record(
    *, encounter_id: UUID, outcome: str, criteria: Sequence[Mapping[str, Any]], rationale: str, by: User, now: datetime
) -> Determination:
    """
    Record what the clinician determined; it stays a draft until it is signed.

    outcome    a code of Outcome
    criteria   [{code, finding, evidence?: [reference], note?}], each criterion of the current protocol once
    rationale  at most 4,000 characters
    Returns    the draft: the present one changed, or the next version where the former is signed
    Writes     Determination, StatusChange, AuditEvent
    Raises     NotFound, NotAllowed, VisitNotBegun, NoProtocol, OutcomeUnknown, criteria.CriteriaFaulty,
               words.WordsMissing, words.WordsTooLong
    Source     FHIR R4 ClinicalImpression; docs/flows.md, row "determine"
    """
    encounter = _own(encounter_id, by)
    if encounter.status not in BEGUN:
        raise VisitNotBegun("Begin the visit first.")
    draft = _draft(encounter.appointment.service_request, encounter, by)
    return _store(draft, outcome=outcome, criteria=criteria, rationale=rationale, by=by, now=now)


@flow
def record_without_visit(
    *, request_id: UUID, outcome: str, criteria: Sequence[Mapping[str, Any]], rationale: str, by: User, now: datetime
) -> Determination:
    """
    Record what the clinician who accepted a case determined, where the service has no visit.

    outcome    a code of Outcome
    criteria   as in record
    rationale  at most 4,000 characters
    Returns    the draft: the present one changed, or the next version where the former is signed
    Writes     Determination, StatusChange, AuditEvent
    Raises     NotFound, NotAllowed, VisitNeeded, NotAccepted, NotLicensed, NoProtocol, OutcomeUnknown,
               criteria.CriteriaFaulty, words.WordsMissing, words.WordsTooLong
    Source     FHIR R4 ClinicalImpression, whose encounter is optional; docs/flows.md, row "determine"
    """
    draft = _draft(_accepted(request_id, by, now=now), None, by)
    return _store(draft, outcome=outcome, criteria=criteria, rationale=rationale, by=by, now=now)


@flow
def sign(*, determination_id: UUID, by: User, now: datetime) -> Determination:
    """
    Sign the determination; from then on the database refuses any change to it.

    Without a visit the case must still be accepted, and the clinician licensed where the patient is, on that day.

    Writes  Determination `completed` with the digest of what was signed, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, AlreadySigned, VisitNotFinished, VisitNeeded, NotAccepted, NotLicensed
    Source  FHIR R4 ClinicalImpression, Provenance.signature; docs/flows.md, row "determine"
    """
    seen = Determination.objects.visible_to(by).filter(pk=determination_id).first()
    if seen is None:
        raise NotFound("There is no such determination.")
    encounter = _own(seen.encounter_id, by) if seen.encounter_id else None
    if encounter is None:
        _accepted(seen.service_request_id, by, now=now)
    determination = Determination.objects.select_for_update(no_key=True).get(pk=determination_id)
    if determination.status == DeterminationStatus.COMPLETED:
        raise AlreadySigned("This was already signed. Recording it again makes a new version.")
    if encounter is not None and encounter.status != EncounterStatus.FINISHED:
        raise VisitNotFinished("Finish the visit with a note, then sign.")

    determination.status = DeterminationStatus.COMPLETED
    determination.signed_at, determination.signed_by = now, by
    determination.sha256 = digest(determination)
    determination.save(update_fields=["status", "signed_at", "signed_by", "sha256", "updated_at"])

    patient_id = determination.service_request.patient_id
    audit.status_changed(
        determination, old=DeterminationStatus.IN_PROGRESS, new=determination.status, by=by, now=now, reason="signed"
    )
    audit.record(
        event="consultations.determination.signed", entity=determination, by=by, now=now, patient_id=patient_id,
        detail={"version": determination.version, "sha256": determination.sha256},
    )  # fmt: skip
    return determination


def digest(determination: Determination) -> str:
    """
    Return the SHA-256 of what was signed, in hexadecimal.

    Reads   the row itself; the same row gives the same digest in any process
    Source  RFC 8785 in spirit: keys in order, no white space, UTF-8
    """
    signed = {
        "id": str(determination.pk),
        **_subject(determination),
        "version": determination.version,
        "protocol": str(determination.protocol_id),
        "outcome": determination.outcome,
        "criteria": determination.criteria,
        "rationale": determination.rationale,
        "signed_at": determination.signed_at.astimezone(UTC).isoformat() if determination.signed_at else "",
        "signed_by": str(determination.signed_by_id),
    }
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _own(encounter_id: UUID, by: User) -> Encounter:
    """Lock the encounter: it is what makes two versions come one after the other."""
    if by.role != Role.PRACTITIONER:
        raise NotAllowed("Only the clinician of the visit decides.")
    mine = Encounter.objects.visible_to(by).filter(pk=encounter_id)
    rows = Encounter.objects.select_for_update(no_key=True, of=("self",)).select_related("appointment__service_request")
    encounter = rows.filter(pk__in=mine.values("pk")).first()
    if encounter is None:
        raise NotFound("There is no such visit.")
    return encounter


def _accepted(request_id: UUID, by: User, *, now: datetime) -> ServiceRequest:
    """Lock the case of a service without visits, for the clinician who accepted it and may treat the patient now."""
    practitioner = holding.clinician(by)
    if not ServiceRequest.objects.visible_to(by).filter(pk=request_id).exists():
        raise NotFound("There is no such case.")
    request = holding.lock_case(request_id)
    if request.service.pathway != Pathway.ASYNCHRONOUS:
        raise VisitNeeded("This service decides after a visit. Record the determination there.")
    accepted = ReviewTask.objects.filter(service_request=request, outcome=ReviewOutcome.ACCEPTED)
    if request.status not in DECIDABLE or not accepted.exists():
        raise NotAccepted("Only a case that was accepted, and is not withdrawn, has a determination.")
    if not ServiceRequest.objects.to_determine_by(by).filter(pk=request_id).exists():
        raise NotAllowed("Only the clinician who accepted the case decides.")
    _refuse_unless_licensed(request, practitioner, now=now)
    return request


def _refuse_unless_licensed(request: ServiceRequest, practitioner: Practitioner, *, now: datetime) -> None:
    against = eligibility.reasons(
        service=request.service,
        practitioner=practitioner,
        state=request.state,
        start_at=now,
        known_to=frozenset({practitioner.pk}),
        born=request.patient.birth_date,
    )
    if against:
        raise NotLicensed(
            f"You may not decide this case today. {against[0].words}",
            errors=[FieldError("state", reason.code, reason.words) for reason in against],
        )


def _draft(request: ServiceRequest, encounter: Encounter | None, by: User) -> Determination:
    versions = request.determinations.filter(encounter=encounter)
    # The draft of a colleague who handed the case over stays theirs, as they left it.
    draft = versions.filter(status=DeterminationStatus.IN_PROGRESS, recorded_by=by).first()
    if draft is not None:
        return draft
    newest = versions.aggregate(newest=Max("version"))["newest"] or 0
    return Determination(service_request=request, encounter=encounter, version=newest + 1)


def _store(
    draft: Determination,
    *,
    outcome: str,
    criteria: Sequence[Mapping[str, Any]],
    rationale: str,
    by: User,
    now: datetime,
) -> Determination:
    if outcome not in Outcome.values:
        why = "Choose one of the outcomes."
        raise OutcomeUnknown(why, errors=[FieldError("outcome", "unknown", why)])
    rationale = words.required(rationale, "rationale")
    request = draft.service_request
    protocol = DeterminationProtocol.objects.filter(service=request.service_id, is_current=True).first()
    if protocol is None:
        raise NoProtocol("This service has no protocol to decide by. Please tell an administrator.")
    settled = protocol_criteria.frozen(protocol.criteria, criteria, known=evidence.of_case(request.pk).keys())

    is_new = draft.recorded_by_id is None
    draft.protocol, draft.outcome, draft.criteria, draft.rationale = protocol, outcome, settled, rationale
    draft.recorded_by, draft.recorded_at = by, now
    draft.save()
    if is_new:
        audit.status_changed(draft, old="", new=draft.status, by=by, now=now)
    audit.record(
        event="consultations.determination.recorded", action=AuditAction.CREATE if is_new else AuditAction.UPDATE,
        entity=draft, by=by, now=now, patient_id=request.patient_id, detail={"version": draft.version},
    )  # fmt: skip
    return draft


def _subject(determination: Determination) -> dict[str, str]:
    if determination.encounter_id:
        return {"encounter": str(determination.encounter_id)}
    return {"service_request": str(determination.service_request_id)}
