"""Customers: made with a session or alone, each under a reference that can be used once."""

from ..contract import errors
from ..memory.ledger import Ledger

GIVEN = ("type", "reference_id", "individual_detail", "email", "mobile_number")
# What Xendit's SDKs read of a customer and this sandbox takes from nobody.
NOT_TAKEN = (
    "business_detail",
    "description",
    "phone_number",
    "addresses",
    "identity_accounts",
    "kyc_documents",
    "metadata",
)
OF_NO_SESSION = ""


def create(ledger: Ledger, details: dict, session_id: str = OF_NO_SESSION) -> dict:
    """A new customer, for the session that named them or for none.

    Raises `ApiError` for a reference that was used before. Source: CONTRACT 1.1, seen live in test mode.
    """
    with ledger.transaction():
        if ledger.customer_with_reference(details["reference_id"]) is not None:
            raise errors.customer_known()
        now = ledger.clock.stamp()
        customer = {
            "id": ledger.ids.customer_id(),
            **{name: details.get(name) for name in GIVEN},
            **dict.fromkeys(NOT_TAKEN),
            "created": now,
            "updated": now,
        }
        ledger.save_customer(session_id, customer)
        return customer


def find(ledger: Ledger, customer_id: str) -> dict:
    customer = ledger.customer(customer_id)
    if customer is None:
        raise errors.data_not_found("Customer not found")
    return customer
