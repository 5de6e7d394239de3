"""What a real database raises when it cannot be used, and what is tried again."""

import pytest
from sqlalchemy.exc import OperationalError

from store.database import IN_EACH_OTHERS_WAY, MOST_TRIES, UNAVAILABLE, db, retried, transaction
from store.rules import clock

from ..databases import only_postgresql, only_sqlite
from ..in_process import Shop, shop_app
from ..standing_clock import StandingClock

# Lock not available, canceled, deadlock, serialization, read-only, idle for too long, disk full, ended by the server.
CANNOT_NOW = ("55P03", "57014", "40P01", "40001", "25006", "25P03", "53100", "57P01")


def refuse(code: str) -> None:
    db.session.execute(db.text(f"DO $$ BEGIN RAISE 'not now' USING ERRCODE = '{code}'; END $$"))


@only_postgresql
@pytest.mark.parametrize("code", CANNOT_NOW)
def test_whatever_keeps_the_server_from_answering_is_unavailable(new_shop: Shop, code: str):
    with new_shop.app.app_context(), pytest.raises(UNAVAILABLE), transaction():
        refuse(code)


@only_postgresql
@pytest.mark.parametrize("code", IN_EACH_OTHERS_WAY)
@pytest.mark.parametrize(("refusals", "gets_through"), [(MOST_TRIES - 1, True), (MOST_TRIES, False)])
def test_who_is_in_anothers_way_tries_again_but_not_for_ever(
    new_shop: Shop, code: str, refusals: int, gets_through: bool
):
    tries = []

    @retried
    def use_case() -> None:
        with transaction():
            tries.append(code)
            if len(tries) <= refusals:
                refuse(code)

    with clock.using(StandingClock()), new_shop.app.app_context():
        if gets_through:
            use_case()
        else:
            with pytest.raises(OperationalError):
                use_case()

    assert len(tries) == MOST_TRIES


def health(shop: Shop) -> int:
    return shop.app.test_client().get("/healthz", base_url=shop.url).status_code


def test_a_database_that_can_be_written_is_well(new_shop: Shop):
    assert health(new_shop) == 200


@only_sqlite
def test_a_database_that_cannot_be_written_is_not_well(new_shop: Shop):
    file = new_shop.folder / "shop.db"
    new_shop.app = shop_app(new_shop.folder, new_shop.sandbox, DATABASE_URL=f"sqlite:///file:{file}?mode=ro&uri=true")

    assert health(new_shop) == 503
