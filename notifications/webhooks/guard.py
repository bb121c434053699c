"""Where a webhook may go: to a public address by HTTPS, and nowhere into our own network (server-side request forgery).

An address is judged twice: in writing when an endpoint is registered, and again, and by what its name resolves to, each
time something is sent. The connection is then made to the very address that was judged, so that a name which resolves
otherwise a moment later gains nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # what one cloud tells its machines of themselves, at a public address
        "192.0.0.0/24",  # and another; older Pythons know only part of it as special
        "192.88.99.0/24", "2002::/16", "2001::/32",  # IPv4 addresses in disguise: 6to4, Teredo
    )
)  # fmt: skip
"""What is refused besides all that is not global (RFC 6890: private, loopback, link-local, shared, documentation)."""
GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
"""Where every IPv6 address of the public internet lies; outside are NAT64, site-local and what was never given out."""


class Refused(Exception):
    """Nothing may be sent there; the text says why, in a sentence for the endpoint's keeper."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """An address taken apart."""

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Take an address apart, and judge what can be judged without asking anybody.

    :raises Refused: if nothing may be sent there.
    """
    if not url.isascii() or any(character.isspace() or not character.isprintable() for character in url):
        raise Refused("Write the address in ASCII, without spaces (a name in other letters in its xn-- form).")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("This is not a web address.") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in {"https", "http"} or not host or "%" in host:
        raise Refused("Give an address that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise Refused("Leave the user and password out of the address: the signature says who sends.")
    if parts.fragment:
        raise Refused("Leave out what follows the #: it is never sent.")
    number = _number(host)
    if number is not None:
        check_address(number)
    elif "." not in host and not (settings.WEBHOOKS_MAY_GO_TO_LOOPBACK and host == "localhost"):
        raise Refused("Give a name with a dot in it: a name without one is a machine of our own network.")
    is_loopback = host == "localhost" or (number is not None and number.is_loopback)
    if parts.scheme == "http" and not (settings.WEBHOOKS_MAY_GO_TO_LOOPBACK and is_loopback):
        raise Refused("Give an address that begins with https://.")
    if not is_loopback and not _is_named(host):
        raise Refused("Webhooks may not go to this host. Ask whoever runs this service to name it (WEBHOOK_HOSTS).")
    is_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls=is_tls, host=host, port=port or (443 if is_tls else 80), path=path)


def _is_named(host: str) -> bool:
    """Whether whoever runs the service has named a host, or all below one (".nhs.uk"), or every one ("*")."""
    names = {name.lower() for name in settings.WEBHOOK_HOSTS}
    above = {host[place:] for place, letter in enumerate(host) if letter == "."}
    return not names.isdisjoint({host, "*", *above})


def check_address(address: IPAddress) -> None:
    """Judge one internet address.

    :raises Refused: if it is none of the public internet; loopback may be allowed where nobody real is served.
    """
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback and settings.WEBHOOKS_MAY_GO_TO_LOOPBACK:
        return
    is_public = address.is_global and not address.is_multicast and not address.is_reserved
    if isinstance(address, ipaddress.IPv6Address):
        is_public = is_public and address in GIVEN_OUT
    if not is_public or any(address in network for network in REFUSED):
        raise Refused("The address is not one of the public internet.")


def resolve(target: Target) -> list[IPAddress]:
    """Return the internet addresses of a target, each judged. One that may not be reached spoils them all.

    :raises Refused: if one of them may not be reached.
    :raises OSError: if the name is not known.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    addresses = list(dict.fromkeys(ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_, where in found))
    for address in addresses:
        check_address(address)
        if not target.is_tls and not address.is_loopback:
            raise Refused("Give an address that begins with https://.")
    return addresses


def _number(host: str) -> IPAddress | None:
    """Return the address that a host is written as, if it is one: also 2130706433, 0x7f.1 and 127.1, as a resolver
    would.
    """
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
