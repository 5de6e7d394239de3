"""Other sites' pages, and other names for this machine, get nothing from the dashboard and `/_control`."""

import socket

import pytest
import requests

from ..conftest import start

PAGES = ("/", "/dashboard/accounts", "/_control/account", "/_control/ledger")
FORMS = ("/dial", "/clock", "/faults", "/settings", "/reset", "/webhooks/resend", "/scenarios/late")
FOREIGN = ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"})


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", FORMS)
def test_another_sites_page_can_send_no_form(api, path, headers):
    account = api.get("/_control/account").json()["business_id"]

    answer = requests.post(f"{api.address}/dashboard/accounts/{account}{path}", headers=headers, timeout=30)

    assert answer.status_code == 403


def test_our_own_page_can_send_a_form(api):
    headers = {"Origin": api.address, "Sec-Fetch-Site": "same-origin"}
    url = f"{api.address}/dashboard/accounts"

    answer = requests.post(url, data={"key": "xnd_development_own_page"}, headers=headers, timeout=30)

    assert answer.status_code == 200


def test_another_port_of_this_machine_is_another_site(api):
    headers = {"Origin": "http://127.0.0.1:3000", "Host": f"127.0.0.1:{api.address.rpartition(':')[2]}"}

    answer = requests.post(f"{api.address}/dashboard/accounts", headers=headers, timeout=30)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8001", "127.0.0.1.evil.example", "localhost.evil.example"]
)
@pytest.mark.parametrize("path", PAGES)
def test_a_foreign_name_for_this_machine_reads_nothing(address, path, host):
    answer = requests.get(address + path, headers={"Host": host}, timeout=30)

    assert answer.status_code == 403
    assert "xnd_development" not in answer.text


@pytest.mark.parametrize("host", ["localhost:8001", "localhost", "127.0.0.1:1", "127.0.0.2", "[::1]:8001"])
@pytest.mark.parametrize("path", PAGES)
def test_each_name_of_the_loopback_reads_everything(address, path, host):
    assert requests.get(address + path, headers={"Host": host}, timeout=30).status_code == 200


def test_the_address_of_the_command_line_is_its_own_name():
    process, address = start("--host", "127.0.0.3")
    try:
        page = requests.get(address, timeout=30)
        refused = requests.get(address, headers={"Host": "127.0.0.3.evil.example"}, timeout=30)
    finally:
        process.terminate()
        process.communicate(timeout=30)

    assert address.startswith("http://127.0.0.3:")
    assert (page.status_code, refused.status_code) == (200, 403)


@pytest.mark.parametrize("host", ["0.0.0.0", "0", ""])
def test_an_address_that_is_no_address_is_refused_at_the_start(host):
    process, _ = start("--host", host)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == 2
    assert errors.startswith("--host must be")


def test_a_request_without_a_name_is_no_page_of_another_site(address):
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = connection.recv(15)

    assert answer.endswith(b" 200 ") or b" 200" in answer
