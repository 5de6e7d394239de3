"""What search engines may read."""

from flask import Blueprint, Response

bp = Blueprint("robots", __name__)

# Nothing is forbidden: a page that belongs to one buyer says noindex itself, and of a page that
# may not be read nobody reads that. Its address alone would be listed, and an order's is a secret.
ROBOTS = "User-agent: *\nDisallow:\n"


@bp.get("/robots.txt")
def show() -> Response:
    return Response(ROBOTS, mimetype="text/plain")
