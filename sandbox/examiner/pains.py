"""The pains that shops have had, one record each: what is done, what a shop should do, and who has suffered it."""

from collections.abc import Callable
from dataclasses import dataclass

from . import plays
from .judge import Stage


@dataclass(frozen=True)
class Pain:
    """One item of the examination."""

    name: str
    done: str
    should: str
    # Why it matters, and the public threads that tell of it.
    why: str
    threads: tuple[str, ...]
    play: Callable[[Stage], None]
    # It changes what becomes of all orders, so no other item is played meanwhile.
    is_alone: bool = False


def _pain(
    name: str, play: Callable[[Stage], None], done: str, should: str, why: str, threads: str, is_alone: bool = False
) -> Pain:
    return Pain(name, done, should, why, tuple(threads.split()), play, is_alone)


_EVERY = (
    _pain(
        "twice", plays.paid_with("repeat", number=3),
        "A paid order; each webhook three times, one after another.", "paid",
        "Providers repeat what was answered slowly or not at all; what is counted by delivery is counted twice.",
        "woocommerce/woocommerce-paypal-payments#3976",
    ),
    _pain(
        "at_once", plays.paid_with("at_once", number=plays.COPIES),
        "A paid order; five copies of each webhook in the same moment.", "paid",
        "Copies in parallel pass any check that is not one with the change.",
        "Pinelab-studio/pinelab-vendure-plugins#620 solidusio/solidus_stripe#286",
    ),
    _pain(
        "late", plays.late,
        "A paid order; its webhooks come a minute later (on the sandbox's clock).", "pending or paid, then paid",
        "A late webhook is the normal case; who gives the order up meanwhile loses it.",
        "mollie/PrestaShop#1510 omise/omise-opencart#49",
    ),
    _pain(
        "never", plays.never,
        "A paid order without any webhook; the buyer comes back to the success return URL.", "paid, by asking Xendit",
        "A lost webhook leaves money taken and an order that is pending for ever.",
        "razorpay/razorpay-magento#284 strangerstudios/paid-memberships-pro#889",
    ),
    _pain(
        "closed_tab", plays.closed_tab,
        "A paid order without any webhook, and the buyer never comes back.", "paid, by asking Xendit from time to time",
        "Buyers close the tab; then only a check by the shop itself finds the money.",
        "mollie/mollie-odoo#90 saleor/saleor#16813 DistinctCodes/ManageHub#1424",
    ),
    _pain(
        "before_answer", plays.before_answer,
        "The session is paid, and its webhooks are sent, before POST /sessions is answered.", "paid",
        "An event answered 2xx and dropped because its order is not stored yet never comes again.",
        "duncanmcclean/statamic-cargo#190 shopperlabs/shopper#658",
        is_alone=True,
    ),
    _pain(
        "swapped", plays.paid_with("swapped"),
        "A paid order; payment_session.completed comes before payment.capture.", "paid",
        "Events have no order; both are to be used, and once.", "odoo/odoo#146472 odoo/odoo#147534",
    ),
    _pain(
        "wrong_amount", plays.wrong("wrong_amount"),
        "Money of another amount: so say the webhook, GET /sessions and GET /v3/payments.", "attention",
        "An amount that nobody compares is chosen by the buyer; the money is there, so a person must look.",
        "Azuriom/Plugin-Shop#284 Adyen/adyen-prestashop#151",
    ),
    _pain(
        "wrong_currency", plays.wrong("wrong_currency"),
        "Money in another currency: so say the webhook, GET /sessions and GET /v3/payments.", "attention",
        "A sum is nothing without its currency.", "revolut-engineering/revolut-checkout-example#13",
    ),
    _pain(
        "wrong_token", plays.wrong_token,
        "A webhook that says “paid” with a wrong x-callback-token; nothing was paid.", "pending, and an answer 4xx",
        "Anybody can send a webhook; the token is all that tells who did.",
        "open-mercato/open-mercato#1311 Carrington-dev/dj-payfast#30",
    ),
    _pain(
        "never_paid", plays.never_paid,
        "A webhook that says “paid” with the right token; nothing was paid.", "pending",
        "The token says who sends, not what is true, and it is the same for ever: ask Xendit before money is believed.",
        "bitpay/bitpay-checkout-magento2#111 revolut-engineering/revolut-checkout-example#13",
    ),
    _pain(
        "unknown", plays.unknown,
        "With the right token: a webhook about an unknown session, and one of an unknown event.",
        "nothing, and an answer 2xx to both",
        "Other systems share the account, and Xendit adds events; an error makes it repeat them for a day.",
        "shopperlabs/shopper#658 odoo/documentation#20034",
    ),
    _pain(
        "failure_then_success", plays.failure_then_success,
        "A try on the hosted page fails, the next succeeds.", "pending, then paid",
        "A session outlives a failed try; who closes the order then can't take the money that follows.",
        "komoju/komoju-woocommerce#21 be-BOP-io-SA/be-BOP#1595",
    ),
    _pain(
        "late_failure", plays.paid_with("failure_after_success"),
        "A paid order; then comes a payment.failure for it.", "paid",
        "A failure that is late must not lower what is paid.",
        "woocommerce/woocommerce-gateway-stripe#902 themeum/tutor#2360",
    ),
    _pain(
        "late_expired", plays.paid_with("expired_after_paid"),
        "A paid order; then comes a payment_session.expired for it.", "paid",
        "Old sessions expire after the order was paid; goods may be under way by then.",
        "woocommerce/woocommerce-gateway-stripe#5812 mollie/PrestaShop#424",
    ),
    _pain(
        "expired_then_paid", plays.expired_then_paid,
        "The session expires unpaid, and then its money comes.", "paid or attention",
        "A transfer can be slow; money for an order that is closed must reach somebody's eyes.",
        "PAYONE-GmbH/magento-1#211 pretix/pretix#92",
    ),
    _pain(
        "canceled_then_paid", plays.canceled_then_paid,
        "The session is canceled at Xendit, which no webhook tells, and then its money comes.", "paid or attention",
        "Canceling does not stop what is under way.",
        "vippsas/vipps-woocommerce#217 blockonomics/woocommerce-plugin#294",
    ),
    _pain(
        "two_sessions", plays.two_sessions,
        "Two sessions of one order, both paid.", "paid, then attention",
        "A second payment is somebody's money; unseen it comes up in the bookkeeping.",
        "mollie/WooCommerce#1204 Sylius/PayumStripePlugin#31",
    ),
    _pain(
        "provider_down", plays.provider_down,
        "POST /sessions and all reads answer 503, an order is paid meanwhile; then all is well, webhooks come again.",
        "no link and pending (or paid) during the outage, then paid, and new orders can be paid",
        "An error says nothing about the money; who swallows it and answers 2xx loses the order.",
        "mollie/magento2#142 koala73/worldmonitor#8294",
        is_alone=True,
    ),
    _pain(
        "reload_storm", plays.reload_storm,
        "The success return URL opened twenty times at once, before anything was paid and again after.",
        "pending before, paid after, and no 5xx",
        "A return page that is believed sells for nothing; and page and webhook work on one order in one moment.",
        "xendit/xendit-php#221 woocommerce/woocommerce#12154 Automattic/woocommerce-payments#3345",
    ),
    _pain(
        "repeated_customer", plays.repeated_customer,
        "The same customer buys twice.", "two links; the one that was paid is paid, the other pending",
        "Xendit answers 409 DUPLICATE_ERROR to a customer reference that it has seen, as the page of POST /sessions"
        " says; the second order of a good customer then has no link.",
        "",
    ),
)  # fmt: skip
PAINS = {pain.name: pain for pain in _EVERY}
