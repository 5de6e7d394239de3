"""Forms that do not count: which come back filled in, and with which answer."""

from collections.abc import Iterator

import pytest
import requests

from ...buyer import COFFEE, DETAILS, Buyer
from ...in_process import Sandbox, Shop
from ...pages import Form, Page

PUBLIC_URL = "https://shop.example:8443"
OWN = {"Sec-Fetch-Site": {"Sec-Fetch-Site": "same-origin"}, "Origin": {"Origin": "{url}"},
       "both": {"Sec-Fetch-Site": "same-origin", "Origin": "{url}"},
       "typed otherwise": {"Origin": "HTTP://127.0.0.1.:{port}"}}  # fmt: skip
FOREIGN = {"cross-site": {"Sec-Fetch-Site": "cross-site"}, "same-site": {"Sec-Fetch-Site": "same-site"},
           "other host": {"Origin": "https://evil.example"}, "other port": {"Origin": "http://127.0.0.1:9"},
           "other scheme": {"Origin": "https://127.0.0.1:{port}"}, "beginning": {"Origin": "{url}.evil.example"},
           "no origin at all": {"Origin": "\xff"}, "empty": {"Origin": ""}}  # fmt: skip
NOT_SAID = {"nothing": {}, "null": {"Origin": "null"}, "none": {"Sec-Fetch-Site": "none"}}
ONCE_MORE = "please press the button once more"


def headers(kind: dict[str, str], shop: Shop) -> dict[str, str]:
    return {name: value.format(url=shop.url, port=shop.port).encode("latin-1") for name, value in kind.items()}


def sends(buyer: Buyer, form: Form, kind: dict[str, str], **fields: str) -> requests.Response:
    return buyer.browser.post(
        form.action, data={**form.fields, **fields}, headers=headers(kind, buyer.shop), allow_redirects=False
    )


@pytest.fixture
def forms(ordered: Buyer) -> dict[str, Form]:
    """A form of each kind that this buyer sees, by the end of its address."""
    pages = {"/cart": f"/products/{COFFEE}", "/update": "/cart", "/remove": "/cart", "/checkout": "/checkout",
             "/pay": ordered.order, "/cancel": ordered.order}  # fmt: skip
    return {action: ordered.opens(page).form(action) for action, page in pages.items()}


def state(buyer: Buyer) -> tuple:
    orders = buyer.shop.sql("SELECT count(*) FROM orders")
    return buyer.status(), orders, [form.fields for form in buyer.opens("/cart").forms]


FORMS = ["/cart", "/update", "/remove", "/checkout", "/pay", "/cancel"]
FILLED_IN = {"/cart": {"quantity": "7"}, "/update": {"quantity": "7"}, "/remove": {}, "/pay": {}, "/cancel": {},
             "/checkout": {**DETAILS, "city": "Surabaya", "email": "siti@"}}  # fmt: skip


# Each form once with each answer, and whatever a browser may say of itself with one form.
REFUSED = [
    *((action, OWN["Origin"], 422) for action in FORMS if action != "/cart"),
    *((action, kind, 403) for action in FORMS for kind in (FOREIGN["cross-site"], NOT_SAID["nothing"])),
    *(("/update", kind, 422) for kind in OWN.values()),
    *(("/update", kind, 403) for kind in [*FOREIGN.values(), *NOT_SAID.values()]),
]
FROM_ELSEWHERE = [
    *((action, FOREIGN["cross-site"]) for action in FORMS),
    *(("/update", kind) for kind in FOREIGN.values()),
]


@pytest.mark.parametrize(("action", "kind", "status"), REFUSED, ids=str)
def test_a_form_whose_token_does_not_fit_comes_back_filled_in(
    ordered: Buyer, forms: dict[str, Form], action: str, kind: dict, status: int
):
    before = state(ordered)

    page = Page(sends(ordered, forms[action], kind, csrf_token="x", **FILLED_IN[action]))

    assert page.status == status
    assert page.title.startswith("Error: ")
    assert page.text.count("Nothing was changed and no money was taken") == 1
    again = page.form(action).fields
    assert again == {**forms[action].fields, **FILLED_IN[action]}
    assert state(ordered) == before


@pytest.mark.parametrize("kind", [OWN["both"], NOT_SAID["nothing"]], ids=str)
@pytest.mark.parametrize("action", FORMS)
def test_the_form_that_came_back_can_be_sent(ordered: Buyer, forms: dict[str, Form], action: str, kind: dict):
    page = Page(sends(ordered, forms[action], {}, csrf_token="x"))

    assert sends(ordered, page.form(action), kind).status_code == 303


@pytest.mark.parametrize(("action", "kind"), FROM_ELSEWHERE, ids=str)
def test_a_form_from_elsewhere_is_refused_even_with_a_good_token(
    ordered: Buyer, forms: dict[str, Form], action: str, kind: dict
):
    before = state(ordered)

    assert sends(ordered, forms[action], kind).status_code == 403
    assert state(ordered) == before


