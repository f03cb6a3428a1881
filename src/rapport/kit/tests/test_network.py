"""The client's address is believed only from our own proxies."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from rapport.kit.network import as_counted, client_address, within


@pytest.mark.parametrize(
    ("tls", "nearest", "forwarded", "found"),
    [
        (False, "127.0.0.1", "203.0.113.5", "127.0.0.1"),  # no proxy: the header is anybody's word
        (True, "127.0.0.1", "203.0.113.5", "203.0.113.5"),
        (True, "198.51.100.9", "203.0.113.5", "198.51.100.9"),  # past the proxy
        (True, "127.0.0.1", "10.0.0.1, 203.0.113.5", "203.0.113.5"),  # the client wrote the first itself
        (True, "127.0.0.1", "203.0.113.5, 127.0.0.1", "203.0.113.5"),
        (True, "127.0.0.1", "203.0.113.5, nonsense", "127.0.0.1"),
        (True, "127.0.0.1", "", "127.0.0.1"),
        (True, "::ffff:127.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
    ],
)
def test_the_address_of_a_request(settings: Settings, tls: bool, nearest: str, forwarded: str, found: str) -> None:
    settings.TLS = tls
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=nearest)
    assert client_address(request) == found


def test_networks() -> None:
    assert within("10.1.2.3", ("10.1.0.0/16",)) and within("::ffff:10.1.2.3", ("10.1.0.0/16",))
    assert not within("10.2.2.3", ("10.1.0.0/16",)) and not within("", ("10.1.0.0/16",))


def test_who_has_a_whole_network_of_addresses_is_counted_once() -> None:
    assert as_counted("2001:db8:1:2::1") == as_counted("2001:db8:1:2:ffff::9") != as_counted("2001:db8:1:3::1")
    assert as_counted("203.0.113.5") != as_counted("203.0.113.6")
    assert as_counted("::ffff:203.0.113.5") != as_counted("::ffff:203.0.113.6")
