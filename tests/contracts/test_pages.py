"""No page is forgotten: each address that answers a GET with a page is looked at in a real browser."""

import ast
import inspect
from itertools import product as combinations

import pytest
from django.urls import Resolver404, resolve

from config.embedded import paths
from tests.contracts.product import address, routes

# Addresses that are no pages of ours, by how they begin, or by name with the reason.
ELSEWHERE = ("api/", "_allauth/", "admin/", "fhir/", "healthz/")
NO_PAGES = {
    "account_confirm_login_code": "nobody signs in by a code alone; leads to signing in",
    "account_email_verification_sent": "leads to the page that asks for the code, which is walked",
    "account_reauthenticate": "walked: test_second_factor_is_set_up_and_then_asked_for",
    "account_reset_password_from_key": "walked: test_password_is_chosen_anew_by_mail",
    "account_set_password": "every account has a password; leads to changing it",
    "clinic:queue-live": "a part of the queue's page, walked: test_new_emergency_appears_without_a_reload",
    "clinic:case-file": "a file to keep",
    "intake:file": "a file to keep",
    "intake:questionnaire-source": "a file to keep",
    "consultations:check-in": "leads to the visit",
    "consultations:mail-told": "for mail providers",
    "core:language": "takes a choice and leads back; test_language.py",
    "core:script-words": "words for scripts, no page",
    "consultations:push-worker": "a script",
    "providers:connect-calendar": "leads to the hours",
    "metrics": "figures for Prometheus, as text",
    "intake:start-questions": "leads to the first page with something open",
    "mfa_authenticate": "walked: test_second_factor_is_set_up_and_then_asked_for",
    "mfa_download_recovery_codes": "a text file",
    "mfa_login_webauthn": "what the browser asks for when somebody uses a passkey, in JSON",
    "mfa_reauthenticate": "the same template as asking for the sign-in code, which is walked",
    "mfa_reauthenticate_webauthn": "the same template, for a passkey",
    "mfa_view_recovery_codes": "walked: test_second_factor_is_set_up_and_then_asked_for",
}
_SAMPLES = ("00000000-0000-4000-8000-000000000000", "1", "x")


def test_every_page_is_looked_at_in_a_real_browser():
    seen = looked_at()

    assert sorted(name for name in pages() if name not in seen and name not in NO_PAGES) == []


def pages():
    """Return the names of the addresses that answer a GET with a page."""
    return {
        _name(route, pattern)
        for route, pattern, view in routes()
        if not route.startswith(ELSEWHERE) and _answers_get(view) and not route.endswith(".ics")
    }


def _name(route, pattern):
    try:
        return resolve(address(route)).view_name
    except Resolver404:
        return pattern.name


def _answers_get(view):
    while view is not None:
        cells = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
        if "request_method_list" in cells:
            return "GET" in cells["request_method_list"]
        view = getattr(view, "__wrapped__", None)
    return True


def looked_at():
    """Return the names of the addresses that tests/browser opens with `look`, or lists for it."""
    found = set()
    for file in sorted((paths.CHECKOUT / "tests" / "browser").glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _called(node) in {"look", "parametrize"}:
                found |= {name for part in ast.walk(node) for name in _names(part)}
    return found


def _called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _names(part):
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        texts = [part.value]
    elif isinstance(part, ast.JoinedStr):
        texts = _filled(part)
    else:
        return
    for text in texts:
        try:
            yield resolve(text.partition("?")[0]).view_name
        except Resolver404:
            continue


def _filled(text):
    holes = sum(isinstance(piece, ast.FormattedValue) for piece in text.values)
    for samples in combinations(_SAMPLES, repeat=holes):
        waiting = iter(samples)
        yield "".join(next(waiting) if isinstance(piece, ast.FormattedValue) else piece.value for piece in text.values)


@pytest.mark.parametrize("name", sorted(NO_PAGES))
def test_what_counts_as_no_page_is_an_address(name):
    assert name in pages()
