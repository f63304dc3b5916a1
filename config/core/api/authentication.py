"""Who calls the API: the session token of django-allauth's headless API, or the browser's cookie."""

from typing import Any

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config.core import sessions
from config.core.models import User


class SessionToken(XSessionTokenAuthentication):  # type: ignore[misc]
    """Accepts `X-Session-Token`, and makes DRF answer 401 instead of 403 to somebody not signed in."""

    def authenticate(self, request: HttpRequest) -> tuple[User, Any] | None:
        """Return the token's owner; 401 when the session slept too long or lacks the second factor of staff."""
        found: tuple[User, SessionBase] | None = super().authenticate(request)
        if found is None:
            return None
        user, session = found
        if sessions.slept(session, user, now=timezone.now()):
            session.flush()
            message = "You were signed out because nothing happened for a while. Sign in again."
            raise AuthenticationFailed(message)
        _demand_second_factor(session, user)
        if session.modified:
            session.save()
        return user, session

    def authenticate_header(self, _request: Request) -> str:
        """Return the challenge of a 401."""
        return "Session"


class SessionCookie(SessionAuthentication):
    """Accepts the browser's cookie with its CSRF token; the pages' middleware has looked at the session's sleep."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """Return the cookie's owner; 401 when staff have not shown their second factor."""
        found = super().authenticate(request)
        if found is None:
            return None
        user, _none = found
        if isinstance(user, User):
            _demand_second_factor(request.session, user)
            return user, None
        return None


def _demand_second_factor(session: SessionBase, user: User) -> None:
    if sessions.lacks_second_factor(session, user):
        message = "Sign in with your second factor: people who work here need one."
        raise AuthenticationFailed(message)
