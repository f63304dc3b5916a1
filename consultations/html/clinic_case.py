"""The case screen, and each step of the review on it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateformat import format as written
from django.views.decorators.http import require_POST, require_safe

from config.core.errors import Refusal
from config.core.html.score_bar import score_bar
from config.core.html.trend import TrendPlot, trend_plot
from consultations.domain.codes import RequestStatus, ReviewOutcome
from consultations.domain.due import due
from consultations.flows import acknowledge, ask_patient, decide, hand_over, open_case, reassign, refer, review
from consultations.html.clinic_access import for_clinicians
from consultations.html.clinic_files import files_of
from consultations.html.clinic_forms import (
    AcceptForm,
    AcknowledgeForm,
    AskForm,
    DeclineForm,
    FenceForm,
    HandOverForm,
    NoteForm,
    ReassignForm,
    ReferColleagueForm,
    ReferForm,
    ReferServiceForm,
    ReleaseForm,
    SendBackForm,
)
from consultations.html.clinic_queue import row
from consultations.models import Communication, ReviewTask, ServiceRequest
from consultations.queries import case_screen, queue, referring
from consultations.queries.case_screen import ScoreLine
from consultations.queries.evidence import Evidence
from providers.models import Practitioner

STEPS: dict[str, tuple[type[FenceForm], Callable[..., Any], str]] = {
    "renew": (FenceForm, review.renew, "You hold this case for another 15 minutes."),
    "note": (NoteForm, review.save_note, "Your note is kept."),
    "release": (ReleaseForm, review.release, "The case is back in the queue."),
    "ask": (AskForm, ask_patient.put_question, "The patient is asked. The case waits for the answer."),
    "accept": (AcceptForm, decide.accept, "The case is accepted."),
    "decline": (DeclineForm, decide.decline, "The case is declined. The patient is told."),
    "refer-colleague": (ReferColleagueForm, refer.to_colleague, "Referred. Your colleague is told."),
    "refer-service": (
        ReferServiceForm,
        decide.refer_to_service,
        "The patient is referred and told. A case of the other service waits for their answers.",
    ),
    "refer": (ReferForm, decide.refer, "The patient is referred and told."),
    "sign-off": (FenceForm, decide.sign_off, "Signed. The decision takes effect."),
    "hand-over": (HandOverForm, hand_over.hand_over, "The case is back in the queue, for anybody."),
    "send-back": (SendBackForm, decide.send_back, "Sent back to your colleague."),
}
# What is said instead where a decision waits for a second name.
PROPOSED = "Your decision waits for a colleague's name."
STAYING = {"renew", "note"}


@require_safe
@for_clinicians
def case(request: HttpRequest, practitioner: Practitioner, task_id: UUID) -> HttpResponse:
    """Show a case; that it was opened is recorded."""
    task = _task(practitioner, task_id)
    open_case.opened(request_id=task.service_request_id, by=practitioner.user, now=timezone.now())
    return _show(request, practitioner, task)


@require_POST
@for_clinicians
def take_step(request: HttpRequest, practitioner: Practitioner, task_id: UUID, step: str) -> HttpResponse:
    """Take one step of the review; what was typed stays on the page when it is refused."""
    if step not in STEPS:
        raise Http404
    kind, flow, done = STEPS[step]
    task = _task(practitioner, task_id)
    form = kind(request.POST, prefix=step, **_choices(step, task, may_write=True))
    if not form.is_valid():
        return _show(request, practitioner, task, bound={step: form}, status=422)
    try:
        flow(task_id=task.pk, by=practitioner.user, now=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        if isinstance(refusal, review.LeaseLost):
            _keep_words(form, task, practitioner)
        form.add_error(None, refusal.detail)
        return _show(request, practitioner, _task(practitioner, task_id), bound={step: form}, status=409)
    waits = ReviewTask.objects.visible_to(practitioner.user).filter(pk=task_id, proposed_by=practitioner).exists()
    messages.success(request, PROPOSED if waits else done)
    if step == "accept" and _may_determine(task, practitioner):
        return redirect("clinic:case-determination", task_id=task.pk)
    return redirect("clinic:case", task_id=task.pk) if step in STAYING else redirect("clinic:queue")


@require_POST
@for_clinicians
def acknowledge_flag(request: HttpRequest, practitioner: Practitioner, task_id: UUID, flag_id: UUID) -> HttpResponse:
    """Put the clinician's name under a flag."""
    task = _task(practitioner, task_id)
    form = AcknowledgeForm(request.POST, prefix=str(flag_id))
    if not form.is_valid():
        return _show(request, practitioner, task, bound={str(flag_id): form}, status=422)
    try:
        acknowledge.acknowledge_flag(
            flag_id=flag_id, note=form.cleaned_data["note"], by=practitioner.user, now=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "Your name is under the flag.")
    return redirect("clinic:case", task_id=task.pk)


@require_POST
@for_clinicians
def reassign_case(request: HttpRequest, practitioner: Practitioner, task_id: UUID) -> HttpResponse:
    """Give the case to another clinician; for supervisors."""
    task = _task(practitioner, task_id)
    form = ReassignForm(request.POST, prefix="reassign", able=referring.able(task, now=timezone.now()))
    if not form.is_valid():
        return _show(request, practitioner, task, bound={"reassign": form}, status=422)
    chosen, words = form.cleaned_data["to"], form.cleaned_data["handover"]
    try:
        reassign.reassign(task_id=task_id, to=chosen.pk, handover=words, by=practitioner.user, now=timezone.now())
    except Refusal as refusal:
        form.add_error(None, refusal.detail)
        return _show(request, practitioner, _task(practitioner, task_id), bound={"reassign": form}, status=409)
    messages.success(request, f"The case is kept for {chosen.display_name}.")
    return redirect("clinic:queue")


