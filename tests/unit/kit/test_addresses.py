"""Who asks: what the peer and our own proxies say, and nothing that the asker can write."""

from __future__ import annotations

import pytest

from jiesu.kit.addresses import Networks, client_of, telling

PROXIES = Networks.parse("10.0.0.0/8, 2001:db8:1::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.9", "203.0.113.7"),  # not a proxy of ours
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.9", "198.51.100.9"),  # the first is the asker's invention
        ("10.0.0.1", "1.1.1.1, 198.51.100.9, 10.0.0.2", "198.51.100.9"),  # two proxies in a row
        ("::ffff:10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("2001:db8:1::5", "2001:db8:2::7", "2001:db8:2::7"),
        ("10.0.0.1", "[2001:db8:2::7]:443", "2001:db8:2::7"),
        ("10.0.0.1", "198.51.100.9:51000", "198.51.100.9"),
        ("10.0.0.1", "10.0.0.9", "10.0.0.9"),  # somebody of the proxies' own network
        ("10.0.0.1", "", None),
        ("10.0.0.1", "198.51.100.9, unknown", None),
        ("10.0.0.1", "garbage, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "\x00" * 100 + ",,,", None),
        (None, "198.51.100.9", None),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_proxy_of_ours(peer, forwarded, client):
    assert client_of(peer, forwarded, PROXIES) == client


def test_without_named_proxies_nobody_is_believed():
    assert client_of("127.0.0.1", "198.51.100.9", Networks()) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:2:3:4::5", "2001:db8:2:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("testclient", None),
        ("", None),
        (None, None),
    ],
)
def test_people_are_counted_by_ipv4_address_and_ipv6_network(address, place):
    assert telling(address) == place
