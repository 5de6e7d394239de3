"""A buyer without scripts: walks through the shop and the hosted page by reading and sending forms."""

import time
import tomllib
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from store.rules import budget

from .pages import Form, Page
from .processes import ROOT, Shop
from .waiting import PATIENCE

# The demo catalog as the merchant's file has it: slug → product.
CATALOG = {
    product["slug"]: product
    for product in tomllib.loads((ROOT / "store" / "data" / "catalog.toml").read_text(encoding="utf-8"))["products"]
}
COFFEE = next(iter(CATALOG))
DETAILS = {
    "given_names": "Siti",
    "surname": "Rahayu",
    "email": "siti@example.com",
    "mobile_number": "0812 3456 7890",
    "address_line1": "Jalan Melati 5",
    "city": "Bandung",
    "postal_code": "40115",
}
# A poll may have to wait a whole minute for the budget of polls, which the orders of other tests have spent.
POLLED_WITHIN = budget.WINDOW + PATIENCE
CHALLENGE_CARD = "4000000000001091"


class AttemptRow(NamedTuple):
    reference: str
    status: str
    session_id: str | None


class Buyer:
    def __init__(self, shop: Shop):
        self.shop = shop
        self.browser = shop.browser()
        self.order: str | None = None  # the address of the order's page

    def opens(self, address: str) -> Page:
        return Page(self.browser.get(self._full(address), timeout=30))

    def gets(self, address: str) -> requests.Response:
        """The answer at an address, in which {order} stands for the order's page; it is not followed."""
        address = address.format(order=self.order)
        return self.browser.get(self._full(address), timeout=30, allow_redirects=False)

    def sends(self, form: Form, **changes) -> requests.Response:
        """Send a form with some fields changed; the answer is not followed."""
        fields = {**form.fields, **changes}
        return self.browser.post(form.action, data=fields, timeout=30, allow_redirects=False)

    def adds(self, slug: str = COFFEE, quantity: int | str = 1) -> requests.Response:
        return self.sends(self.opens(f"/products/{slug}").form("/cart"), quantity=str(quantity))

    def checks_out(self, **details: str) -> requests.Response:
        answer = self.sends(self.opens("/checkout").form("/checkout"), **{**DETAILS, **details})
        self.order = self.order_page()
        return answer

    def goes_to_pay(self, slug: str = COFFEE, quantity: int = 1) -> str:
        """Fill the cart and check out; return the address of the hosted page."""
        self.adds(slug, quantity)
        answer = self.checks_out()
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def order_page(self) -> str | None:
        """The newest order's page, from the shop's records: a buyer has it from the return address."""
        rows = self.shop.sql("SELECT token FROM orders ORDER BY id DESC LIMIT 1")
        return f"{self.shop.url}/order/{rows[0][0]}" if rows else None

    def attempts(self) -> list[AttemptRow]:
        """The order's attempts, oldest first, from the shop's records."""
        query = (
            "SELECT a.reference, a.status, a.session_id FROM attempts a JOIN orders o ON o.id = a.order_id"
            " WHERE o.token = ? ORDER BY a.number"
        )
        return [AttemptRow(*row) for row in self.shop.sql(query, self.order.rpartition("/")[2])]

    @property
    def session_id(self) -> str | None:
        return self.attempts()[-1].session_id

    def status(self) -> dict:
        return self.browser.get(f"{self.order}/status", timeout=30).json()

    def waits_until(self, status: str, within: float = POLLED_WITHIN) -> dict:
        """Wait until the order has this status, and return what its status page says."""
        deadline = time.monotonic() + within
        while (now := self.status())["status"] != status:
            assert time.monotonic() < deadline, f"still {now} after {within} s"
            self.shop.works()
        return now

    def presses(self, action: str) -> requests.Response:
        """Press a button on the order's page: 'pay' or 'cancel'."""
        return self.sends(self.opens(self.order).form(f"/{action}"))

    def pays_by_qris(self, link: str) -> str:
        """Pay on the hosted page; return the address that the buyer is sent back to."""
        return self.sends(self.opens(link).form("/qris/paid")).headers["location"]

    def fails_by_qris(self, link: str) -> Page:
        return self.opens(self.sends(self.opens(link).form("/qris/failed")).headers["location"])

    def _full(self, address: str) -> str:
        return address if urlsplit(address).scheme else f"{self.shop.url}{address}"
