"""Where a buyer may be sent to pay."""

import pytest

from store.xendit import AllowedHosts

LIVE = AllowedHosts("https://api.xendit.co")
SANDBOX = AllowedHosts("http://127.0.0.1:8001")
NAMES_OF_THE_SANDBOX = ["http://127.0.0.1:8001", "http://localhost:8001", "http://LOCALHOST.:8001/"]

ALLOWED = [
    "https://xendit.co/", "https://checkout.xendit.co/sessions/ps-1?a=b#c", "https://a.b.xendit.co/x", "https://xen.to/x",
    "https://pay.xen.to/x", "https://checkout.xendit.co:443/x", "https://CHECKOUT.XENDIT.CO/x", "HTTPS://xen.to/x",
    "https://xendit.co./",
]  # fmt: skip
REFUSED = {
    "nothing": "",
    "plain http": "http://checkout.xendit.co/x",
    "another port": "https://checkout.xendit.co:8443/x",
    "a port that is none": "https://checkout.xendit.co:99999/x",
    "a port in words": "https://checkout.xendit.co:http/x",
    "a name before @": "https://xendit.co@evil.example/",
    "a name and a password": "https://xendit.co:443@evil.example/",
    "user at xendit": "https://user@checkout.xendit.co/",
    "empty user at xendit": "https://@checkout.xendit.co/",
    "a longer domain": "https://xendit.co.evil.example/",
    "a domain that ends alike": "https://evilxendit.co/",
    "a domain that ends in xen.to": "https://notxen.to/",
    "two dots at the end": "https://xendit.co../",
    "another top level": "https://xendit.com/",
    "script": "javascript:alert(1)",
    "script with slashes": "javascript://xendit.co/%0aalert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "no scheme": "//checkout.xendit.co/x",
    "three slashes": "https:///checkout.xendit.co/x",
    "no slashes": "https:checkout.xendit.co/x",
    "a path alone": "/checkout/x",
    "backslash": "https://evil.example\\.xendit.co/",
    "backslashes for slashes": "https:\\\\xendit.co/",
    "backslash and @": "https://evil.example\\@xendit.co/",
    "line break": "https://xendit.co/\r\nSet-Cookie: a=b",
    "tab in the scheme": "java\tscript:alert(1)",
    "space before": " https://xendit.co/",
    "NUL": "https://xendit.co\0.evil.example/",
    "letters of another script": "https://xеndit.co/",
    "full-width dot": "https://evil.example／.xendit.co/",
    "international domain": "https://xendit.cö/",
    "punycode": "https://xn--xndit-9of.co/",
    "address of this machine": "http://127.0.0.1:8001/x",
    "broken brackets": "https://[xendit.co/",
    "IPv6": "https://[::1]/x",
    "other scheme": "ftp://xendit.co/",
}
FOREIGN_TO_THE_SANDBOX = {
    "another port": "http://127.0.0.1:8002/checkout/x",
    "no port": "http://127.0.0.1/checkout/x",
    "another port under another name": "http://localhost:8002/checkout/x",
    "another scheme": "https://127.0.0.1:8001/checkout/x",
    "another address of this machine": "http://127.0.0.2:8001/checkout/x",
    "a user": "http://me@127.0.0.1:8001/checkout/x",
    "the address as a user": "http://127.0.0.1:8001@evil.example/",
    "the address as a name": "http://127.0.0.1:8001.evil.example/",
}


@pytest.mark.parametrize("link", ALLOWED)
@pytest.mark.parametrize("hosts", [LIVE, SANDBOX], ids=["live", "sandbox"])
def test_xendits_own_domains_are_allowed(hosts: AllowedHosts, link: str):
    assert hosts.allows(link)


@pytest.mark.parametrize("link", REFUSED.values(), ids=REFUSED)
def test_any_other_link_is_refused(link: str):
    assert not LIVE.allows(link)


@pytest.mark.parametrize("api", NAMES_OF_THE_SANDBOX)
@pytest.mark.parametrize("link", NAMES_OF_THE_SANDBOX)
def test_the_host_and_port_of_the_api_are_allowed_under_every_name_of_this_machine(api: str, link: str):
    assert AllowedHosts(api).allows(f"{link}/checkout/ps-1")


@pytest.mark.parametrize("api", NAMES_OF_THE_SANDBOX)
def test_browsers_are_told_every_name_of_this_machine(api: str):
    assert {"http://127.0.0.1:8001", "http://localhost:8001"} == set(AllowedHosts(api).csp_sources()[4:])


@pytest.mark.parametrize("api", ["https://xendit.example", "HTTPS://Xendit.Example.:443/v1"])
def test_an_apis_own_host_has_many_spellings(api: str):
    assert AllowedHosts(api).allows("https://XENDIT.example:443/checkout/ps-1")
    assert AllowedHosts(api).csp_sources()[4:] == ["https://xendit.example"]


@pytest.mark.parametrize("link", FOREIGN_TO_THE_SANDBOX.values(), ids=FOREIGN_TO_THE_SANDBOX)
def test_the_apis_own_address_is_allowed_with_its_very_host_and_port_only(link: str):
    assert not SANDBOX.allows(link)


@pytest.mark.parametrize("link", ["https://pages.example/checkout/ps-1", "HTTPS://Pages.Example.:443/checkout/ps-1"])
def test_an_imitations_pages_may_have_an_address_of_their_own(link: str):
    hosts = AllowedHosts("http://127.0.0.1:8001", "https://pages.example")

    assert hosts.allows(link)
    assert hosts.allows("http://127.0.0.1:8001/checkout/ps-1")
    assert not hosts.allows("https://other.example/checkout/ps-1")
    assert "https://pages.example" in hosts.csp_sources()


def test_xendit_itself_has_no_pages_elsewhere():
    hosts = AllowedHosts("https://api.xendit.co", "https://pages.example")

    assert not hosts.allows("https://pages.example/checkout/ps-1")
    assert hosts.csp_sources() == LIVE.csp_sources()


def test_the_csp_names_the_same_hosts():
    assert LIVE.csp_sources() == [
        "https://xendit.co", "https://*.xendit.co", "https://xen.to", "https://*.xen.to", "https://api.xendit.co",
    ]  # fmt: skip
    assert SANDBOX.csp_sources()[:4] == LIVE.csp_sources()[:4]


@pytest.mark.parametrize(
    ("api", "is_elsewhere"),
    [
        ("https://api.xendit.co", False), ("HTTPS://API.Xendit.CO.:443", False), ("http://127.0.0.1:8001", True),
        ("https://xendit.co.evil.example", True),
    ],
)  # fmt: skip
def test_real_money_moves_at_xendit_only(api: str, is_elsewhere: bool):
    assert AllowedHosts(api).is_elsewhere == is_elsewhere
