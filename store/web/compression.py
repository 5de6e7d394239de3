"""Compression of the catalog and of the static files, for cheap phones on slow lines.

Other pages stay as they are: where a page holds a secret beside something that the request chose,
its compressed length can give the secret away (the BREACH attack).
"""

from flask import Flask
from flask_compress import Compress

COMPRESSED = ("catalog.index", "catalog.show", "static")


def init_app(app: Flask) -> None:
    app.config["COMPRESS_REGISTER"] = False
    # Files are streamed, and for streams the library leaves out gzip, the one that every client knows.
    app.config["COMPRESS_ALGORITHM_STREAMING"] = ["zstd", "br", "gzip", "deflate"]
    compress = Compress(app)
    for endpoint in COMPRESSED:
        app.view_functions[endpoint] = compress.compressed()(app.view_functions[endpoint])
