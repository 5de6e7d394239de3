"""Every event in every shape that Xendit's documents show, with nothing else that could settle the order.

The provider sends no webhooks of its own here, and no poll looks before an event has made somebody look.
"""

import pytest

from ..buyer import Buyer
from ..events import event, payment_event, session_event
from ..processes import Shop
from ..spoiling_proxy import ABSENT, RESET_AFTER, Spoiled, SpoilingProxy
from ..waiting import wait_until

# How a paid session may be told (CONTRACT 4 and 9). Each gets the session and returns the webhook.
NEWS_OF_MONEY = {
    "session completed": lambda session: session_event("completed", session),
    "session with id": lambda session: event(
        "payment_session.completed", {"id": session["payment_session_id"], "status": "COMPLETED"}
    ),
    "session id null, and id": lambda session: event(
        "payment_session.completed", {"id": session["payment_session_id"], "payment_session_id": None}
    ),
    "session by its reference": lambda session: event(
        "payment_session.completed", {"reference_id": session["reference_id"], "status": "COMPLETED"}
    ),
    "session, only nulls beside the id": lambda session: event(
        "payment_session.completed",
        {**dict.fromkeys(session), "payment_session_id": session["payment_session_id"]},
    ),
    "session with new keys": lambda session: {
        **session_event("completed", session, verification_result={"a": [1, {"b": None}]}, amount="96000.00"),
        "api_version": "v9",
        "webhook_id": 5,
    },
    "capture": lambda session: payment_event("capture", session),
    "capture, old name": lambda session: payment_event("succeeded", session),
    "capture with a suffix": lambda session: payment_event(
        "capture", session, reference_id=f"{session['reference_id']}-cards-1"
    ),
    "capture of an unknown type": lambda session: payment_event(
        "capture", session, type="SINGLE_PAYMENT", captures=None, request_amount=None, payment_details={"x": 1}
    ),
    "capture with a foreign reference": lambda session: payment_event("capture", session, reference_id="pay-123"),
    "capture without a reference": lambda session: payment_event("capture", session, reference_id=None),
    "capture before it is captured": lambda session: payment_event("authorization", session, status="AUTHORIZED"),
    "expired, though it was paid": lambda session: session_event("expired", session),
    "failure, though it was paid": lambda session: payment_event("failure", session),
    "failure, other name": lambda session: payment_event("failed", session),
}

FAILURES = {
    "failure": lambda session: payment_event("failure", session),
    "failed": lambda session: payment_event("failed", session),
    "with a suffix": lambda session: payment_event("failure", session, reference_id=f"{session['reference_id']}_2"),
    "names the session": lambda session: payment_event(
        "failure", session, payment_session_id=session["payment_session_id"], reference_id=None
    ),
}


@pytest.fixture(scope="module")
def shop(shop_of_provider: Shop) -> Shop:
    return shop_of_provider


def goes_to_pay_unpolled(buyer: Buyer, quantity: int = 1) -> str:
    """Check out; no poll looks at this order before an event has made somebody look."""
    link = buyer.goes_to_pay(quantity=quantity)
    buyer.shop.sql("UPDATE attempts SET next_check_at = '2999-01-01' WHERE session_id = ?", buyer.session_id)
    return link


def wait_until_processed(shop: Shop, session: dict) -> None:
    open_rows = "SELECT 1 FROM webhook_events WHERE processed_at IS NULL AND (session_id = ? OR reference LIKE ?)"
    about = (session["payment_session_id"], f"{session['reference_id']}%")
    wait_until(lambda: not shop.sql(open_rows, *about))


@pytest.mark.parametrize("news", NEWS_OF_MONEY.values(), ids=NEWS_OF_MONEY.keys())
def test_any_news_makes_the_shop_look_and_the_record_pays_the_order(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, news
):
    goes_to_pay_unpolled(buyer)
    webhook = news(provider.complete(buyer.session_id))

    answer = shop.send_webhook(webhook)

    assert answer.status_code == 200
    assert buyer.waits_until("paid")["attention"] is False


