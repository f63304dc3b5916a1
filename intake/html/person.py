"""Who one is and where one is: said once, changed any time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from config.core.errors import Refusal
from config.core.http import remember_language, signed_in
from intake.flows import register as registration
from intake.html.forms import DetailsForm
from intake.html.places import HOME
from intake.models import Patient


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponseBase:
    """Ask who one is; POST makes the record and goes on."""
    user = signed_in(request)
    if Patient.objects.visible_to(user).exists():
        return redirect(after(request))
    form = DetailsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            patient = registration.register(details=form.details(), by=user, now=timezone.now())
            remember_language(request, patient.preferred_language)
            return redirect(after(request))
        except Refusal as refused:
            show_refusal(form, refused)
    return _show(request, form, title=gettext("Tell us who you are"), submit=gettext("Save and go on"))


@require_http_methods(["GET", "POST"])
def change_details(request: HttpRequest) -> HttpResponseBase:
    """Show one's details; POST changes them."""
    user = signed_in(request)
    patient = Patient.objects.visible_to(user).first()
    if patient is None:
        return redirect("intake:register")
    form = DetailsForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        try:
            patient = registration.change(changes=form.cleaned_data, by=user, now=timezone.now())
            translation.activate(patient.preferred_language)
            remember_language(request, patient.preferred_language)
            messages.success(request, gettext("Your details are saved."))
            return redirect(after(request))
        except Refusal as refused:
            show_refusal(form, refused)
    return _show(request, form, title=gettext("Your details"), submit=gettext("Save"), change=True)


def show_refusal(form: DetailsForm, refused: Refusal) -> None:
    """Put what a flow refused at the fields that it names."""
    for error in refused.errors:
        form.add_error(error.field if error.field in form.fields else None, error.detail)
    if not refused.errors:
        form.add_error(None, refused.detail)


def after(request: HttpRequest) -> str:
    """Return where to go afterwards: `next` if it is a page of ours, home otherwise."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else HOME


def _show(request: HttpRequest, form: DetailsForm, *, title: str, submit: str, change: bool = False) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "change": change,
        "next": request.POST.get("next") or request.GET.get("next"),
    }
    return render(request, "intake/details.html", context)
