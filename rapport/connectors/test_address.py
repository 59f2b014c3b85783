"""What was typed is an address or none, and nothing that others must not read goes over the wire in the open."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from rapport.connectors import contract
from rapport.connectors.address import is_for_them_alone, web_address
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (" Example.org ", "https://example.org"),
        ("https://ana:pw@example.org:8443/blog/?a=1#top", "https://example.org:8443/blog"),
        ("http://example.org", "http://example.org"),
        ("[::1]:8080", "https://[::1]:8080"),
    ],
)
def test_an_address_is_read(given: str, address: str) -> None:
    assert web_address(given) == address


@pytest.mark.parametrize("given", ["", "https://", "https://[", "ftp://a.example", "a.example:port", "://a.example"])
def test_what_is_none_is_refused_for_good(given: str) -> None:
    with pytest.raises(ConnectorError, match="not the address of a site") as refused:
        web_address(given, what="site")
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("url", "private_hosts", "alone"),
    [
        ("https://example.org", (), True),
        ("wss://example.org", (), True),
        ("http://example.org", (), False),
        ("http://example.org", ("other.example", "10.0.0.0/8"), False),
        ("http://intranet.example", ("intranet.example",), True),
        ("http://intranet.example:81", ("intranet.example:80",), False),
        ("http://intranet.example", ("intranet.example:80",), True),
        ("ws://10.1.2.3", ("10.0.0.0/8",), True),
        ("http://10.1.2.3.example.org", ("10.0.0.0/8",), False),
    ],
)
def test_who_may_be_spoken_to_in_the_open(url: str, private_hosts: tuple[str, ...], alone: bool) -> None:
    assert is_for_them_alone(urlsplit(url), private_hosts) is alone


SIGNS_IN = {
    "mastodon": ("instance", {}, {"token": "right"}),
    "bluesky": ("service", {"handle": "ferry.test"}, {"password": "right"}),
    "wordpress": ("url", {"user": "ferry"}, {"password": "right"}),
}


@pytest.mark.parametrize("name", SIGNS_IN)
def test_no_connector_sends_a_secret_in_the_open_because_some_private_place_is_allowed(name: str) -> None:
    field, config, secrets = SIGNS_IN[name]
    account = Account({field: "http://a.example", **config}, secrets, private_hosts=("127.0.0.1", "10.0.0.0/8"))
    with pytest.raises(ConnectorError, match="over https") as refused:
        contract.load(name).check(account)
    assert refused.value.permanent
