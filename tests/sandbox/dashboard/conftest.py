"""Somebody who looks at the dashboard of one account, and its merchant's way to `/_control`."""

import pytest
import requests

from sandbox.memory.ledger import Ledger

from ..controls import Control

UNKNOWN = "ps-000000000000000000000000"


@pytest.fixture
def control(here, merchant):
    return Control(here.address, merchant.key)


@pytest.fixture
def dashboard(here, merchant):
    return Dashboard(here, merchant)


class Dashboard:
    """Somebody with a browser on the dashboard of one account."""

    def __init__(self, here, merchant):
        self.here = here
        account = Ledger(here.database, merchant.key).account
        self.base = f"{here.address}/dashboard/accounts/{account.business_id}"

    def opens(self, path=""):
        answer = requests.get(self.base + path, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.text

    def opens_story(self, session):
        return requests.get(self._session(session), timeout=30).text

    def sends(self, path, **form):
        return self._posts(self.base + path, form)

    def sends_to(self, session, path, **form):
        return self._posts(self._session(session) + path, form)

    def _session(self, session):
        return f"{self.here.address}/dashboard/sessions/{session['payment_session_id']}"

    def _posts(self, url, form):
        return requests.post(url, data=form, allow_redirects=False, timeout=30)
