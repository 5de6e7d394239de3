"""`warung_buy ADDRESS [NAME]`: buys at our shop as a browser without scripts does, and prints link and name.

The order's name is the token in the address of its page, which the buyer has from the hosted page's way back.
"""

import sys

import requests

from ..pages import Page

DETAILS = {
    "given_names": "Siti", "surname": "Rahayu", "email": "siti@example.com", "mobile_number": "0812 3456 7890",
    "address_line1": "Jalan Melati 5", "city": "Bandung", "postal_code": "40115",
}  # fmt: skip
SECONDS = 30


class Buyer:
    """Somebody who has never been at the shop."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.browser = requests.Session()
        self.browser.trust_env = False

    def opens(self, address: str) -> Page:
        answer = self.browser.get(address, timeout=SECONDS)
        answer.raise_for_status()
        return Page(answer)

    def presses(self, page: Page, action: str, **typed: str) -> str:
        """Send the form to this action; return the address that the answer leads to."""
        form = page.form(action)
        fields = form.fields | typed
        answer = self.browser.post(form.action, data=fields, timeout=SECONDS, allow_redirects=False)
        if answer.status_code != 303:
            sys.exit(f"{form.action} was answered {answer.status_code}: {Page(answer).text}")
        return answer.headers["location"]

    def buys(self) -> tuple[str, str]:
        """Buy the first product; return the payment link and the order's token."""
        product = next(link for link in self.opens(f"{self.address}/").links if "/products/" in link)
        self.presses(self.opens(product), "/cart", quantity="1")
        link = self.to_hosted_page(self.presses(self.opens(f"{self.address}/checkout"), "/checkout", **DETAILS))
        way_back = next(each for each in self.opens(link).links if "/order/" in each)
        return link, way_back.partition("/order/")[2].partition("/")[0]

    def pays_again(self, token: str) -> str:
        """Press “pay” on the page of an order; return the payment link."""
        return self.to_hosted_page(self.presses(self.opens(f"{self.address}/order/{token}"), "/pay"))

    def to_hosted_page(self, address: str) -> str:
        if address.startswith((self.address, "/")):
            sys.exit(f"The shop led to {address} instead of a payment page.")
        return address


def main(address: str, token: str | None = None) -> None:
    buyer = Buyer(address)
    link, token = (buyer.pays_again(token), token) if token else buyer.buys()
    print(link, token)


if __name__ == "__main__":
    main(*sys.argv[1:])
