"""The queue's page: what waits, what is mine, and the button that takes the next case."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.core.errors import Refusal
from consultations.domain.due import due, length
from consultations.flows import review, shift
from consultations.html.clinic_access import for_clinicians
from consultations.html.safety_alerts import open_rows
from consultations.models import ReviewTask
from consultations.queries import queue as queues
from providers.domain.states import STATES
from providers.models import Practitioner

SHIFT_STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "pause": (shift.pause, "You are on a break. No case is given to you until you go on."),
    "go-on": (shift.go_on, "You are back at work."),
    "end": (shift.end, "Your shift is over."),
}
TIERS = {0: ("emergency", "Emergency"), 1: ("urgent", "Urgent"), 2: ("neutral", "Routine")}
STANDING_WORDS = {"waiting": "Waiting", "claimed": "With a clinician", "on-hold": "Asked patient", "decided": "Decided"}


@require_safe
@for_clinicians
def queue(request: HttpRequest, practitioner: Practitioner) -> HttpResponse:
    """Show own cases and one page of the queue."""
    return render(request, "consultations/clinic/queue.html", _context(request, practitioner))


@require_safe
@for_clinicians
def live(request: HttpRequest, practitioner: Practitioner) -> HttpResponse:
    """Show the part of the queue that changes by itself, for the page that is open."""
    return render(request, "consultations/clinic/parts/queue_live.html", _context(request, practitioner))


@require_POST
@for_clinicians
def change_shift(request: HttpRequest, practitioner: Practitioner, step: str) -> HttpResponse:
    """Begin or end a break, or end the shift."""
    if step not in SHIFT_STEPS:
        raise Http404
    flow, words = SHIFT_STEPS[step]
    done = flow(by=practitioner.user, now=timezone.now())
    handed_back = f" {done} of your cases went back to the queue." if step == "end" and done else ""
    messages.success(request, words + handed_back)
    return redirect("clinic:queue")


def _context(request: HttpRequest, practitioner: Practitioner) -> dict[str, Any]:
    now = timezone.now()
    filters = _filters(request)
    found = queues.queue(by=practitioner.user, practitioner=practitioner, filters=filters, now=now)
    return {
        "zone": practitioner.time_zone,
        "alerts": open_rows(practitioner.user),
        "filters": filters,
        "mine": [row(task, practitioner) for task in found.mine],
        "rows": [row(task, practitioner) for task in found.page],
        "page": found.page,
        "claimable": found.claimable,
        "counts": found.counts,
        "oldest": length(now - found.oldest) if found.oldest else "",
        "nearest": length(found.nearest - now) if found.nearest else "",
        "shift": found.shift,
        "updated_at": now,
        "standings": [
            {"code": code, "label": label, "count": found.counts[code.replace("-", "_")]}
            for code, label in STANDING_WORDS.items()
        ],
        "services": found.services,
        "states": [STATES[code] for code in found.states if code in STATES],
    }


@require_POST
@for_clinicians
def claim_next(request: HttpRequest, practitioner: Practitioner) -> HttpResponse:
    """Take the best case and open it."""
    try:
        task = review.claim_next(by=practitioner.user, now=timezone.now())
    except review.OnBreak as refusal:
        messages.error(request, refusal.detail)
        return redirect("clinic:queue")
    if task is None:
        messages.info(request, "Nothing waits for you now.")
        return redirect("clinic:queue")
    return redirect("clinic:case", task_id=task.pk)


@require_POST
@for_clinicians
def claim(request: HttpRequest, practitioner: Practitioner, task_id: UUID) -> HttpResponse:
    """Take one case and open it."""
    try:
        review.claim(task_id=task_id, by=practitioner.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return redirect("clinic:queue")
    return redirect("clinic:case", task_id=task_id)


def row(task: ReviewTask, practitioner: Practitioner) -> dict[str, object]:
    """Return one task as a list shows it."""
    now = timezone.now()
    patient = task.service_request.patient
    kept = task.reserved_for if task.reserved_until and task.reserved_until > now and task.status == "ready" else None
    kind, urgency = TIERS[min(task.tier, 2)]
    held = task.owner if task.lease_expires_at and task.lease_expires_at > now else None
    return {
        "task": task,
        "name": patient.full_name,
        "age": patient.age_on(now.date()),
        "state": STATES[task.state].name if task.state in STATES else task.state,
        "kind": kind,
        "urgency": urgency,
        "due": due(task.due_at, now=now),
        "signs": _signs(task),
        "held_by": held,
        "kept_for": kept,
        "is_kept_for_me": kept is not None and kept.pk == practitioner.pk,
        "is_mine": held is not None and held.pk == practitioner.pk,
        "is_waiting": held is None
        and task.status in {"ready", "in-progress"}
        and task.proposed_by_id != practitioner.pk,
    }


def _signs(task: ReviewTask) -> list[dict[str, str]]:
    found = [
        (task.grave, "emergency", "Flag to answer for"),  # type: ignore[attr-defined]
        (task.flagged and not task.grave, "caution", "Flags"),  # type: ignore[attr-defined]
        (task.answered, "information", "Patient answered"),  # type: ignore[attr-defined]
        (task.proposed_by_id is not None, "accent", "Second name"),
        (task.status == "on-hold", "neutral", "Asked patient"),
        (task.booked, "neutral", "Visit booked"),  # type: ignore[attr-defined]
    ]
    return [{"kind": kind, "label": label} for is_so, kind, label in found if is_so]


def _filters(request: HttpRequest) -> queues.Filters:
    standing = request.GET.get("show", "waiting")
    page = request.GET.get("page", "1")
    return queues.Filters(
        standing=standing if standing in queues.STANDINGS else "waiting",
        service=request.GET.get("service", "")[:64],
        state=request.GET.get("state", "")[:2],
        page=int(page) if page.isdecimal() and len(page) < 6 else 1,
    )
