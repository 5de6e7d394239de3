"""The programs that are measured, each a process of its own with a database of its own in one temporary folder."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.buyer import COFFEE, DETAILS, Buyer
from tests.ports import free_port
from tests.processes import Process, Sandbox, Shop, clean_environment, visitor

from .load import request, run

PIECES = 1_000_000
# Carts are not what is measured, so all of them are filled.
PREPARED_WITHIN = 60.0
FORM = "application/x-www-form-urlencoded"


class Provider:
    """The cheap stand-in for Xendit."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        command = ["bench.provider", str(self._port)]
        self.process = Process(command, clean_environment(), folder / "provider.log")
        self.process.wait_until_it_answers(self.url)

    def takes(self, milliseconds: int) -> None:
        visitor().put(f"{self.url}/delay/{milliseconds}", timeout=30).raise_for_status()


class Floor(Shop):
    """One of the two programs in `floors`, under the gunicorn settings of the shop: it finds the same file of them."""

    def __init__(self, app: str, folder: Path, provider_url: str, database: str) -> None:
        self._app = app
        super().__init__(folder, provider_url, with_worker=False, database=database)

    def start(self) -> Process:
        command = ["gunicorn", f"bench.floors:{self._app}()"]
        self.process = Process(command, self.environment, self.folder / "floor.log")
        self.process.wait_until_it_answers(self.url)
        return self.process


class Place:
    """A folder, and the provider beside what is measured in it."""

    def __init__(self, folder: Path, provider: Provider, database: str) -> None:
        self.folder, self.provider, self.database = folder, provider, database

    @contextmanager
    def shop(self) -> Iterator[Shop]:
        """The shop without its worker."""
        yield from _kept(Shop(self._new_folder(), self.provider.url, with_worker=False, database=self.database))

    @contextmanager
    def floor(self, app: str) -> Iterator[Floor]:
        yield from _kept(Floor(app, self._new_folder(), self.provider.url, self.database))

    @contextmanager
    def shop_at_sandbox(self) -> Iterator[tuple[Shop, Sandbox]]:
        """The shop without its worker, and the project's sandbox, which sends it its webhooks."""
        folder, port = self._new_folder(), free_port()
        sandbox = Sandbox(folder, port)
        try:
            shop = Shop(folder, sandbox.url, port, with_worker=False, database=self.database)
            for each in _kept(shop):
                yield each, sandbox
        finally:
            sandbox.process.kill()

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))


def _kept(shop: Shop) -> Iterator[Shop]:
    """The shop with enough on its shelves, until it is no more used."""
    try:
        shop.sql("UPDATE products SET stock = ?", PIECES)
        yield shop
    finally:
        shop.stop()


@contextmanager
def place(database: str) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="warung-bench-") as folder:
        provider = Provider(Path(folder))
        try:
            yield Place(Path(folder), provider, database)
        finally:
            provider.process.kill()


def checkouts(shop: Shop, number: int) -> list[str]:
    """Return the requests of so many buyers who press the button: each a browser of its own, with its own cart.

    The carts are filled here, by forms that the shop's pages have. All were sent one page, before any had a cookie.
    """
    adding = Buyer(shop).opens(f"/products/{COFFEE}").form("/cart").fields
    buyer = Buyer(shop)
    buyer.adds()
    paying = buyer.opens("/checkout").form("/checkout").fields
    fields = {**paying, **DETAILS, "csrf_token": adding["csrf_token"]}
    filled = [post(shop, "/cart", adding)] * number
    cookies = run(shop.port, filled, clients=8, seconds=PREPARED_WITHIN, reads="set-cookie").all
    return [post(shop, "/checkout", fields, Cookie=_cookies(each.read)) for each in cookies]


def checkouts_at_floor(floor: Floor, number: int) -> list[str]:
    return [post(floor, "/checkout", DETAILS)] * number


def _cookies(told: str) -> str:
    """What a browser sends back of what it was told."""
    return "; ".join(line.partition(";")[0] for line in told.splitlines())


def post(shop: Shop, path: str, fields: dict[str, str], **headers: str) -> str:
    """Return the request that sends a form as a browser does."""
    return request("POST", shop.port, path, urlencode(fields), Origin=shop.url, Content_Type=FORM, **headers)
