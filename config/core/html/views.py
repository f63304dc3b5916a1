"""The front page, and everybody's own account."""

from allauth.mfa.utils import is_mfa_enabled
from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.core.http import signed_in


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Say what this is, which services there are, and where to begin."""
    # The kernel knows no app by import; which lines can be asked for, the installed providers app says.
    active = apps.get_model("providers", "HealthcareService")._default_manager.filter(is_active=True)
    services = [{"line": line, "url": f"/services/{line.slug}/"} for line in active.order_by("name", "id")[:12]]
    return render(request, "core/landing.html", {"services": services, "home_url": settings.LOGIN_REDIRECT_URL})


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show how the user signs in, where each part is changed, and what else is theirs."""
    user = signed_in(request)
    places = settings.ACCOUNT_PLACES.get(user.role, ())
    return render(request, "core/account.html", {"second_step": is_mfa_enabled(user), "places": places})
