"""Under which address buyers come: links fit the name by which the shop calls, or are the public one's."""

import pytest

from sandbox import create_app
from sandbox.memory import accounts
from sandbox.memory.database import Database
from sandbox.settings import DEFAULT_MERCHANT, DEFAULT_SECRET_KEY, Settings

from .conftest import OTHER_KINDS, session_request

PUBLIC = "https://sandbox.example"
TUNNEL = Settings(public_url=PUBLIC)
DASHBOARD, ACCOUNTS = "/", "/dashboard/accounts"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def visitor(settings):
    """Somebody who calls a sandbox in this process."""
    database = Database()
    accounts.open(database, DEFAULT_SECRET_KEY, DEFAULT_MERCHANT)
    return create_app(settings, database).test_client()


def link(settings, **headers):
    """Where a shop that calls with these headers is to send its buyer."""
    answer = visitor(settings).post("/sessions", json=session_request(), headers=headers, auth=(DEFAULT_SECRET_KEY, ""))
    assert answer.status_code == 201, answer.text
    return answer.json["payment_link_url"].partition("/checkout/")[0]


@pytest.mark.parametrize(
    ("host", "start"),
    [
        ("localhost:8001", "http://localhost:8001"),
        ("LocalHost.:8001", "http://localhost:8001"),
        ("127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("127.0.0.2:81", "http://127.0.0.2:81"),
        ("[::1]:8001", "http://[::1]:8001"),
        ("localhost:80", "http://localhost"),
        ("sandbox", Settings().address),
        ("evil.example:8001", Settings().address),
        ("localhost:x", Settings().address),
    ],
)
def test_the_link_fits_the_name_of_this_machine_by_which_the_shop_called(host, start):
    assert link(Settings(), Host=host) == start


def test_behind_tls_on_this_machine_the_link_has_its_scheme():
    assert link(Settings(), Host="localhost", **{"X-Forwarded-Proto": "https, http"}) == "https://localhost"


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost:8001", "sandbox.example", "evil.example"])
def test_a_public_address_is_in_every_link(host):
    assert link(TUNNEL, Host=host) == PUBLIC


def test_what_the_api_says_to_do_next_leads_there_too():
    shop = visitor(TUNNEL)
    auth = (DEFAULT_SECRET_KEY, "")
    session = shop.post("/sessions", json=session_request(**OTHER_KINDS["DANA"]), auth=auth).json
    step = shop.post(f"/checkout/{session['payment_session_id']}/dana")
    payment_id = step.headers["Location"].split("/")[-2]

    request_id = shop.get(f"/v3/payments/{payment_id}", auth=auth).json["payment_request_id"]
    action = shop.get(f"/v3/payment_requests/{request_id}", auth=auth).json["actions"][0]

    assert action["value"].startswith(f"{PUBLIC}/checkout/")
    assert step.headers["Location"].startswith("/checkout/")


@pytest.mark.parametrize("host", ["sandbox.example", "SANDBOX.EXAMPLE.:443", "localhost:8001", "127.0.0.1"])
@pytest.mark.parametrize("scheme", [{}, {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Proto": "http"}])
def test_behind_a_tunnel_the_dashboard_answers_and_takes_its_own_forms(host, scheme):
    teacher = visitor(TUNNEL)
    headers = {"Host": host, **scheme}
    form = {"key": "xnd_development_of_the_class"}

    page = teacher.get(DASHBOARD, headers=headers)
    sent = teacher.post(ACCOUNTS, data=form, headers={**headers, **OWN_PAGE, "Origin": PUBLIC})

    assert (page.status_code, sent.status_code) == (200, 303)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://sandbox.example.evil.example"])
def test_behind_a_tunnel_other_sites_are_kept_out_as_ever(origin):
    stranger = visitor(TUNNEL)

    sent = stranger.post(ACCOUNTS, headers={"Host": "sandbox.example", "Origin": origin})
    read = stranger.get(DASHBOARD, headers={"Host": "evil.example", "X-Forwarded-Host": "sandbox.example"})

    assert (sent.status_code, read.status_code) == (403, 403)


@pytest.mark.parametrize("host", ["localhost:8001", "LOCALHOST:8001", "[::1]:8001"])
def test_a_form_of_our_own_page_is_taken_under_each_name_of_this_machine(host):
    headers = {"Host": host, "Origin": f"http://{host.lower()}", **OWN_PAGE}

    assert visitor(Settings()).post(ACCOUNTS, data={"key": "xnd_development_x"}, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "url", ["", "sandbox.example", "https://", "https://sandbox.example/path", "https://[x", "https://a?b"]
)
def test_a_public_address_is_scheme_host_and_port(url):
    assert Settings(public_url=url).problem().startswith("--public-url must be")


def test_only_with_a_public_address_the_sandbox_may_listen_on_all():
    everywhere = "http://0.0.0.0:8001"

    assert Settings(address=everywhere).problem().startswith("--host must be")
    assert Settings(address=everywhere, public_url=PUBLIC).problem() is None
