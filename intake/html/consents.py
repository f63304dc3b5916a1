"""Reading and signing texts, and taking a signature back."""

from uuid import UUID

import structlog
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import signed_in
from intake.flows import consent
from intake.html.forms import SignForm
from intake.html.markdown import markdown
from intake.html.person import after
from intake.models import Consent, ConsentDocument, Patient


@require_http_methods(["GET", "POST"])
def sign_consent(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """Show a text and where to sign; POST signs it."""
    user = signed_in(request)
    patient = Patient.objects.visible_to(user).first()
    if patient is None:
        return redirect(f"{reverse('intake:register')}?next={request.path}")
    mine = Consent.objects.visible_to(user).in_force().filter(document=document_id).first()
    shown = Q(is_current=True) | Q(consents__patient=patient)
    document = get_object_or_404(ConsentDocument.objects.visible_to(user).filter(shown).distinct(), pk=document_id)
    form = SignForm(request.POST or None)
    if request.method == "POST" and mine is None and form.is_valid():
        try:
            consent.sign(
                document_id=document.pk, signed_name=form.cleaned_data["signed_name"], by=user, now=timezone.now(),
                user_agent=request.headers.get("User-Agent", ""),
                ip_address=structlog.contextvars.get_contextvars().get("ip"),
            )  # fmt: skip
            messages.success(request, gettext("You have signed “%(title)s”.") % {"title": document.title})
            return redirect(after(request))
        except Refusal as refused:
            form.add_error(None, refused.detail)
    context = {
        "document": document,
        "text": markdown(document.body),
        "form": form,
        "consent": mine,
        "patient": patient,
        "next": request.POST.get("next") or request.GET.get("next"),
        "back_url": after(request) if mine is None else "",
    }
    return render(request, "intake/sign_consent.html", context)


@require_safe
def consents(request: HttpRequest) -> HttpResponseBase:
    """List one's signatures."""
    user = signed_in(request)
    signed = Consent.objects.visible_to(user).filter(patient__user=user).select_related("document", "patient")
    return render(request, "intake/consents.html", {"consents": signed.order_by("-signed_at", "id")})


@require_POST
def withdraw_consent(request: HttpRequest, consent_id: UUID) -> HttpResponseBase:
    """Take a signature back."""
    try:
        consent.withdraw(consent_id=consent_id, by=signed_in(request), now=timezone.now())
        messages.success(request, gettext("Your consent is withdrawn."))
    except Refusal as refused:
        messages.error(request, refused.detail)
    return redirect("intake:consents")
