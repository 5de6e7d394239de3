"""The header `webhook-id`: by it a merchant knows that a delivery came before."""

import uuid
from datetime import timedelta

from ..conftest import until
from ..controls import Control


def ids_of(webhooks):
    return [webhook["headers"]["webhook-id"] for webhook in webhooks]


def test_it_stays_the_same_over_the_retries_of_one_delivery(merchant, buyer, receiver, time):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500
    buyer.fails_by_qr(session)
    receiver.wait_for(session, "payment.failure")

    time.jump(timedelta(days=1, minutes=1))

    came = ids_of(receiver.wait_for_all(session, "payment.failure", 7))
    assert len(set(came)) == 1
    assert str(uuid.UUID(came[0])) == came[0]


def test_each_delivery_has_its_own(merchant, buyer, webhooks):
    for session in (merchant.create(), merchant.create()):
        buyer.pays_by_qr(session)

    came = ids_of(until(webhooks, lambda came: len(came) == 4))

    assert len(set(came)) == 4


def test_sending_again_by_hand_is_another_delivery(here, merchant, buyer, receiver):
    control, session = Control(here.address, merchant.key), merchant.create()
    buyer.fails_by_qr(session)
    (row,) = control.waits_for(session, 1)

    for count in (2, 3):
        control.does("POST", f"deliveries/{row['id']}/resend")
        tries = until(lambda: control.deliveries(session)[0]["tries"], lambda tries, n=count: len(tries) == n)

    came = ids_of(receiver.wait_for_all(session, "payment.failure", 3))
    assert len(set(came)) == 3
    assert [each["headers"]["webhook-id"] for each in tries] == came
