"""
Notifications on devices: Web Push, encrypted for the device, signed with the clinic's key.

The address of a device comes from its browser, so from outside: only push services that are known are asked, at public
addresses. A notification that comes twice is shown once: the service replaces it by its topic, the device by its tag.

Source  RFC 8030 (push), RFC 8188 and RFC 8291 (encryption), RFC 8292 (VAPID)
"""

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

import http_ece
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from config.core import outbound
from consultations.adapters.outcome import Outcome, Result

_TIMEOUT = urllib3.Timeout(connect=3, read=5)
_GOOD_FOR = 12 * 3600
_GONE = {404, 410}
# Services keep a message for four weeks at most.
_LONGEST = 28 * 86400


class BadAddress(Exception):
    """A device that cannot be written to; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Device:
    """One browser of a person; `key` and `secret` are what it gave us to encrypt for it."""

    id: UUID
    endpoint: str
    key: bytes
    secret: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """
    One notification for every device of a person.

    body     JSON for the script that shows it
    topic    names it to the service, at most 32 letters
    seconds  how long it is of use
    """

    devices: Sequence[Device]
    body: bytes
    topic: str
    seconds: int


def is_on() -> bool:
    """Tell whether the clinic has a key, without which there are no notifications."""
    return bool(settings.PUSH_PRIVATE_KEY)


def public_key() -> str:
    """Return the clinic's public key as browsers take it; empty without a private one."""
    return public_key_of(settings.PUSH_PRIVATE_KEY) if is_on() else ""


def public_key_of(private: str) -> str:
    """Return the public half of a key, in base64url without padding."""
    point = Vapid02.from_string(private).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _text(point)


def new_key() -> str:
    """Return a new private key, in base64url without padding."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _text(number.to_bytes(32, "big"))


def device(*, pk: UUID, endpoint: str, key: str, secret: str) -> Device:
    """
    Return a device as its browser told it, in base64url.

    Raises  BadAddress: its service is not known here, or its keys are none
    """
    _checked(endpoint)
    try:
        point, salt = _bytes(key), _bytes(secret)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise BadAddress("bad-keys") from error
    if len(point) != 65 or len(salt) != 16:
        raise BadAddress("bad-keys")
    return Device(pk, endpoint, point, salt)


def send(note: Note) -> Outcome:
    """
    Hand one notification to the service of each device.

    Returns  SENT when one of them took it, RETRY when one may take it later, else REFUSED; with the devices that are
             gone. An answer that was lost is asked for again: nothing comes twice of it
    """
    answers = [(one, _send(note, one)) for one in note.devices]
    gone = tuple(one.id for one, answer in answers if answer.why == "push-gone")
    order = [Result.SENT, Result.RETRY, Result.REFUSED]
    best = min((answer for _, answer in answers), key=lambda answer: order.index(answer.result), default=None)
    if best is None:
        return Outcome(Result.REFUSED, why="push-gone")
    return Outcome(best.result, why=best.why, gone=gone, provider_id=best.provider_id)


def _send(note: Note, to: Device) -> Outcome:
    try:
        parts = _checked(to.endpoint)
        pool = _pool(parts.hostname or "")
    except (BadAddress, outbound.NoPublicAddress) as error:
        # A name that cannot be found may be found later.
        lost = error.code == "no-such-host"
        return Outcome(Result.RETRY if lost else Result.REFUSED, why="no-connection" if lost else "push-address")
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        answer = pool.request("POST", path, body=_sealed(note.body, to), headers=_headers(note, parts), redirect=False)
    except (urllib3.exceptions.HTTPError, OSError):
        return Outcome(Result.RETRY, why="no-connection")
    finally:
        pool.close()
    return _outcome(answer.status, answer.headers.get("Location", ""))


def _outcome(status: int, location: str) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Result.SENT, provider_id=location.rpartition("/")[2][:200])
    if status in _GONE:
        return Outcome(Result.REFUSED, why="push-gone")
    if status == 429 or status >= 500:
        return Outcome(Result.RETRY, why=f"push-{status}")
    return Outcome(Result.REFUSED, why=f"push-{status}")


def _checked(endpoint: str) -> SplitResult:
    """Return the parts of an address of a known service: https on its usual port, and nothing else in it."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise BadAddress("bad-address") from error
    host = parts.hostname or ""
    if parts.scheme != "https" or port not in {None, 443} or parts.username or parts.password or parts.fragment:
        raise BadAddress("bad-address")
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise BadAddress("bad-address")
    if not any(host == one or host.endswith(f".{one}") for one in settings.PUSH_HOSTS):
        raise BadAddress("service-not-known")
    return parts


def _pool(host: str) -> urllib3.HTTPConnectionPool:
    """Return a connection to the very address that was looked at."""
    address = outbound.public_address(host)
    return urllib3.HTTPSConnectionPool(
        address, 443, server_hostname=host, assert_hostname=host, timeout=_TIMEOUT, retries=False
    )


def _sealed(body: bytes, to: Device) -> bytes:
    once = ec.generate_private_key(ec.SECP256R1())
    sealed: bytes = http_ece.encrypt(body, private_key=once, dh=to.key, auth_secret=to.secret, version="aes128gcm")
    return sealed


def _headers(note: Note, parts: SplitResult) -> dict[str, str]:
    contact = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    claims = {
        "aud": f"https://{parts.hostname}",
        "exp": int(time.time()) + _GOOD_FOR,
        "sub": f"mailto:{contact}",
    }
    signed: dict[str, str] = Vapid02.from_string(settings.PUSH_PRIVATE_KEY).sign(claims)
    return {
        **signed,
        "Host": parts.hostname or "",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, min(note.seconds, _LONGEST))),
        "Topic": note.topic,
        "Urgency": "normal",
        "User-Agent": "anteroom",
    }


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
