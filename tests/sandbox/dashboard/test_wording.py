"""Whatever can go wrong on demand is offered on the dashboard in words, and can be set there."""

import re

import pytest

from sandbox.trouble import faults
from sandbox.webhooks.plans import POSITIONS


@pytest.mark.parametrize("position", POSITIONS.values(), ids=POSITIONS)
def test_every_position_of_the_dial_is_offered_in_words_and_can_be_set(dashboard, control, position):
    page = dashboard.opens()

    answer = dashboard.sends("/dial", position=position.name)

    assert re.search(rf'value="{position.name}"[^>]*> {re.escape(position.words[0])}', page)
    assert answer.status_code == 303
    assert control.does("GET", "dial")["position"] == position.name


# What the form's details are good for. A kind that is new here is believed.
DETAILS_OF = {
    "delay": {"milliseconds"},
    "error": {"status", "error_code"},
    "error_after_work": {"status", "error_code"},
    "wrong_amount": {"value"},
    "wrong_status": {"value"},
    **{name: set() for name in ("reset_before_work", "reset_after_work", "garbage", "truncated", "rate_limit")},
}


@pytest.mark.parametrize("kind", faults.KINDS.values(), ids=faults.KINDS)
def test_every_kind_of_fault_is_offered_in_words_and_can_be_ordered(dashboard, control, kind):
    page = dashboard.opens("/faults")
    details = {"milliseconds": "5", "status": "503", "error_code": "BUSY", "value": "7"}

    dashboard.sends("/faults", operation="get_payment", kind=kind.name, count="1", **details)

    assert f'<option value="{kind.name}"' in page
    [fault] = control.does("GET", "faults")
    assert (fault["operation"], fault["kind"]) == ("get_payment", kind.name)
    taken = {name for name, typed in details.items() if str(fault[name]) == typed}
    assert taken == DETAILS_OF.get(kind.name, set(kind.asks))
    assert f"<strong>GET /v3/payments/{{id}}</strong> {kind.words}" in dashboard.opens("/faults")


@pytest.mark.parametrize("operation", faults.OPERATIONS.values(), ids=faults.OPERATIONS)
def test_every_call_of_the_api_is_offered_for_a_fault(dashboard, operation):
    assert f'<option value="{operation.name}"' in dashboard.opens("/faults")
    assert f">{operation.words}</option>" in dashboard.opens("/faults")