def _may_determine(task: ReviewTask, practitioner: Practitioner) -> bool:
    """Tell whether the clinician goes on to the determination at once: they accepted it, and there is no visit."""
    cases = ServiceRequest.objects.visible_to(practitioner.user).to_determine_by(practitioner.user)
    return cases.filter(pk=task.service_request_id).exclude(status=RequestStatus.REVOKED).exists()


def _keep_words(form: forms.Form, task: ReviewTask, practitioner: Practitioner) -> None:
    """Keep what was typed on a page whose lease had ended, as the clinician's own draft note."""
    for name in ("note", "message", "reason"):
        if words := form.cleaned_data.get(name, ""):
            review.keep_words(task_id=task.pk, note=words, by=practitioner.user, now=timezone.now())


def _task(practitioner: Practitioner, task_id: UUID) -> ReviewTask:
    task = queue.task_of(by=practitioner.user, task_id=task_id)
    if task is None:
        raise Http404
    return task


def _show(
    request: HttpRequest,
    practitioner: Practitioner,
    task: ReviewTask,
    *,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    bound = bound or {}
    screen = case_screen.case_screen(task.service_request, by=practitioner.user, now=timezone.now())
    shown = row(task, practitioner)
    labels = {line.evidence.ref: line.evidence for section in screen.sections for line in section.lines}
    note = screen.note.text if screen.note else ""
    may_write = bool(shown["is_mine"])
    steps: dict[str, forms.Form] = {
        name: bound.get(name) or _empty(name, task, note, may_write=may_write) for name in STEPS
    }
    is_open = ReviewTask.objects.undetermined().filter(pk=task.pk).exists() if task.status == "completed" else False
    context = {
        "zone": practitioner.time_zone,
        "shown": shown,
        "task": task,
        "patient": task.service_request.patient,
        "screen": screen,
        "not_reached": Communication.objects.not_reached_about(task.service_request_id),
        "files": files_of(section.response for section in screen.sections),
        "bars": [_bar(line) for line in screen.scores],
        "flags": [_flag(flag, bound, labels) for flag in screen.flags],
        "due": due(task.due_at, now=timezone.now()),
        "may_write": may_write,
        "may_determine": task.outcome == ReviewOutcome.ACCEPTED and _may_determine(task, practitioner),
        "steps": {name.replace("-", "_"): form for name, form in steps.items()},
        "reassign": (
            bound.get("reassign") or ReassignForm(prefix="reassign", able=referring.able(task, now=timezone.now()))
        )
        if practitioner.is_supervisor and (task.status not in {"completed", "cancelled"} or is_open)
        else None,
        "has_colleagues": bool(steps["refer-colleague"].fields["to"].queryset),  # type: ignore[attr-defined]
        "has_services": len(steps["refer-service"].fields["to"].choices) > 1,  # type: ignore[attr-defined]
        "is_open": is_open,
        "is_proposed": task.proposed_at is not None,
        "is_mine_to_sign": task.proposed_by_id != practitioner.pk,
        "has_errors": bool(bound),
        "error_form": next(iter(bound.values()), None),
    }
    return render(request, "consultations/clinic/case.html", context, status=status)


def _empty(name: str, task: ReviewTask, note: str, *, may_write: bool) -> FenceForm:
    initial = {"fence": task.fence, "note": note if name == "note" else ""}
    return STEPS[name][0](prefix=name, initial=initial, **_choices(name, task, may_write=may_write))


def _choices(name: str, task: ReviewTask, *, may_write: bool) -> dict[str, Any]:
    """Return what the form of a step offers to choose from; nothing is read for who does not hold the case."""
    now = timezone.now()
    if name == "refer-colleague":
        colleagues = referring.colleagues(task, now=now)
        return {"colleagues": colleagues if may_write else colleagues.none()}
    if name == "refer-service":
        return {"services": referring.services(task, now=now) if may_write else []}
    return {}


def _bar(line: ScoreLine) -> dict[str, Any]:
    return {
        "line": line,
        "bar": score_bar(name=line.name, value=line.value, maximum=line.maximum, bands=line.bands),
        "step": None if line.step is None else f"{line.step:+d}",
        "plot": _plot(line),
    }


def _plot(line: ScoreLine) -> TrendPlot | None:
    course = [(written(at, "M j"), value) for at, value in line.course]
    now = [("now", line.value)] if line.value is not None else []
    return trend_plot(name=line.name, maximum=line.maximum, bands=line.bands, course=[*course, *now])


def _flag(flag: Any, bound: dict[str, forms.Form], labels: Mapping[str, Evidence]) -> dict[str, Any]:
    key = str(flag.pk)
    source = flag.rule.source or {}
    return {
        "flag": flag,
        "form": bound.get(key) or AcknowledgeForm(prefix=key),
        "source": source.get("citation") or source.get("title") or "",
        "evidence": [labels[ref] for ref in flag.rule.evidence if ref in labels],
    }
