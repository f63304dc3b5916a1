"""Many signed-in people who post at once, each over a connection of its own."""

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client

TOKEN = "t" * 32
# The test server lets ten wait and turns the others away; a real one lets hundreds wait.
ThreadedWSGIServer.request_queue_size = 128


def poster(url, user, *, after=None, **more):
    """
    Return a function that posts JSON as a signed-in person over a connection of its own, with more headers.

    after  an address that the person reads before; whoever has read nothing writes their session in what they post
    """
    browser = Client()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    headers = {
        "Content-Type": "application/json",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        **more,
    }

    def ask(method, path, body=None):
        connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    if after:
        assert ask("GET", after)[0] == 200
    return lambda path, words: ask("POST", path, json.dumps(words))


def hold(post, case, start_at, **more):
    """Return the answer to holding a time for a case."""
    return post("/api/v1/holds/", {"service_request": str(case.pk), "start": start_at.isoformat(), **more})


def booking(post, case, start_at):
    """Return the act of one person: hold the time, then book it; the answer is the first refusal or the visit."""

    def act():
        status, body = hold(post, case, start_at)
        if status != 201:
            return status, body
        return post("/api/v1/appointments/", {"service_request": str(case.pk), "hold": body["id"]})

    return act
