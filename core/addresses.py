"""From where a request comes: what every limit by address counts."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the address of who asks; of IPv6 the network that one customer has, of which each has 2^64 addresses.

    X-Forwarded-For is believed for as many entries, from its end, as there are proxies of ours (`TRUSTED_PROXIES`):
    whatever stands before them was written by who asks. With none it is not read.
    """
    found: str = request.META.get("REMOTE_ADDR", "")
    said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if settings.TRUSTED_PROXIES and said != [""]:
        found = said[-min(settings.TRUSTED_PROXIES, len(said))]
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return found[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
