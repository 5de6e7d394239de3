"""Which addresses are one: hosts are compared as hosts and not as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.xendit.hosts import Origin, host_name, is_loopback, origin

SAME = {
    "https://shop.example": [
        "https://shop.example/", "HTTPS://SHOP.EXAMPLE/path?q=1#x", "https://shop.example:443", "https://shop.example.",
        "https://Shop.Example.:443/", "https://shop.example:", "https://shop.example:0443",
    ],
    "http://127.0.0.1:8000": ["http://127.0.0.1:8000/cart"],
    "http://localhost": ["http://LOCALHOST:80", "http://localhost./"],
    "http://[::1]:8000": ["http://[0:0:0:0:0:0:0:1]:8000", "http://[::0001]:8000/"],
    "https://[2001:db8::a]": ["https://[2001:0DB8:0::A]:443"],
    "https://xn--bcher-kva.example": ["https://bücher.example", "https://BÜCHER.example", "https://XN--BCHER-KVA.example"],
    "https://xn--strae-oqa.example": ["https://straße.example"],
    "https://shop.xn--o3cw4h": ["https://shop.ไทย", "https://shop。ไทย"],
    "http://my_shop:8000": ["http://MY_SHOP:8000"],
}  # fmt: skip
DIFFERENT = [
    ("https://shop.example", "http://shop.example"), ("https://shop.example", "https://www.shop.example"),
    ("https://shop.example", "https://shop.example:8443"), ("http://shop.example:443", "https://shop.example"),
    ("https://shop.example", "https://shop.example.evil.example"), ("http://[::1]", "http://[::2]"),
    ("http://127.0.0.1", "http://localhost"), ("https://straße.example", "https://strasse.example"),
]  # fmt: skip
RUBBISH = [
    "", "shop.example", "//shop.example", "/cart", "https://", "https:///x", "https:shop.example", "null", "ftp://x",
    "javascript:alert(1)", "https://user@shop.example", "https://@shop.example", "https://shop.example:0",
    "https://shop.example:99999", "https://shop.example:http", "https://shop.example:٨٠", "https://[::1", "https://::1",
    "https://[::1%eth0]", "https://[shop.example]", "https://[v1.x]", "https://shop..example", "https://.shop.example",
    "https://..", "https://-shop.example", "https://shop-.example", "https://a b", "https://shop.example\\@evil.example",
    "https://shop.example\r\n", "https://shop\t.example", " https://shop.example", "https://shop%2eexample",
    "https://127.1", "https://127.0.0.256", "https://2130706433", "https://evil.example／.shop.example",
    "https://\ud800.example", "https://" + "a" * 64, "https://" + "a." * 200, "https://" + "é" * 100_000,
    "https://shop.example" + "\ufe0f" * 300 + ".evil.example",
]  # fmt: skip


@pytest.mark.parametrize(("url", "spelling"), [(url, each) for url, many in SAME.items() for each in [url, *many]])
def test_the_spellings_of_an_address_are_one_origin(url: str, spelling: str):
    found = origin(spelling)

    assert found == origin(url)
    assert str(found) == url


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_origins_stay_two(one: str, other: str):
    assert None not in (origin(one), origin(other))
    assert origin(one) != origin(other)


@pytest.mark.parametrize("url", RUBBISH, ids=lambda url: ascii(url[:40]))
def test_what_is_no_address_has_no_origin(url: str):
    assert origin(url) is None


@given(st.text() | st.text(alphabet=":/[]@.%#?\\ah1é۱\u3002-_\ud800").map("http://{}".format))
def test_no_text_raises(text: str):
    found = origin(text)

    host_name(text)
    assert found is None or origin(str(found)) == found


def test_a_host_alone_has_one_spelling():
    assert host_name("Shop.Example.") == "shop.example"
    assert host_name("[0::1]") == host_name("::1") == "::1"
    assert [host_name(text) for text in ("shop.example:80", "", ".", "::1]", "a/b", "::1%lo")] == [None] * 6


@pytest.mark.parametrize("url", ["http://127.0.0.1:8001", "http://LocalHost.:8001", "http://[0::1]:8001"])
def test_this_machine_is_known_by_all_its_names(url: str):
    found = origin(url)

    assert is_loopback(found.host)
    assert {each.netloc for each in found.names()} == {"127.0.0.1:8001", "localhost:8001", "[::1]:8001"}
    assert found.names()[0] == found


@pytest.mark.parametrize("host", ["127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2", "0.0.0.0"])
def test_no_other_host_is_this_machine(host: str):
    assert not is_loopback(host)
    assert Origin("http", host, 80).names() == [Origin("http", host, 80)]
