"""What every page shares: who is signed in, safe headers, the second factor of staff, the clock's reader."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from config.core import sessions
from config.core.models import Role, User

Respond = Callable[[HttpRequest], HttpResponse]
# Where the session keeps the language of the reader.
LANGUAGE = "language"
_API = ("/api/", "/fhir/")
# The API answers 401 by itself (config.core.api.authentication); a redirect would only confuse its clients.
_OPEN_TO_SINGLE_FACTOR = ("/account/", "/static/", "/healthz/", *_API)


def signed_in(request: HttpRequest) -> User:
    """Return the signed-in user; PermissionDenied for anybody else."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied


def administrator(request: HttpRequest) -> User:
    """Return the signed-in administrator; PermissionDenied for anybody else."""
    user = signed_in(request)
    if user.role != Role.ADMIN:
        raise PermissionDenied
    return user


def whole_number(text: str) -> int | None:
    """Return a number out of an address or a hidden field; None for anything else, and for more than nine digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class SignInFirst(LoginRequiredMiddleware):
    """Asks who is not signed in to sign in, and then shows the page that they were on."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """Lead to the sign-in page."""
        return _to_sign_in(request)


def _to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    return redirect_to_login(_place(request), resolve_url(settings.LOGIN_URL))


def _place(request: HttpRequest) -> str:
    """Return where a reader goes on after signing in: the page asked for, or that from which something was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    # Many addresses take only what a form sends: leading back to one of them would end at an empty page.
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    parts = urlsplit(page)
    return urlunsplit(("", "", parts.path, parts.query, ""))


class SafeHeaders:
    """Keeps pages of signed-in people out of caches, and powerful browser features off."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then add the headers."""
        response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class ReaderLanguage:
    """
    Answers a patient in the language of their record, whatever their browser says.

    Who has none yet keeps what LocaleMiddleware found: the language they picked below a page, or their browser's.
    The pages of staff are English; half a page in another language would help nobody.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        user = request.user
        if isinstance(user, User):
            language = request.session.get(LANGUAGE) if user.role == Role.PATIENT else "en"
            if language:
                translation.activate(language)
        return self.get_response(request)


def remember_language(request: HttpRequest, language: str) -> None:
    """Keep the language of a person's record for as long as they are signed in, so that no page has to ask for it."""
    request.session[LANGUAGE] = language


class WordsForWrongMethod:
    """Says on a page that an address takes only what a form sends; Django answers with nothing at all."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with words where a 405 has none."""
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content or request.path.startswith(_API):
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class StaffSecondFactor:
    """Ends idle sessions on the server, and keeps staff to account pages until they have a second factor."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless the session slept too long or lacks the second factor."""
        user = request.user
        if isinstance(user, User) and not request.path.startswith("/_allauth/"):
            if sessions.slept(request.session, user, now=timezone.now()):
                logout(request)
                if not request.path.startswith(_API):
                    return _to_sign_in(request)
            elif not request.path.startswith(_OPEN_TO_SINGLE_FACTOR) and sessions.lacks_second_factor(
                request.session, user
            ):
                return redirect("mfa_index")
        return self.get_response(request)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs on every page."""
    return {
        "clinic_name": settings.CLINIC_NAME,
        "clinic_phone": settings.CLINIC_PHONE,
        "demo": settings.DEMO,
        "navigation": _navigation(request),
    }


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    role = user.role if isinstance(user, User) else "anonymous"
    return [
        {"label": label, "url": url, "current": request.path.startswith((url, *parts))}
        for label, url, *parts in settings.NAVIGATION.get(role, ())
    ]
