"""The rules for a request to create a session, once it has the right shape: Xendit's own, and what is not imitated yet.

Xendit documents no order among the rules; this one is ours.
"""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from .. import clock
from ..contract import amounts, channels, errors, schema
from ..contract.errors import ApiError
from ..hosts import is_loopback
from ..memory.ledger import Ledger
from . import bodies

FIELDS = bodies.DOCUMENT["components"]["schemas"]["CreateSession"]["properties"]
MODES = FIELDS["mode"]["enum"]
SESSION_TYPES = FIELDS["session_type"]["enum"]
NOT_IMITATED = "SUBSCRIPTION"
# Of a SAVE session, and what all others are above.
LEAST_AMOUNT = FIELDS["amount"]["minimum"]
METADATA = FIELDS["metadata"]
METADATA_OF_ITEM = FIELDS["items"]["items"]["properties"]["metadata"]
OLD_CARDS_MODE = "CARDS_SESSION_JS"
COMPONENTS = "COMPONENTS"
LEAST_LIFE = timedelta(minutes=10)
# Xendit publishes no figure; an outside team saw this one (CONTRACT 2.1).
MOST_LIFE = timedelta(hours=24)
# A caller who asks for all of it may have a clock that is ahead.
CLOCKS_DIFFER_BY = timedelta(minutes=5)
NOT_ACTIVE = "are not available. Please ensure that you have activated the necessary channels"
UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")
ORIGIN = re.compile(r"[a-z]+://[^/?#@]+/?", re.IGNORECASE)


def check_create(request: dict, ledger: Ledger) -> None:
    """Raise the `ApiError` that Xendit would answer; return nothing if the request is good."""
    _check_session_type(request)
    _check_mode(request)
    _check_market(request, ledger.account.hk_and_mx)
    for rule in RULES:
        rule(request)
    _check_expiry(request, ledger.clock.real_now())
    for rule in LATER_RULES:
        rule(request)
    _check_customer_id(request, ledger)
    _check_imitated(request)


def _check_session_type(request: dict) -> None:
    if request["session_type"] not in (*SESSION_TYPES, NOT_IMITATED):
        message = f"session_type {request['session_type']} is not supported for now"
        raise errors.refusal("SESSION_TYPE_NOT_SUPPORTED", message)


def _check_mode(request: dict) -> None:
    if request["mode"] == OLD_CARDS_MODE and not _names_customer(request):
        raise _missing_customer()
    if request["mode"] not in MODES:
        raise errors.refusal("MODE_NOT_SUPPORTED", f"mode {request['mode']} is not supported for now")


def _check_market(request: dict, hk_and_mx: bool) -> None:
    """Hong Kong and Mexico are in use at Xendit and not in its list for sessions: CONTRACT 9, row 29."""
    for name, error_code in (("country", "INVALID_COUNTRY"), ("currency", "INVALID_CURRENCY")):
        known = FIELDS[name]["enum"] + (FIELDS[name][schema.IF_SWITCHED_ON] if hk_and_mx else [])
        if request[name] not in known:
            raise errors.refusal(error_code, f"{name.capitalize()} {request[name]} is not supported")


def _check_amount(request: dict) -> None:
    amount, currency = request["amount"], request["currency"]
    if request["session_type"] == "SAVE":
        if amount != LEAST_AMOUNT:
            raise errors.refusal("INVALID_AMOUNT", "Amount must be zero for session type SAVE")
    elif amount <= LEAST_AMOUNT:
        raise errors.refusal("INVALID_AMOUNT", "Amount must be greater than zero")
    if not amounts.fits(amount, currency):
        raise errors.refusal("INVALID_AMOUNT", f"Amount has too many decimals for currency {currency}")


def _check_capture_method(request: dict) -> None:
    if "capture_method" in request and request["session_type"] != "PAY":
        message = f"Capture method is not supported for session type {request['session_type']}"
        raise errors.refusal("DISALLOWED_CAPTURE_METHOD", message)


def _check_items(request: dict) -> None:
    items = request.get("items") or ()
    if items and request["session_type"] != "PAY":
        raise errors.refusal("ITEMS_NOT_SUPPORTED", "Items are allowed for session type PAY only")
    for item in items:
        _judge_metadata(item, METADATA_OF_ITEM)


def _check_metadata(request: dict) -> None:
    _judge_metadata(request, METADATA)


def _judge_metadata(holder: dict, rules: dict) -> None:
    """By the document's limits, in the words that Xendit has for them."""
    metadata, own_error = holder.get("metadata") or {}, rules[schema.OWN_ERROR]
    most, key_length = rules["maxProperties"], rules["x-propertyNames"]["maxLength"]
    value_length, of_value = rules["additionalProperties"]["maxLength"], own_error["additionalProperties"]
    if len(metadata) > most:
        raise errors.refusal(own_error["maxProperties"], f"Metadata must have at most {most} keys")
    for key, value in metadata.items():
        if len(key) > key_length:
            message = f"Metadata key must have at most {key_length} characters"
            raise errors.refusal(own_error["x-propertyNames"], message)
        if not isinstance(value, str):
            raise errors.refusal(of_value, "Metadata value must be a string")
        if len(value) > value_length:
            raise errors.refusal(of_value, f"Metadata value must have at most {value_length} characters")


