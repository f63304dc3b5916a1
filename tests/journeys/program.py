"""A program that speaks to the JSON API as an integrator's would: a session token, JSON, nothing of ours imported."""

import json
import re

from django.core import mail
from django.test import Client

SIGN_IN = "/_allauth/app/v1/"
PASSWORD = "correct horse battery staple"


class Program:
    """One person's program. `post` and the like fail on any other status than the one expected."""

    def __init__(self, email):
        self.email = email
        self.token = ""
        self.client = Client()

    def call(self, method, path, body=None, *, expect, **headers):
        address = path if path.startswith("/") else f"/api/v1/{path}"
        if self.token:
            headers["X-Session-Token"] = self.token
        self.client.cookies.clear()
        answer = self.client.generic(
            method, address, "" if body is None else encode(body), content_type="application/json", headers=headers
        )
        assert answer.status_code == expect, (method, address, answer.status_code, answer.content.decode()[:2000])
        return answer.json() if answer.content and "json" in answer["Content-Type"] else answer

    def get(self, path, *, expect=200, **headers):
        return self.call("GET", path, expect=expect, **headers)

    def post(self, path, body=None, *, expect=200, **headers):
        return self.call("POST", path, body or {}, expect=expect, **headers)

    def sign_up(self):
        """Make an account, and prove the address with the code that came by mail."""
        begun = self.post(f"{SIGN_IN}auth/signup", {"email": self.email, "password": PASSWORD}, expect=401)
        self.token = begun["meta"]["session_token"]
        assert {"id": "verify_email", "is_pending": True}.items() <= begun["data"]["flows"][-1].items()
        self._keep(self.post(f"{SIGN_IN}auth/email/verify", {"key": code_for(self.email)}))

    def sign_in(self):
        """Sign in anew, as after a session that slept too long."""
        self.token = ""
        self._keep(self.post(f"{SIGN_IN}auth/login", {"email": self.email, "password": PASSWORD}))

    def _keep(self, answer):
        assert answer["meta"]["is_authenticated"]
        self.token = answer["meta"].get("session_token", self.token)


def encode(body):
    """Return a body as JSON."""
    return body if isinstance(body, str | bytes) else json.dumps(body)


def code_for(email):
    """Return the code of the newest mail to an address."""
    mine = next(one for one in reversed(mail.outbox) if one.to == [email])
    return re.search(r"^ {4}(\S+)$", mine.body, re.MULTILINE).group(1)
