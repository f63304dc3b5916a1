"""A double of Twilio's Messages resource: it checks who calls and the form of what it gets, and counts."""

import base64
import json
import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ACCOUNT, TOKEN, FROM = "AC" + "0" * 32, "not-a-secret", "+12025550100"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
ALLOWED = {"To", "From", "Body", "StatusCallback"}
# Numbers that behave in a way of their own.
LANDLINE, STOPPED, BUSY, BROKEN, SILENT, LOST = (f"+1212555019{digit}" for digit in range(6))
REFUSALS = {LANDLINE: (400, 21614), STOPPED: (400, 21610), BUSY: (429, 20429), BROKEN: (500, 20500)}


class Carrier:
    """What the double was told, and what it accepted."""

    def __init__(self):
        self.accepted, self.faults = [], []
        self.has_more_pages = False

    def accept(self, words):
        message = {
            "sid": f"SM{len(self.accepted):032x}",
            "to": words["To"],
            "body": words["Body"],
            "status": "queued",
            "date_created": format_datetime(datetime.now(UTC)),
            "status_callback": words.get("StatusCallback"),
        }
        self.accepted.append(message)
        return message


def faults_of(headers, words):
    """Return what Twilio would refuse about a request."""
    wanted = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    checks = {
        "authorization": headers.get("Authorization") == wanted,
        "content type": headers.get("Content-Type") == "application/x-www-form-urlencoded",
        "unknown field": set(words) <= ALLOWED,
        "To is E.164": bool(re.fullmatch(r"\+[1-9]\d{7,14}", words.get("To", ""))),
        "From": words.get("From") == FROM,
        "Body": 0 < len(words.get("Body", "")) <= 1600,
        "StatusCallback": words.get("StatusCallback", "https://").startswith("https://"),
    }
    return [name for name, is_well in checks.items() if not is_well]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    carrier: Carrier

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        words = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
        faults = faults_of(self.headers, words) if self.path == PATH else ["path"]
        self.carrier.faults += faults
        if faults:
            self._answer(400, {"code": 21211, "message": ", ".join(faults), "status": 400})
        elif words["To"] in REFUSALS:
            status, code = REFUSALS[words["To"]]
            self._answer(status, {"code": code, "message": "refused", "status": status})
        elif words["To"] in {SILENT, LOST}:
            if words["To"] == LOST:
                self.carrier.accept(words)
            # The connection ends without an answer; only for LOST the message is on its way.
            self.close_connection = True
        else:
            self._answer(201, self.carrier.accept(words))

    def do_GET(self):
        address = urlsplit(self.path)
        to = parse_qs(address.query)["To"][0]
        found = [one for one in reversed(self.carrier.accepted) if one["to"] == to]
        more = PATH + "?Page=1" if self.carrier.has_more_pages else None
        self._answer(200, {"messages": found, "next_page_uri": more})

    def _answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        """Say nothing."""


@contextmanager
def running(settings):
    """Run the double for the length of a `with` block and let the settings name it."""
    carrier = Carrier()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"carrier": carrier}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    settings.TEXT_MESSAGES = "twilio"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = ACCOUNT, TOKEN, FROM
    settings.TWILIO_API_URL = f"http://127.0.0.1:{server.server_port}"
    settings.SITE_URL = "https://clinic.example"
    try:
        yield carrier
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
