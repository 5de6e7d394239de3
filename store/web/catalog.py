"""The catalog's pages: all products with search, category, sort and pages in the URL; one product."""

from flask import Blueprint, abort, render_template, request

from ..catalog import products
from ..rules.typed import plain

bp = Blueprint("catalog", __name__)


@bp.get("/")
def index() -> str:
    wanted = {name: plain(request.args.get(name, "")) for name in ("q", "category", "sort", "page")}
    return render_template(
        "catalog/index.html", page=products.search(**wanted), categories=products.categories(), sorts=products.SORTS
    )


@bp.get("/products/<slug>")
def show(slug: str) -> str:
    product = products.find(plain(slug)) or abort(404)
    return render_template("catalog/show.html", product=product)
