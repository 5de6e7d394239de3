"""How little the pages and style sheets weigh on a slow line."""

import gzip
import re

import pytest

from ...buyer import COFFEE, Buyer

HTML_LIMIT = 15_000
CSS_LIMIT = 10_000


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
