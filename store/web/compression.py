"""Compression of the catalog and of the static files, for cheap phones on slow lines.

Other pages stay as they are: where a page holds a secret beside something that the request chose,
its compressed length can give the secret away (the BREACH attack).
"""

from flask import Flask, Response, request
from flask_compress import Compress

COMPRESSED = ("catalog.index", "catalog.show", "static")
# Files are streamed, and for streams the library leaves out gzip, the one that every client knows.
ALGORITHMS = ["zstd", "br", "gzip", "deflate"]


class CompressWhole(Compress):
    """Compresses whole answers only: a piece of a file is a piece of what lies on the disk."""

    def after_request(self, response: Response) -> Response:
        # The library takes a quality of 0 for consent.
        is_wanted = any(request.accept_encodings[name] > 0 for name in ALGORITHMS)
        if response.status_code == 206 or not is_wanted:
            response.vary.add("Accept-Encoding")
            return response
        response = super().after_request(response)
        if response.content_encoding:
            # Nobody is to ask for the rest of this, since pieces come uncompressed.
            response.headers.pop("Accept-Ranges", None)
        return response


def init_app(app: Flask) -> None:
    app.config["COMPRESS_REGISTER"] = False
    app.config["COMPRESS_ALGORITHM_STREAMING"] = app.config["COMPRESS_ALGORITHM"] = ALGORITHMS
    compress = CompressWhole(app)
    for endpoint in COMPRESSED:
        app.view_functions[endpoint] = compress.compressed()(app.view_functions[endpoint])
