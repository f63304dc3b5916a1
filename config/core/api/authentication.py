"""Who calls the API: the session token of django-allauth's headless API, or the browser's cookie."""

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from rest_framework.request import Request


class SessionToken(XSessionTokenAuthentication):  # type: ignore[misc]
    """Accepts `X-Session-Token`, and makes DRF answer 401 instead of 403 to somebody not signed in."""

    def authenticate_header(self, _request: Request) -> str:
        """Return the challenge of a 401."""
        return "Session"
