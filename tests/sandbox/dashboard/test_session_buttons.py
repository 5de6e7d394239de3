"""The buttons on the page of one session: each does to its money what it says, and is there only where it can."""

import pytest


def test_a_session_is_canceled_untold(merchant, dashboard, control):
    session = merchant.create()
    story = dashboard.opens_story(session)
    assert "Cancel now" in story and f'{session["payment_session_id"]}/cancel"' in story

    assert dashboard.sends_to(session, "/cancel").status_code == 303

    assert merchant.session(session)["status"] == "CANCELED"
    assert control.deliveries(session) == []
    assert "Cancel now" not in dashboard.opens_story(session)


def test_money_comes_for_a_session_that_has_ended_by_a_button_that_is_there_only_then(merchant, dashboard, control):
    session, button = merchant.create(), "Let late money come"
    assert button not in dashboard.opens_story(session)
    merchant.cancel(session)
    assert button in dashboard.opens_story(session)

    answer = dashboard.sends_to(session, "/late")

    assert (answer.status_code, merchant.session(session)["status"]) == (303, "CANCELED")
    assert len(control.ledger(session)["captures"]) == 1
    assert button not in dashboard.opens_story(session)
    assert dashboard.sends_to(session, "/late").status_code == 422


@pytest.mark.parametrize(
    ("outcome", "status"), [("capture", "SUCCEEDED"), ("cancel", "CANCELED"), ("expire", "EXPIRED")]
)
def test_reserved_money_is_captured_released_or_lapses_by_a_button(merchant, dashboard, control, outcome, status):
    session = merchant.create()
    control.does("POST", f"sessions/{session['payment_session_id']}/pay", {"authorize": True})
    path = f"/payments/{merchant.session(session)['payment_id']}/{outcome}"
    assert path in dashboard.opens_story(session)

    assert dashboard.sends_to(session, path).status_code == 303

    assert merchant.payment(session)["status"] == status
    assert path not in dashboard.opens_story(session)
    assert dashboard.sends_to(session, path).status_code == 400
    assert dashboard.sends_to(merchant.create(), path).status_code == 404


def test_money_is_given_back_on_the_dashboard_without_the_shop(merchant, dashboard, control):
    session = merchant.create()
    assert "Refund what is left" not in dashboard.opens_story(session)
    control.does("POST", f"sessions/{session['payment_session_id']}/pay")
    path = f"/payment_requests/{merchant.session(session)['payment_request_id']}/refund"
    assert path in dashboard.opens_story(session)

    assert dashboard.sends_to(session, path).status_code == 303

    assert [refund["amount"] for refund in control.ledger(session)["refunds"]] == [150000]
    again = dashboard.sends_to(session, path)
    assert (again.status_code, "refund" in again.text.lower()) == (400, True)
    assert dashboard.sends_to(merchant.create(), path).status_code == 404