@pytest.mark.parametrize("kind", OWN.values(), ids=OWN)
def test_to_add_to_the_cart_our_own_origin_is_enough(shop: Shop, kind: dict):
    form = {"slug": COFFEE, "quantity": "1"}

    answer = shop.browser().post(f"{shop.url}/cart", data=form, headers=headers(kind, shop), allow_redirects=False)

    assert answer.status_code == 303


def test_three_tabs_that_were_opened_before_there_was_a_cookie_all_work(shop: Shop):
    first_looks = [Buyer(shop) for _ in range(3)]
    slugs = (COFFEE, "jasmine-tea", "rose-soap")
    tabs = [look.opens(f"/products/{slug}").form("/cart") for look, slug in zip(first_looks, slugs, strict=True)]
    browser = Buyer(shop)
    for look in first_looks:
        browser.browser.cookies.update(look.browser.cookies)

    answers = [sends(browser, tab, OWN["Origin"]) for tab in tabs]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len(set(browser.opens("/cart").products)) == 3


def test_a_browser_that_says_nothing_of_itself_is_asked_once_more(shop: Shop):
    browser = Buyer(shop)
    tabs = [browser.opens(f"/products/{slug}").form("/cart") for slug in (COFFEE, "jasmine-tea")]
    browser.sends(tabs[0])

    page = Page(browser.sends(tabs[1], quantity="3"))
    again = browser.sends(page.form("/cart"))

    assert page.status == 403
    assert ONCE_MORE in page.text
    assert page.form("/cart").fields["quantity"] == "3"
    assert again.status_code == 303
    assert set(browser.opens("/cart").products) == {COFFEE, "jasmine-tea"}


@pytest.mark.parametrize("kind", [*OWN.values(), *NOT_SAID.values()], ids=str)
def test_the_token_with_which_a_visit_began_holds_for_all_of_it(shop: Shop, kind: dict):
    browser = Buyer(shop)
    form = browser.opens(f"/products/{COFFEE}").form("/cart")
    sends(browser, form, kind)
    places = [("/cart", "/update"), ("/cart", "/remove"), (f"/products/{COFFEE}", "/cart"), ("/checkout", "/checkout")]
    later = [browser.opens(page).form(action) for page, action in places]

    answers = [sends(browser, each, kind, **DETAILS, csrf_token=form.fields["csrf_token"]) for each in later]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 303]


def test_a_token_of_somebody_elses_visit_is_of_no_use(ordered: Buyer, forms: dict[str, Form]):
    other = Buyer(ordered.shop)
    first = other.opens(f"/products/{COFFEE}").form("/cart")
    other.sends(first)
    tokens = [first.fields["csrf_token"], other.opens("/cart").form("/remove").fields["csrf_token"]]

    answers = [sends(ordered, forms["/checkout"], {}, csrf_token=token) for token in tokens]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_form_for_a_product_that_is_gone_comes_back_as_the_cart(ordered: Buyer):
    page = Page(ordered.browser.post(f"{ordered.shop.url}/cart", data={"slug": "nope", "quantity": "1"}))

    assert page.status == 403
    assert page.products == [COFFEE]


def test_who_deleted_the_cookies_meanwhile_keeps_what_was_typed(ordered: Buyer, forms: dict[str, Form]):
    ordered.browser.cookies.clear()

    page = Page(sends(ordered, forms["/checkout"], OWN["Origin"], city="Surabaya"))

    assert page.status == 422
    assert "please allow cookies for this shop" in page.text
    assert page.form("/checkout").fields["city"] == "Surabaya"


@pytest.fixture(scope="module")
def https_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop behind https on a port of its own, as its proxy sees it."""
    shop = Shop(tmp_path_factory.mktemp("https"), Sandbox(), PUBLIC_URL=PUBLIC_URL)
    yield shop
    shop.stop()


@pytest.mark.parametrize("referer", [{}, {"Referer": f"{PUBLIC_URL}/cart"}, {"Referer": "https://elsewhere.example/"}])
@pytest.mark.parametrize("kind", [{}, {"Origin": PUBLIC_URL}, {"Sec-Fetch-Site": "same-origin"}], ids=str)
def test_behind_https_a_form_needs_no_referer_whatever_the_port(https_shop: Shop, kind: dict, referer: dict):
    browser = https_shop.browser()
    browser.headers.update({"host": "shop.example:8443", **kind, **referer})
    form = Page(browser.get(f"{https_shop.url}/products/{COFFEE}")).form("/cart")

    answer = browser.post(f"{https_shop.url}/cart", data=form.fields, allow_redirects=False)

    assert answer.status_code == 303
