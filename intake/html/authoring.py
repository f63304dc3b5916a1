"""Questions as those who look after them see them: what is published, what came in, what is wrong, what changed."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import administrator, signed_in
from intake.domain.differences import differences
from intake.domain.lint import lint
from intake.flows import take_in
from intake.models import Questionnaire
from intake.queries.questions import outline_of

View = Callable[..., HttpResponseBase]


def for_administrators(view: View) -> View:
    """Return the view, refused to everybody but administrators."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        administrator(request)
        return view(request, *args, **kwargs)

    return shown


class ImportForm(forms.Form):
    """A FHIR R4 Questionnaire, as a file or as text."""

    use_required_attribute = False

    file = forms.FileField(
        label="File", required=False, help_text="FHIR R4 Questionnaire in JSON, up to 5 MB.",
        widget=forms.FileInput({"accept": "application/json,application/fhir+json,.json"}),
    )  # fmt: skip
    text = forms.CharField(label="Or its text", required=False, strip=False, widget=forms.Textarea({"rows": 8}))

    def clean(self) -> dict[str, Any]:
        """Return the bytes that came, one way or the other."""
        told = super().clean() or self.cleaned_data
        if not told.get("file") and not told.get("text"):
            self.add_error("file", "Choose a file, or paste its text.")
        return told

    def source(self) -> bytes:
        """Return what came in, byte for byte."""
        sent = self.cleaned_data.get("file")
        return bytes(sent.read(take_in.LARGEST + 1)) if sent else self.cleaned_data["text"].encode()


@require_http_methods(["GET", "POST"])
@for_administrators
def questionnaires(request: HttpRequest) -> HttpResponseBase:
    """List every version; POST takes a new one in as a draft and leads to it."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = take_in.take_in(source=form.source(), by=signed_in(request), now=timezone.now())
        except Refusal as refused:
            form.add_error("file", refused.detail)
        else:
            return redirect("intake:draft", questionnaire_id=made.pk)
    rows = Questionnaire.objects.visible_to(signed_in(request)).defer("source", "definition")
    context = {"form": form, "rows": rows.order_by("url", "-created_at", "id"), "has_errors": bool(form.errors)}
    return render(request, "intake/questionnaires.html", context)


@require_safe
@for_administrators
def draft(request: HttpRequest, questionnaire_id: UUID) -> HttpResponse:
    """Show what the check found in a version, by place, and what it asks differently from the one before."""
    row = _row(request, questionnaire_id)
    issues = lint(row.definition)
    errors = [one for one in issues if one.severity == "error"]
    before = _before(row)
    context = {
        "row": row,
        "errors": errors,
        "remarks": [one for one in issues if one.severity != "error"],
        "before": before,
        "differences": differences(outline_of(before.pk), outline_of(row.pk)) if before and not errors else (),
    }
    return render(request, "intake/draft.html", context)


@require_POST
@for_administrators
def publish_draft(request: HttpRequest, questionnaire_id: UUID) -> HttpResponseBase:
    """Publish a draft."""
    try:
        take_in.publish_draft(questionnaire_id=questionnaire_id, by=signed_in(request), now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, "These questions are published. New responses are given to this version.")
    return redirect("intake:draft", questionnaire_id=questionnaire_id)


@require_safe
@for_administrators
def source_of(request: HttpRequest, questionnaire_id: UUID) -> HttpResponse:
    """Hand a version back byte for byte as it came in."""
    row = _row(request, questionnaire_id)
    response = HttpResponse(row.source.encode(), content_type="application/fhir+json")
    name = f"{row.url.rsplit('/', 1)[-1]}-{row.version}.json"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def _row(request: HttpRequest, questionnaire_id: UUID) -> Questionnaire:
    return get_object_or_404(Questionnaire.objects.visible_to(signed_in(request)), pk=questionnaire_id)


def _before(row: Questionnaire) -> Questionnaire | None:
    """Return the version that was published before this one."""
    others = Questionnaire.objects.filter(url=row.url).exclude(pk=row.pk).exclude(status="draft")
    return others.filter(created_at__lt=row.created_at).order_by("-created_at", "id").first()
