"""Schedule and Slot."""

from typing import Any
from uuid import UUID, uuid5

from providers.models import Practitioner, Schedule, Slot
from providers.queries.availability import Offer

# Free times are not stored; their ids derive from clinician and start, so that asking twice names the same.
_FREE = UUID("2f1d1f0e-6a55-5d0e-9d43-3d3c3a2f8f10")


def schedule(row: Schedule) -> dict[str, Any]:
    """
    Return the Schedule of a clinician's weekly hours.

    row     with `practitioner` loaded
    Source  FHIR R4 Schedule; planningHorizon carries whole days
    """
    horizon = {"start": row.valid_from.isoformat()}
    if row.valid_until is not None:
        horizon["end"] = row.valid_until.isoformat()
    resource: dict[str, Any] = {
        "resourceType": "Schedule",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "active": row.is_active,
        "actor": [_actor(row.practitioner)],
        "planningHorizon": horizon,
        "comment": f"{row.name} ({row.time_zone})",
    }
    if row.modality:
        resource["serviceType"] = [{"text": row.get_modality_display()}]
    if row.service_id is not None:
        resource["actor"].append({"reference": f"HealthcareService/{row.service_id}"})
    return resource


def slot(row: Slot, *, schedule_id: UUID) -> dict[str, Any]:
    """
    Return the Slot of time that is or was taken; for whom it is taken is not part of it.

    schedule_id  a Schedule of the slot's clinician
    Source       FHIR R4 Slot
    """
    return {
        "resourceType": "Slot",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "schedule": {"reference": f"Schedule/{schedule_id}"},
        "status": row.status,
        "start": row.start_at.isoformat(),
        "end": row.end_at.isoformat(),
    }


def free_slot(offer: Offer, *, schedule_id: UUID) -> dict[str, Any]:
    """
    Return the Slot of a time that is offered; it is computed, and its id holds as long as the time is free.

    Source  FHIR R4 Slot, status free
    """
    return {
        "resourceType": "Slot",
        "id": str(uuid5(_FREE, f"{offer.practitioner} {offer.start_at.timestamp():.0f}")),
        "schedule": {"reference": f"Schedule/{schedule_id}"},
        "status": "free",
        "start": offer.start_at.isoformat(),
        "end": offer.end_at.isoformat(),
    }


def _actor(practitioner: Practitioner) -> dict[str, str]:
    return {"reference": f"Practitioner/{practitioner.pk}", "display": practitioner.display_name}
