"""The cart's pages. It lives in the session cookie; prices and stock come from the database."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..catalog import products
from ..models import Product
from ..orders.summary import Summary, held_for, summarize
from ..rules import cart
from ..rules.typed import plain
from . import notices, visitor

bp = Blueprint("cart", __name__, url_prefix="/cart")

NOT_A_QUANTITY = f"Enter a quantity from 1 to {cart.MAX_QUANTITY}."
FULL = f"Your cart is full: it holds {cart.MAX_LINES} different products."
NOT_IN_THE_CART = "That product is not in your cart, so nothing was changed."
AT_MOST = f"You can order at most {cart.MAX_QUANTITY} of one product; your cart has been set to {cart.MAX_QUANTITY}."
NOT_A_NEW_QUANTITY = f"Enter a quantity from 1 to {cart.MAX_QUANTITY}, or 0 to remove the product."


@bp.get("")
def show() -> ResponseReturnValue:
    return _page()


@bp.post("")
def create() -> ResponseReturnValue:
    product = _product() or abort(404)
    try:
        quantity = cart.parse_quantity(request.form.getlist("quantity"))
        summary = _summary(cart.with_added(visitor.cart(), product.slug, quantity))
    except cart.BadQuantity:
        return _product_page(product, NOT_A_QUANTITY)
    except cart.CartFull:
        return _product_page(product, FULL)
    if product.slug not in summary.cart:
        return _product_page(product, f"{product.name} is sold out.")
    wanted = visitor.cart().get(product.slug, 0) + quantity
    visitor.keep_cart(summary.cart)
    _tell_added(product, wanted, summary)
    return redirect(url_for("cart.show"), code=303)


@bp.get("/update")
@bp.get("/remove")
def page_of_form() -> ResponseReturnValue:
    """Lead to the page with the form: a refused form leaves its address in the browser's address bar."""
    return redirect(url_for("cart.show"), code=303)


@bp.post("/update")
def update() -> ResponseReturnValue:
    slug = request.form.get("slug", "")
    try:
        quantity = cart.parse_quantity(request.form.getlist("quantity"), zero_allowed=True)
    except cart.BadQuantity:
        return _page(errors={slug: NOT_A_NEW_QUANTITY}, status=422)
    return _change(slug, quantity)


@bp.post("/remove")
def remove() -> ResponseReturnValue:
    return _change(request.form.get("slug", ""), 0)


def page_again(status: int) -> ResponseReturnValue:
    """Answer with the cart, filled in as it was sent."""
    return _page(status=status)


def product_page_again(status: int) -> ResponseReturnValue:
    """Answer with the page that the form to add a product stands on, filled in as it was sent."""
    product = _product()
    return _product_page(product, "", status) if product else _page(status=status)


def _product() -> Product | None:
    return products.find(plain(request.form.get("slug", "")))


def _tell_added(product: Product, wanted: int, summary: Summary) -> None:
    notices.tell(f"{product.name} is in your cart.")
    # Lowered to less than that, it is among the shortages.
    if wanted > cart.MAX_QUANTITY and summary.cart[product.slug] == cart.MAX_QUANTITY:
        notices.tell(AT_MOST)
    _tell_shortages(summary)


def _change(slug: str, quantity: int) -> ResponseReturnValue:
    if slug in visitor.cart():
        summary = _summary(cart.with_quantity(visitor.cart(), slug, quantity))
        visitor.keep_cart(summary.cart)
        notices.tell("Your cart has been updated.")
        _tell_shortages(summary)
    else:
        notices.tell(NOT_IN_THE_CART)
    return redirect(url_for("cart.show"), code=303)


def _page(errors: dict[str, str] | None = None, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "cart/show.html",
        summary=visitor.shown_cart(),
        errors=errors or {},
        typed={request.form.get("slug"): request.form.get("quantity")} if "quantity" in request.form else {},
        is_without_cookie=visitor.key() is None,
    )
    return page, status


def _product_page(product: Product, error: str, status: int = 422) -> tuple[str, int]:
    page = render_template(
        "catalog/show.html",
        product=product,
        error=error,
        typed=request.form.get("quantity"),
    )
    return page, status


def _summary(contents: cart.Cart) -> Summary:
    return summarize(contents, held_for(visitor.key()), current_app.extensions["settings"].shop)


def _tell_shortages(summary: Summary) -> None:
    for notice in summary.notices:
        notices.tell(notice)
