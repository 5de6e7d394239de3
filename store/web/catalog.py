"""The catalog's pages: all products with search, category, sort and pages in the URL; one product."""

from flask import Blueprint, abort, render_template, request

from ..catalog import products

bp = Blueprint("catalog", __name__)


@bp.get("/")
def index() -> str:
    wanted = {name: request.args.get(name, "") for name in ("q", "category", "sort", "page")}
    return render_template(
        "catalog/index.html", page=products.search(**wanted), categories=products.categories(), sorts=products.SORTS
    )


@bp.get("/products/<slug>")
def show(slug: str) -> str:
    product = products.find(slug) or abort(404)
    return render_template("catalog/show.html", product=product)
