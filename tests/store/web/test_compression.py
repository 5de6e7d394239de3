"""How little the pages and style sheets weigh on a slow line."""

import gzip
import re

import pytest
import requests

from ...buyer import COFFEE, Buyer
from ...databases import on_one

pytestmark = on_one
HTML_LIMIT = 15_000
CSS_LIMIT = 10_000
FILE = "/static/css/base.css"


def on_the_wire(buyer: Buyer, path: str) -> bytes:
    """The body of an answer as it travels to a browser that takes gzip."""
    with buyer.browser.get(buyer.shop.url + path, headers={"accept-encoding": "gzip"}, stream=True) as answer:
        answer.raise_for_status()
        return answer.raw.read(decode_content=False)


@pytest.mark.parametrize("path", ["/", "/?page=2", f"/products/{COFFEE}"])
def test_a_catalog_page_weighs_15_kB_at_most(buyer: Buyer, path: str):
    body = on_the_wire(buyer, path)

    assert len(body) <= HTML_LIMIT
    assert b"</html>" in gzip.decompress(body)


def test_the_style_sheets_weigh_10_kB_at_most(buyer: Buyer):
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', buyer.opens("/").html)

    assert sheets
    assert sum(len(on_the_wire(buyer, sheet)) for sheet in sheets) <= CSS_LIMIT


def file_of(buyer: Buyer, method: str = "GET", **headers: str) -> requests.Response:
    """The answer to who asks for a style sheet with these headers, and for no encoding unless they say so."""
    headers = {"accept-encoding": "identity", **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = buyer.browser.request(method, buyer.shop.url + FILE, headers=headers)
    assert "Accept-Encoding" in answer.headers["Vary"]
    return answer


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br, gzip", "zstd"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_piece_of_a_file_is_a_piece_of_what_lies_on_the_disk(buyer: Buyer, encoding: str, method: str):
    whole = file_of(buyer)

    piece = file_of(buyer, method, accept_encoding=encoding, range="bytes=100-1099")

    assert piece.status_code == 206
    assert "Content-Encoding" not in piece.headers
    assert piece.headers["Content-Range"] == f"bytes 100-1099/{len(whole.content)}"
    assert piece.headers["ETag"] == whole.headers["ETag"]
    assert piece.headers["Content-Length"] == "1000"
    assert piece.content == (whole.content[100:1100] if method == "GET" else b"")


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_who_has_a_piece_of_the_compressed_file_gets_the_whole_one(buyer: Buyer, encoding: str):
    compressed = file_of(buyer, accept_encoding=encoding)

    rest = file_of(buyer, accept_encoding=encoding, range="bytes=100-", if_range=compressed.headers["ETag"])

    assert "Accept-Ranges" not in compressed.headers
    assert (rest.status_code, rest.headers["Content-Encoding"]) == (200, encoding)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd", "deflate"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("weak", ["", "W/"])
def test_each_encoding_of_a_file_is_known_by_a_tag_of_its_own(buyer: Buyer, encoding: str, method: str, weak: str):
    first = file_of(buyer, accept_encoding=encoding)

    again = file_of(buyer, method, accept_encoding=encoding, if_none_match=weak + first.headers["ETag"])
    in_another = file_of(buyer, accept_encoding="gzip" if encoding != "gzip" else "br")

    assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])
    assert in_another.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_look_at_the_head_says_what_the_file_would(buyer: Buyer, encoding: str):
    look, file = (file_of(buyer, method, accept_encoding=encoding).headers for method in ("HEAD", "GET"))

    for name in ("Content-Length", "Content-Encoding", "Content-Type", "ETag", "Accept-Ranges", "Vary"):
        assert look.get(name) == file.get(name), name


@pytest.mark.parametrize("refusal", ["gzip;q=0", "gzip;q=0, br;q=0", "*;q=0", "identity", "", "gzip;q=0.0", "sdch"])
@pytest.mark.parametrize("path", ["/", "/static/css/base.css"])
def test_who_wants_no_compression_gets_none(buyer: Buyer, refusal: str, path: str):
    answer = buyer.browser.get(buyer.shop.url + path, headers={"accept-encoding": refusal})

    assert "Content-Encoding" not in answer.headers