def _check_customer(request: dict) -> None:
    saves = request["session_type"] == "SAVE" or request.get("allow_save_payment_method", "DISABLED") != "DISABLED"
    if saves and not _names_customer(request):
        raise _missing_customer()


def _names_customer(request: dict) -> bool:
    return "customer" in request or "customer_id" in request


def _missing_customer() -> ApiError:
    return errors.refusal("MISSING_CUSTOMER", "Customer object or customer_id is required")


def _check_expiry(request: dict, real_now: datetime) -> None:
    if "expires_at" not in request:
        return
    try:
        expires_at = clock.moment(request["expires_at"].upper()).astimezone(UTC)
    except OverflowError:
        expires_at = clock.LATEST
    # Real time, whatever the sandbox's clock shows: see `clock.py`.
    if expires_at < real_now + LEAST_LIFE:
        raise errors.refusal("INVALID_EXPIRY_DATE", "expires_at must be at least 10 minutes in the future")
    if expires_at > real_now + MOST_LIFE + CLOCKS_DIFFER_BY:
        raise errors.refusal("INVALID_EXPIRY_DATE", "expires_at must be at most 24 hours in the future")


def _check_return_urls(request: dict) -> None:
    for name in ("success_return_url", "cancel_return_url"):
        if name in request and not _is_return_url(request[name]):
            raise errors.refusal("INVALID_URL", "Please provide a valid HTTPS URL")


def _is_return_url(url: str) -> bool:
    """HTTPS, or plain HTTP to this same machine: the sandbox's one departure from Xendit."""
    if UNSAFE_IN_URL.search(url):
        return False
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port  # A port that can't be one is noticed when it is asked for.
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _check_channels(request: dict) -> None:
    """Each channel asked for must fit the country, the currency, the capture method and the saving option."""
    fitting = {channel["code"] for channel in channels.fitting(request)}
    missing = [code for code in request.get("allowed_payment_channels") or () if code not in fitting]
    if missing or not fitting:
        named = ", ".join(missing) or f"for {request['country']} and {request['currency']}"
        raise errors.refusal("INVALID_PAYMENT_CHANNEL", f"Channel(s) {named} {NOT_ACTIVE}")
    allowed = request.get("allowed_payment_channels") or fitting
    primary = request.get("payment_link_configuration", {}).get("primary_payment_channels", ())
    for code in primary:
        if code not in allowed:
            message = f"Primary channel {code} is not included in the requested channels"
            raise errors.refusal("INVALID_PRIMARY_PAYMENT_CHANNEL", message)


def _check_card_properties(request: dict) -> None:
    cards = request.get("channel_properties", {}).get("cards", {})
    if "card_details" in cards:
        raise errors.invalid_request([("/body/channel_properties/cards/card_details", "is not allowed")])
    repeats = cards.get("card_on_file_type") in ("RECURRING", "MERCHANT_UNSCHEDULED")
    if repeats and "recurring_configuration" not in cards:
        raise errors.missing("/body/channel_properties/cards", "recurring_configuration")


def _check_components(request: dict) -> None:
    """The pages on which the components may stand: with that mode there must be one (CONTRACT 2.1)."""
    path = "/body/components_configuration"
    configuration = request.get("components_configuration", {})
    if request["mode"] == COMPONENTS:
        if "components_configuration" not in request:
            raise errors.missing("/body", "components_configuration")
        if "origins" not in configuration:
            raise errors.missing(path, "origins")
    if configuration.get("origins") == []:
        raise errors.invalid_request([(f"{path}/origins", "must NOT have fewer than 1 items")])
    for position, origin in enumerate(configuration.get("origins", ())):
        if not (_is_return_url(origin) and ORIGIN.fullmatch(origin)):
            raise errors.invalid_request([(f"{path}/origins/{position}", "must be an HTTPS origin")])


def _check_subscription(request: dict) -> None:
    if request["session_type"] == NOT_IMITATED and request.get("subscription") is None:
        raise errors.missing("/body", "subscription")


def _check_customer_id(request: dict, ledger: Ledger) -> None:
    customer_id = request.get("customer_id")
    if customer_id is None:
        return
    if not customer_id.startswith("cust-"):
        raise errors.refusal("INVALID_CUSTOMER_ID", 'Customer ID must start with "cust-"')
    if ledger.customer(customer_id) is None:
        message = "The customer ID provided in the request does not exist"
        raise errors.data_not_found(message)


def _check_imitated(request: dict) -> None:
    """What Xendit offers and the sandbox lacks is refused aloud, never half done."""
    if request["session_type"] == NOT_IMITATED:
        message = f"session_type {NOT_IMITATED} is a standard type that this sandbox does not imitate yet"
        raise errors.refusal("SESSION_TYPE_NOT_SUPPORTED", message)


RULES = (
    _check_amount,
    _check_capture_method,
    _check_items,
    _check_metadata,
    _check_customer,
)
LATER_RULES = (
    _check_return_urls,
    _check_channels,
    _check_card_properties,
    _check_components,
    _check_subscription,
)
