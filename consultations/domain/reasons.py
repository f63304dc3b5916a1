"""Why a visit was cancelled, where nobody typed a reason: kept in English, told in the language of who reads."""

from django.utils import translation
from django.utils.translation import gettext_noop

BY_LINK = gettext_noop("Cancelled by the link of a message.")
CASE_CLOSED = gettext_noop("The case was closed by the clinician.")


def told(reason: str) -> str:
    """Return a stored reason as a patient reads it; what a person wrote stays as it is."""
    return translation.gettext(reason) if reason in {BY_LINK, CASE_CLOSED} else reason
