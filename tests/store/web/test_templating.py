"""How pages write what is no text: a length of time."""

from dataclasses import replace
from pathlib import Path

import pytest

from store import create_app
from store.config import read_settings

from ...buyer import COFFEE
from ...records import filled_database, settings_of_shop


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (11, "11 minutes"), (60, "1 hour"), (61, "1 hour and 1 minute"), (120, "2 hours"),
        (150, "2 hours and 30 minutes"),
        # A session at Xendit may not live for a whole day.
        (24 * 60, "23 hours and 55 minutes"),
    ],
)  # fmt: skip
def test_the_checkout_says_how_long_the_goods_are_held(tmp_path: Path, minutes: int, words: str):
    (tmp_path / "shop.db").write_bytes(filled_database())
    settings = read_settings(settings_of_shop(8000, tmp_path, "http://127.0.0.1:1"))
    client = create_app(replace(settings, shop=replace(settings.shop, hold_minutes=minutes))).test_client()
    base = {"base_url": settings.public_url}
    client.post("/cart", data={"slug": COFFEE, "quantity": 1}, headers={"Sec-Fetch-Site": "same-origin"}, **base)

    text = client.get("/checkout", **base).text

    assert f"We keep the goods for you for {words}.<" in text
