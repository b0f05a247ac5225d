"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# Stands for an address that nobody can tell: behind a socket file, or a header that is not an address.
OKAND = "0.0.0.0"
# The longest address is 45 characters, and a zone and a port beside it.
_LANGST = 100


def klientadress(request: HttpRequest) -> str:
    """The client's address, always one that can be stored as an address.

    Behind the proxy it is the last entry of X-Forwarded-For: the one that the proxy wrote. Earlier entries
    come from the client, who may write anything. What is no address there gives the proxy's own.
    """
    kedja = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return (
        tolka_adress(kedja.rsplit(",", 1)[-1]) or tolka_adress(request.META.get("REMOTE_ADDR", "")) or OKAND
    )


def raknad_adress(request: HttpRequest) -> str:
    """What guesses are counted by: the address, or for IPv6 its network of 64 bits, of which one client has all."""
    adress = ipaddress.ip_address(klientadress(request))
    if adress.version == 4:
        return str(adress)
    return str(ipaddress.ip_network((int(adress), 64), strict=False).network_address)


def tolka_adress(text: str) -> str:
    """The address in «1.2.3.4», «1.2.3.4:5678», «2001:db8::1», «[2001:db8::1]:443» or «fe80::1%eth0», without port and
    zone, or "" when it is none. An IPv4 address inside an IPv6 one is written as IPv4."""
    text = text.strip()
    if len(text) > _LANGST:
        return ""
    if text.startswith("["):
        text = text[1:].split("]", 1)[0]
    elif text.count(":") == 1:
        text = text.split(":", 1)[0]
    try:
        adress = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return ""
    return str(getattr(adress, "ipv4_mapped", None) or adress)
