"""A double of a push service, and of the browser behind it: it checks who sends, decrypts what comes, and counts."""

import base64
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from consultations.adapters import push

HOST = "fcm.googleapis.com"
STATUSES = {"gone": 410, "unknown": 404, "busy": 429, "broken": 503, "refused": 403, "elsewhere": 302}
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def text(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Browser:
    """One that made a subscription at the double; `way` says how the service treats it."""

    def __init__(self, way="well"):
        self.private, self.secret = ec.generate_private_key(ec.SECP256R1()), b"sixteen letters."
        self.endpoint = f"https://{HOST}/{way}/{id(self)}"

    @property
    def told(self):
        """What its page posts to us."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "key": text(point), "secret": text(self.secret)}


class PushService:
    """What the double was told, and what it accepted."""

    def __init__(self):
        self.browsers, self.shown, self.faults, self.asked = {}, [], [], 0

    def browser(self, way="well"):
        made = Browser(way)
        self.browsers[made.endpoint.removeprefix(f"https://{HOST}")] = made
        return made

    def check(self, path, headers, body):
        """Check a request as the service and the browser would, and show what is in it."""
        token = headers["Authorization"].removeprefix("vapid t=").partition(",k=")[0]
        claims = _read(token.split(".")[1])
        checks = {
            "signature": Vapid02.verify(headers["Authorization"]),
            "key": headers["Authorization"].endswith(f"k={push.public_key()}"),
            "aud": claims["aud"] == f"https://{HOST}",
            "exp": time.time() < claims["exp"] <= time.time() + 24 * 3600,
            "sub": claims["sub"].startswith("mailto:"),
            "host": headers["Host"] == HOST,
            "encoding": headers["Content-Encoding"] == "aes128gcm",
            "ttl": headers["TTL"].isdigit() and int(headers["TTL"]) <= 28 * 86400,
            "topic": 0 < len(headers["Topic"]) <= 32,
            "length": len(body) <= 4096,
        }
        self.faults += [name for name, is_well in checks.items() if not is_well]
        behind = self.browsers[path]
        opened = http_ece.decrypt(body, private_key=behind.private, auth_secret=behind.secret, version="aes128gcm")
        self.shown.append((json.loads(opened), headers["Topic"]))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: PushService

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.service.asked += 1
        way = self.path.split("/")[1]
        if way == "silent":
            self.close_connection = True
            return
        if way == "well":
            self.service.check(self.path, self.headers, body)
        self.send_response(STATUSES.get(way, 201))
        self.send_header("Location", "https://127.0.0.1:1/m/message-7")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words):
        """Say nothing."""


@contextmanager
def running(settings, monkeypatch):
    """Run the double for the length of a `with` block; every known service is it."""
    service = PushService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"service": service}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    settings.PUSH_PRIVATE_KEY = push.new_key()
    monkeypatch.setattr(
        push,
        "_pool",
        lambda _host: urllib3.HTTPConnectionPool("127.0.0.1", server.server_port, retries=False, timeout=5),
    )
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
