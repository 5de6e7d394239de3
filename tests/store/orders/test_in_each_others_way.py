"""PostgreSQL ends one of two transactions that wait for each other: nobody who buys, sells or gives back notices it."""

import pytest

from ...buyer import Buyer
from ...databases import only_postgresql
from ...in_process import Shop

pytestmark = only_postgresql

# Numbers of a sequence are not given back with the transaction that took them.
FIRST_ONE_STUMBLES = (
    "CREATE SEQUENCE writes",
    "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('writes') = 1 THEN"
    " RAISE 'two wait for each other' USING ERRCODE = '40P01'; END IF; RETURN NULL; END $$",
)
STUMBLES = "CREATE TRIGGER stumbles BEFORE INSERT OR UPDATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION stumble()"
TABLES = ("orders", "attempts", "webhook_events", "payments", "refunds", "order_events", "call_budgets")


@pytest.fixture(params=TABLES)
def shop(request: pytest.FixtureRequest, new_shop: Shop) -> Shop:
    """A shop that is in another's way at its first write to a table, and again whenever the counting begins anew."""
    for statement in (*FIRST_ONE_STUMBLES, STUMBLES.format(request.param)):
        new_shop.sql(statement)
    return new_shop


def again(shop: Shop) -> None:
    shop.sql("SELECT setval('writes', 1, false)")


def test_nobody_notices_who_pays_who_is_paid_back_or_who_cancels(shop: Shop):
    buyer = Buyer(shop)
    link = buyer.goes_to_pay()
    again(shop)
    buyer.pays_by_qris(link)
    shop.works()
    assert shop.sql("SELECT count(*) FROM webhook_events WHERE processed_at IS NOT NULL") != [(0,)]
    assert buyer.status()["status"] == "paid"

    again(shop)
    shop.flask("refund", buyer.status()["number"])

    assert shop.sql("SELECT status FROM refunds") == [("PENDING",)]

    again(shop)
    other = Buyer(shop)
    other.goes_to_pay()
    again(shop)
    assert other.presses("cancel").status_code == 303
    assert other.status()["status"] == "canceled"
