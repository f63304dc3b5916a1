"""
Where a request to an address from outside may go: to public addresses only.

Source  OWASP ASVS 5.0, 1.3.6 and 15.3.2
"""

import ipaddress
import socket
from collections.abc import Callable

# Addresses that a gateway turns into IPv4 ones, which may be inside (RFC 6052, RFC 8215).
_TRANSLATED = [ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")]

Resolve = Callable[[str], list[str]]


class NoPublicAddress(Exception):
    """The host must not be asked; `code` says why, in words that name nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def public_address(host: str, *, resolve: Resolve | None = None) -> str:
    """
    Return one public IP address of a host.

    Raises  NoPublicAddress when any of its addresses is not public: a name that leads inside at times is not asked at
            all. Who connects goes to that very address, so that a second answer of the name server changes nothing.
    """
    try:
        found = (resolve or _resolved)(host)
    except OSError as error:
        raise NoPublicAddress("no-such-host") from error
    if not found or not all(_is_public(one) for one in found):
        raise NoPublicAddress("private-address")
    return found[0]


def _resolved(host: str) -> list[str]:
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            address = inner
    if any(address in network for network in _TRANSLATED):
        return False
    return address.is_global and not address.is_multicast
