"""What the environment says of proxies and certificates holds for the calls, as for any other program."""

import pytest
import requests
from requests.adapters import BaseAdapter

from store.xendit import Client, ProviderUnavailable


class Noting(BaseAdapter):
    """Notes how a call was to be made, and makes none."""

    def send(self, request: requests.PreparedRequest, **settings) -> requests.Response:
        self.settings = settings
        raise requests.ConnectionError

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("spared", "used"), [("", "http://proxy.example:3128"), ("xendit.example", None)])
def test_a_proxy_and_certificates_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch, spared: str, used: str):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", spared)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/certificates.pem")
    for name in ("https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    noting = Noting()

    with pytest.raises(ProviderUnavailable):
        Client("key", "https://api.xendit.example", noting).get_session("ps-a")

    assert noting.settings["proxies"].get("https") == used
    assert noting.settings["verify"] == "/certificates.pem"
