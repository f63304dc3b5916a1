"""A program that speaks to the JSON API as an integrator's would: a session token, JSON, nothing of ours imported."""

import json
import re
from email import message_from_bytes, policy
from http.client import HTTPConnection

from django.core import mail
from django.test import Client

SIGN_IN = "/_allauth/app/v1/"
PASSWORD = "correct horse battery staple"


class InProcess:
    """The way to the product inside the test's own process; mails are where Django keeps them for tests."""

    def request(self, method, address, body, headers):
        answer = Client().generic(method, address, body, content_type="application/json", headers=headers)
        return answer.status_code, answer["Content-Type"] if answer.content else "", answer.content

    def newest_mail(self, email):
        return next(one.body for one in reversed(mail.outbox) if one.to == [email])


class OverHttp:
    """The way to a product that runs by itself; mails are the files of its SMTP receiver."""

    def __init__(self, port, mails):
        self.port, self.mails = port, mails
        self.addresses = []

    def request(self, method, address, body, headers):
        self.addresses.append(address)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, address, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            connection.close()

    def all_mails(self):
        """Return the mails in the order of their arrival."""
        return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in sorted(self.mails.glob("*.eml"))]

    def newest_mail(self, email):
        newest = [one for one in self.all_mails() if one["X-Envelope-To"] == email][-1]
        return "\n".join(newest.get_body(("plain",)).get_content().splitlines())


class Program:
    """One person's program. `get` and `post` fail on any other status than the one expected."""

    def __init__(self, email, way=None):
        self.email, self.way = email, way or InProcess()
        self.token = ""

    def call(self, method, path, body=None, *, expect, **headers):
        address = path if path.startswith("/") else f"/api/v1/{path}"
        if self.token:
            headers["X-Session-Token"] = self.token
        status, kind, content = self.way.request(method, address, "" if body is None else json.dumps(body), headers)
        assert status == expect, (method, address, status, content.decode()[:2000])
        return json.loads(content) if "json" in kind else content

    def get(self, path, *, expect=200, **headers):
        return self.call("GET", path, expect=expect, **headers)

    def post(self, path, body=None, *, expect=200, **headers):
        return self.call("POST", path, body or {}, expect=expect, **headers)

    def sign_up(self):
        """Make an account, and prove the address with the code that came by mail."""
        begun = self.post(f"{SIGN_IN}auth/signup", {"email": self.email, "password": PASSWORD}, expect=401)
        self.token = begun["meta"]["session_token"]
        assert {"id": "verify_email", "is_pending": True}.items() <= begun["data"]["flows"][-1].items()
        code = re.search(r"^ {4}(\S+)$", self.way.newest_mail(self.email), re.MULTILINE).group(1)
        self._keep(self.post(f"{SIGN_IN}auth/email/verify", {"key": code}))

    def sign_in(self):
        """Sign in anew, as after a session that slept too long."""
        self.token = ""
        self._keep(self.post(f"{SIGN_IN}auth/login", {"email": self.email, "password": PASSWORD}))

    def _keep(self, answer):
        assert answer["meta"]["is_authenticated"]
        self.token = answer["meta"].get("session_token", self.token)