@pytest.mark.parametrize("key", ["payment_session_id", "id"])
def test_a_session_event_names_its_session_under_either_key(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer, key: str
):
    goes_to_pay_unpolled(buyer)
    session_id = provider.complete(buyer.session_id)["payment_session_id"]

    shop.send_webhook(event("payment_session.completed", {key: session_id, "status": "COMPLETED"}))

    assert shop.sql("SELECT times FROM webhook_events WHERE session_id = ?", session_id) == [(1,)]


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
def test_a_failed_try_is_remembered_and_closes_nothing(shop: Shop, provider: SpoilingProxy, buyer: Buyer, failure):
    link = goes_to_pay_unpolled(buyer)
    session = provider.record(buyer.session_id)

    shop.send_webhook(failure(session))
    wait_until_processed(shop, session)

    assert buyer.status()["status"] == "pending"
    assert buyer.status()["payment"] == {"status": "ACTIVE", "failure_code": "INSUFFICIENT_BALANCE"}
    assert buyer.presses("pay").headers["location"] == link


@pytest.mark.parametrize(
    "code",
    [None, ABSENT, 7, ["CARD"], "X" * 300, "NOT_IN_ANY_LIST"],
    ids=["null", "absent", "number", "list", "long", "unknown"],
)
def test_a_failure_for_whatever_reason_shows_a_page(shop: Shop, provider: SpoilingProxy, buyer: Buyer, code):
    goes_to_pay_unpolled(buyer)
    session = provider.record(buyer.session_id)
    webhook = payment_event("failure", session, failure_code=code)
    if code is ABSENT:
        del webhook["data"]["failure_code"]

    shop.send_webhook(webhook)
    wait_until_processed(shop, session)

    assert buyer.status()["payment"]["failure_code"]
    assert buyer.opens(buyer.order).status == 200


def test_an_expired_session_closes_its_order_and_gives_the_stock_back(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    before = shop.stock("gayo-coffee-beans")
    goes_to_pay_unpolled(buyer, quantity=2)
    session = provider.change(buyer.session_id, status="EXPIRED")

    shop.send_webhook(session_event("expired", session))

    assert buyer.waits_until("canceled")["payment"]["status"] == "EXPIRED"
    assert shop.stock("gayo-coffee-beans") == before


def test_the_expiry_of_an_older_session_does_not_close_an_order_with_a_newer_one(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    buyer.adds()
    provider.will("create", RESET_AFTER)
    buyer.checks_out()
    link = buyer.presses("pay").headers["location"]
    older = provider.session_for(buyer.attempts()[0].reference)
    provider.change(older["payment_session_id"], status="EXPIRED")

    shop.send_webhook(session_event("expired", older))
    wait_until_processed(shop, older)

    assert [attempt.status for attempt in buyer.attempts()] == ["EXPIRED", "ACTIVE"]
    assert buyer.status()["status"] == "pending"
    assert buyer.presses("pay").headers["location"] == link


@pytest.mark.parametrize("state", ["processed_at = '2000-01-01'", "due_at = '2999-01-01'"], ids=["done", "put off"])
def test_a_forged_event_does_not_shadow_the_true_one(shop: Shop, provider: SpoilingProxy, buyer: Buyer, state: str):
    goes_to_pay_unpolled(buyer)
    session = provider.record(buyer.session_id)
    shop.send_webhook(session_event("completed", session))
    wait_until(lambda: provider.count("get", session["payment_session_id"]) >= 2)
    shop.sql(f"UPDATE webhook_events SET tries = 20, {state} WHERE session_id = ?", session["payment_session_id"])

    shop.send_webhook(session_event("completed", provider.complete(buyer.session_id)))

    assert buyer.waits_until("paid")["payment"]["status"] == "COMPLETED"


def test_an_event_that_comes_again_while_it_is_worked_on_is_worked_on_again(
    shop: Shop, provider: SpoilingProxy, buyer: Buyer
):
    goes_to_pay_unpolled(buyer)
    forged = session_event("completed", provider.record(buyer.session_id))

    def the_true_one_comes(_session: dict) -> None:
        shop.send_webhook(session_event("completed", provider.complete(buyer.session_id)))

    provider.will("get", Spoiled(before_answer=the_true_one_comes, changes={"status": "ACTIVE"}))
    shop.send_webhook(forged)

    assert buyer.waits_until("paid")["payment"]["status"] == "COMPLETED"


def test_the_time_of_a_delivery_does_not_make_a_repeat_look_new(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    goes_to_pay_unpolled(buyer)
    session = provider.complete(buyer.session_id)

    for moment in ("2026-01-05T10:00:00.000Z", "2026-01-05T10:00:07.500Z"):
        shop.send_webhook({**payment_event("capture", session), "created": moment})

    assert shop.sql("SELECT times FROM webhook_events WHERE payment_id = ?", session["payment_id"]) == [(2,)]
