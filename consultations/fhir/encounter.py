"""Encounter: the virtual visit."""

from collections.abc import Iterable
from typing import Any

from config.core.models import StatusChange
from consultations.models import Encounter

VIRTUAL = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR", "display": "virtual"}


def encounter(row: Encounter, history: Iterable[StatusChange] = ()) -> dict[str, Any]:
    """
    Return the Encounter of a visit whose appointment is loaded.

    history  the moves of its status, oldest first
    Source   FHIR R4 Encounter; the note is not in it
    """
    visit = row.appointment
    period = {"start": row.began_at, "end": row.finished_at}
    resource: dict[str, Any] = {
        "resourceType": "Encounter",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "status": row.status,
        "class": VIRTUAL,
        "subject": {"reference": f"Patient/{visit.patient_id}"},
        "participant": [{"individual": {"reference": f"Practitioner/{visit.practitioner_id}"}}],
        "appointment": [{"reference": f"Appointment/{visit.pk}"}],
        "basedOn": [{"reference": f"ServiceRequest/{visit.service_request_id}"}],
        "period": {name: at.isoformat() for name, at in period.items() if at},
    }
    if moves := list(history):
        resource["statusHistory"] = _history(moves)
    return resource


def _history(moves: list[StatusChange]) -> list[dict[str, Any]]:
    ends = [*(move.changed_at for move in moves[1:]), None]
    return [
        {
            "status": move.new,
            "period": {"start": move.changed_at.isoformat(), **({"end": end.isoformat()} if end else {})},
        }
        for move, end in zip(moves, ends, strict=True)
    ]
