"""In which language a patient reads: that of their record, from the moment they sign in."""

from typing import Any

from django.http import HttpRequest

from config.core.http import remember_language
from config.core.models import User
from intake.models import Patient


def at_sign_in(request: HttpRequest | None = None, user: User | None = None, **_sent: Any) -> None:
    """Take up the language of the record of whom Django says to have signed in; one query a sign-in."""
    if request is None or user is None or user.is_clinical_or_admin:
        return
    language = Patient.objects.filter(user=user).values_list("preferred_language", flat=True).first()
    if language:
        remember_language(request, language)
