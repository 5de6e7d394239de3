"""The client: whatever goes wrong has one of our names, and what time it is at Xendit, Xendit says."""

import http.client
import ssl
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
import requests
import urllib3

from store.rules import clock
from store.xendit import ProviderRefused, ProviderUnavailable, RateLimited

from ...in_process import Sandbox
from ...standing_clock import StandingClock
from .calls import Failing, client_of, request_until


def dated(date: str) -> Sandbox:
    sandbox = Sandbox()
    sandbox.date = date
    return sandbox


@pytest.mark.parametrize(
    "error",
    [
        UnicodeEncodeError("latin-1", "key", 0, 1, "ordinal not in range"), ValueError("no address"),
        requests.exceptions.InvalidURL("no host"), urllib3.exceptions.LocationParseError("a label that is too long"),
        OSError("no certificates at this path"), ssl.SSLError("a certificate that is not one"),
        http.client.BadStatusLine("hello"), RecursionError("too deep"), AttributeError("a socket that is None"),
        requests.ConnectionError("reset"), TimeoutError("late"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_whatever_the_library_raises_is_an_outage_by_our_own_name(sandbox: Sandbox, error: Exception):
    client = client_of(sandbox, transport=Failing(error))

    with pytest.raises(ProviderUnavailable, match=type(error).__name__) as told:
        client.get_session("ps-1")

    assert told.value.__cause__ is error


@pytest.mark.parametrize(
    "settings",
    [
        {"secret_key": "xnd_development_€"}, {"secret_key": "xnd_development_\u2069"},
        {"api_url": "http://[::1"}, {"api_url": "http://"}, {"api_url": "http://" + "a" * 300, "transport": None},
        {"api_url": "http://127.0.0.1:99999999", "transport": None},
    ],
    ids=["key", "mark in the key", "bracket", "no host", "long label", "no port"],
)  # fmt: skip
def test_settings_that_cannot_be_sent_are_an_outage_and_no_traceback(sandbox: Sandbox, settings: dict):
    with pytest.raises(ProviderUnavailable):
        client_of(sandbox, **settings).get_session("ps-1")


def test_too_many_calls_are_no_refusal(sandbox: Sandbox):
    sandbox.spoil("create_session", "rate_limit")

    with pytest.raises(RateLimited):
        client_of(sandbox).create_session(request_until(30))


@pytest.mark.parametrize("minutes", [-30, -2, 2, 60 * 48], ids="{} minutes".format)
def test_the_end_of_a_session_is_told_by_xendits_clock_once_that_is_known(minutes: int):
    real = clock.now()
    sandbox = dated(format_datetime(real, usegmt=True))
    client = client_of(sandbox)
    with clock.using(StandingClock(real + timedelta(minutes=minutes))):
        with pytest.raises(ProviderRefused):
            client.get_session("ps-unknown")

        session = client.create_session(request_until(30))

    life = datetime.fromisoformat(sandbox.session(session.id)["expires_at"]) - real
    assert abs(life - timedelta(minutes=30)) < timedelta(seconds=2)


@pytest.fixture
def in_jakarta(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("written", ["{0}", "{0}, {0}", "{1:%a %b %d %H:%M:%S %Y}"], ids=["once", "twice", "no zone"])
def test_a_date_is_in_utc_wherever_the_shop_stands(in_jakarta: None, written: str):
    sandbox = dated(written.format(format_datetime(clock.now(), usegmt=True), clock.now()))
    request = request_until(30)
    client = client_of(sandbox)
    client.create_session(request_until(30, "W-TEST22-A0"))

    session = client.create_session(request)

    assert sandbox.session(session.id)["expires_at"] == f"{request.expires_at:%Y-%m-%dT%H:%M:%S.000Z}"


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 01 Jan 1900 00:00:00 GMT", "Mon, 01 Jan 99999 00:00:00 GMT"])
def test_a_date_that_cannot_be_true_is_no_clock(date: str):
    sandbox = dated(date)
    request = request_until(30)
    client = client_of(sandbox)
    client.create_session(request_until(30, "W-TEST22-A0"))

    session = client.create_session(request)

    assert sandbox.session(session.id)["expires_at"] == f"{request.expires_at:%Y-%m-%dT%H:%M:%S.000Z}"
