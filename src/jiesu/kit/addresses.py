"""IP addresses: which networks are named, who stands behind our own proxies, and what an address tells about people."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["Networks", "client_of", "telling"]

#: What one household or company is given of IPv6: within it, addresses are changed at will.
IPV6_PREFIX = 64


class Networks:
    """Networks as a setting names them."""

    def __init__(self, named: Iterable[IPv4Network | IPv6Network] = ()) -> None:
        self._named = tuple(named)

    @classmethod
    def parse(cls, given: str | Iterable[str]) -> Networks:
        """From `"10.0.0.0/8, 2001:db8::1"` or a list. Raises ValueError, which says what is wrong with which."""
        names = given.replace(",", " ").split() if isinstance(given, str) else given
        return cls(ip_network(name) for name in names)

    def __contains__(self, address: str | None) -> bool:
        found = _read(address)
        return found is not None and any(found in network for network in self._named)

    def __bool__(self) -> bool:
        return bool(self._named)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Networks) and self._named == other._named

    def __hash__(self) -> int:
        return hash(self._named)

    def __str__(self) -> str:
        return ", ".join(map(str, self._named))


def client_of(peer: str | None, forwarded: str, proxies: Networks) -> str | None:
    """Who asks: the peer; behind our own proxies the right-most address of `X-Forwarded-For` that is none of theirs.

    What stands further left may have been written by anybody. None where a proxy of ours says nothing that can be read: it
    would be taken for one person who does what all do.
    """
    if peer not in proxies:
        return peer
    hops = [_read(hop) for hop in forwarded.split(",")]
    for hop in reversed(hops):
        if hop is None:
            return None
        if str(hop) not in proxies:
            return str(hop)
    return str(hops[0])


def telling(address: str | None) -> str | None:
    """The part of an address that people are counted by: IPv4 whole, of IPv6 the network.

    None for loopback and for what is no address: these tell nobody apart (the demo, or a proxy on the same machine).
    """
    found = _read(address)
    if found is None or found.is_loopback:
        return None
    return str(ip_network((found, IPV6_PREFIX), strict=False) if isinstance(found, IPv6Address) else found)


def _read(text: str | None) -> IPv4Address | IPv6Address | None:
    """The address without brackets, port and zone; IPv4 also where it is written as IPv6."""
    bare = (text or "").strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
