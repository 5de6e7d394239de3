"""The delivery dial on the pay page: a form for testers, out of the buyer's way."""

import pytest
import requests

from sandbox.checkout import dial, texts
from sandbox.webhooks.plans import POSITIONS, Position

from ..controls import Control


@pytest.fixture
def control(here, merchant):
    return Control(here.address, merchant.key)


def turns(session, headers=None, **form):
    url = f"{session['payment_link_url']}/dial"
    return requests.post(url, data=form, headers=headers, allow_redirects=False, timeout=30)


def dial_of(control, session):
    return control.does("GET", f"sessions/{session['payment_session_id']}/dial")


def test_a_tester_turns_the_dial_of_one_session(merchant, control, buyer):
    session, other = merchant.create(), merchant.create()

    answer = turns(session, position="late", number="5")

    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"/checkout/{session['payment_session_id']}",
    )
    assert dial_of(control, session) == {"position": "late", "number": 5}
    assert dial_of(control, other)["position"] == "on_time"
    assert '<option value="late" selected>' in buyer.opens(session).text


def test_the_dial_is_folded_and_on_each_page_where_a_channel_is_chosen(merchant, buyer):
    session = merchant.create()

    for page in (buyer.opens(session), buyer.opens_channel(session, "QRIS")):
        assert '<details class="simulator simulator--folded">' in page.text
        assert "For testers" in page.text


def test_a_dial_without_a_number_takes_the_usual_one(merchant, control):
    session = merchant.create()

    turns(session, position="repeat", number="")

    assert dial_of(control, session) == {"position": "repeat", "number": POSITIONS["repeat"].numbers.usual}


@pytest.mark.parametrize("form", [
    {}, {"position": "sideways"}, {"position": "before_answer"}, {"position": "late", "number": "0"},
    {"position": "repeat", "number": "9" * 9999}, {"position": "late", "number": "soon"},
])  # fmt: skip
def test_what_cannot_be_set_changes_nothing_and_breaks_nothing(merchant, control, form):
    session = merchant.create()

    answer = turns(session, **form)

    assert answer.status_code == 303
    assert dial_of(control, session)["position"] == "on_time"


def test_another_sites_page_cannot_turn_it(merchant, control):
    session = merchant.create()

    assert turns(session, {"Origin": "https://evil.example"}, position="never").status_code == 403
    assert dial_of(control, session)["position"] == "on_time"


def test_an_unknown_session_has_no_dial(here):
    session = {"payment_link_url": f"{here.address}/checkout/ps-000000000000000000000000"}

    assert turns(session, position="never").status_code == 404


@pytest.mark.parametrize("name", texts.LANGUAGES)
def test_no_two_positions_read_the_same(name):
    words = [dial.words(name, position) for position in POSITIONS.values()]

    assert all(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("name", texts.LANGUAGES)
def test_a_position_that_no_translator_has_seen_has_its_own_words(name):
    assert dial.words(name, Position("brand_new", ("in a new way", ""), "A new way")) == "A new way"
