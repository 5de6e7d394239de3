"""A buyer with an unpaid order, whose details are found nowhere else."""

import pytest

from ...buyer import Buyer

PERSONAL = {
    "given_names": "Kartini", "surname": "Wulandari", "email": "secret.mailbox@example.com",
    "mobile_number": "0813 9876 5432", "address_line1": "Gang Rahasia 77", "city": "Purwokerto", "postal_code": "53116",
}  # fmt: skip
PHONE = "+6281398765432"


@pytest.fixture
def ordered(buyer: Buyer) -> Buyer:
    """A buyer with an unpaid order and a full cart."""
    buyer.adds()
    assert buyer.checks_out(**PERSONAL).status_code == 303
    return buyer
