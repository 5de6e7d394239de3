"""Settings: everything that is missing or wrong is said at once, by its name."""

import sys
from types import ModuleType

import pytest

from store.config import Settings, SettingsError, read_port, read_settings

from ..records import COOKIE_KEY

XENDIT = "https://api.xendit.co"
GOOD = {
    "SECRET_KEY": COOKIE_KEY,
    "XENDIT_SECRET_KEY": "xnd_production_of_the_tests",
    "XENDIT_WEBHOOK_TOKEN": "t" * 24,
    "PUBLIC_URL": "https://shop.example",
}


def problems(**changes: str | None) -> list[str]:
    """What `read_settings` says about good settings with these changes; None leaves one out."""
    environ = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with pytest.raises(SettingsError) as raised:
        read_settings(environ)
    return raised.value.problems


def settings(**changes: str) -> Settings:
    return read_settings({**GOOD, **changes})


def test_good_settings_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", ModuleType("psycopg"))

    good = settings(PORT="9000", DATABASE_URL="postgresql+psycopg://warung@localhost/warung")

    assert good.port == 9000
    assert good.public_url == "https://shop.example"
    assert good.database_url == "postgresql+psycopg://warung@localhost/warung"
    assert good.xendit_api_url == XENDIT
    assert good.xendit_webhook_token == "t" * 24


def test_with_no_settings_at_all_every_missing_one_is_named_at_once():
    with pytest.raises(SettingsError) as raised:
        read_settings({})

    for name in ("SECRET_KEY", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN", "PUBLIC_URL"):
        assert any(problem.startswith(name) for problem in raised.value.problems), name


def test_everything_that_is_wrong_is_named_in_one_error():
    found = problems(
        PORT="abc", SECRET_KEY=" ", XENDIT_SECRET_KEY=None, XENDIT_WEBHOOK_TOKEN="short", PUBLIC_URL="shop",
        DATABASE_URL="nonsense", XENDIT_API_URL="ftp://x",
    )  # fmt: skip

    assert sorted(problem.split()[0] for problem in found) == [
        "DATABASE_URL", "PORT", "PUBLIC_URL", "SECRET_KEY", "XENDIT_API_URL", "XENDIT_SECRET_KEY",
        "XENDIT_WEBHOOK_TOKEN",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["SECRET_KEY", "XENDIT_SECRET_KEY", "XENDIT_WEBHOOK_TOKEN"])
@pytest.mark.parametrize("value", [None, "", "   "], ids=["missing", "empty", "blank"])
def test_a_secret_that_is_missing_or_empty_is_named(name: str, value: str | None):
    (problem,) = problems(**{name: value})

    assert problem.startswith(name)


def test_a_webhook_token_of_23_characters_is_too_short():
    (problem,) = problems(XENDIT_WEBHOOK_TOKEN="t" * 23)

    assert "XENDIT_WEBHOOK_TOKEN is too short" in problem
    assert "t" * 23 not in problem


@pytest.mark.parametrize("token", [" " * 24, "t" * 12 + "\n" + " " * 12], ids=["blank", "blank after a line break"])
def test_a_webhook_token_of_spaces_is_too_short(token: str):
    (problem,) = problems(XENDIT_WEBHOOK_TOKEN=token)

    assert problem.startswith("XENDIT_WEBHOOK_TOKEN")


@pytest.mark.parametrize("url", ["http://shop.example", "http://127.0.0.1:8000"])
@pytest.mark.parametrize("api", [XENDIT, "https://sub.xendit.co", XENDIT.upper(), f"{XENDIT}.:443"])
def test_xendits_own_api_needs_an_https_address_of_the_shop(url: str, api: str):
    (problem,) = problems(PUBLIC_URL=url, XENDIT_API_URL=api)

    assert problem.startswith("PUBLIC_URL")
    assert "https" in problem


@pytest.mark.parametrize(
    "url", ["shop.example", "ftp://shop.example", "https://", "https://shop.example/path", "https://shop.example?a=b",
            "https://user:word@shop.example", "https://shop.example:99999", "javascript:alert(1)", "https://[::1",
            "https://shop.example#", "https://shop.example?", "https://a/https://a", "https://[::1%eth0]", "https://127.1",
            "https://shop..example", "https://shop.example\\", "https://sh op.example", "https://shop%2eexample"],
)  # fmt: skip
def test_a_public_url_is_an_address_and_nothing_more(url: str):
    (problem,) = problems(PUBLIC_URL=url)

    assert problem.startswith("PUBLIC_URL")


@pytest.mark.parametrize(
    ("url", "spelling"),
    [("HTTPS://Shop.Example", "https://shop.example"), ("https://shop.example.:443/", "https://shop.example"),
     ("https://bücher.example", "https://xn--bcher-kva.example"), ("https://[2001:DB8::0A]", "https://[2001:db8::a]"),
     ("http://localhost:8000", "http://localhost:8000"), ("http://[::1]:8000/", "http://[::1]:8000"),
     ("http://shop.example:80", "http://shop.example")],
)  # fmt: skip
def test_a_public_url_is_kept_in_its_one_spelling(url: str, spelling: str):
    assert settings(PUBLIC_URL=url, XENDIT_API_URL="http://127.0.0.1:8001").public_url == spelling


@pytest.mark.parametrize(
    "url", ["http://[::1]:8001", "https://api.xendit.co?a=b", "https://api.xendit.co#a", "https://"]
)
def test_an_address_of_the_api_that_cannot_work_is_refused(url: str):
    (problem,) = problems(XENDIT_API_URL=url)

    assert problem.startswith("XENDIT_API_URL")


@pytest.mark.parametrize("url", ["http://localhost:8001", "http://LOCALHOST.:8001", "http://127.0.0.1:8001"])
def test_a_live_key_may_travel_on_this_machine(url: str):
    assert settings(XENDIT_API_URL=url)


def test_a_slash_at_the_end_of_an_address_does_not_matter():
    good = settings(PUBLIC_URL="https://shop.example/", XENDIT_API_URL=f"{XENDIT}/")

    assert (good.public_url, good.xendit_api_url) == ("https://shop.example", XENDIT)


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@localhost/warung", "oracle://x", "sqlite", "://"])
def test_a_database_is_sqlite_or_postgresql(url: str):
    (problem,) = problems(DATABASE_URL=url)

    assert problem.startswith("DATABASE_URL")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgres://warung@localhost/warung", "write postgresql+psycopg://"),
        ("sqlite://", "in memory"), ("sqlite:///", "in memory"), ("sqlite:///:memory:", "in memory"),
        ("sqlite:///file::memory:?uri=true", "in memory"), ("sqlite:///file:x?mode=memory&uri=true", "in memory"),
        ("sqlite://warung.db", "a slash too few"),
        ("postgresql+psycopg://localhost:port/warung", "no SQLAlchemy address"),
        ("postgresql+asyncpg://localhost/warung", "driver asyncpg"), ("sqlite+aiosqlite:///x.db", "driver aiosqlite"),
    ],
)  # fmt: skip
def test_an_address_of_a_database_that_cannot_work_says_what_to_write(url: str, says: str):
    (problem,) = problems(DATABASE_URL=url)

    assert problem.startswith("DATABASE_URL")
    assert says in problem


def test_every_setting_is_taken_without_quotes_and_blanks():
    names = {**GOOD, "PORT": "9000", "XENDIT_API_URL": XENDIT, "DATABASE_URL": "sqlite:///x.db", "WEB_CONCURRENCY": "3"}

    quoted = read_settings({name: f' "{value}"\r' for name, value in names.items()})

    assert quoted == read_settings(names)
    assert (quoted.port, quoted.workers) == (9000, 3)


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5", "101"])
def test_the_number_of_processes_is_a_whole_number(number: str):
    (problem,) = problems(WEB_CONCURRENCY=number)

    assert problem == f"WEB_CONCURRENCY is {number!r}, but must be a whole number from 1 to 100."


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "dev"), ("XENDIT_SECRET_KEY", "xnd_public_production_key"), ("XENDIT_SECRET_KEY", "xnd_schlüssel")],
)
def test_what_is_no_secret_is_refused_by_its_name(name: str, value: str):
    (problem,) = problems(**{name: value})

    assert problem.startswith(name)
    assert value not in problem


@pytest.mark.parametrize("port", ["abc", "0", "-1", "65536", "80.5", "８０", "1e3", "1" * 5000])
def test_a_port_is_a_number_from_1_to_65535(port: str):
    (problem,) = problems(PORT=port)
    with pytest.raises(SettingsError) as raised:
        read_port({"SANDBOX_PORT": port}, "SANDBOX_PORT", 8001)

    assert problem.startswith("PORT")
    assert raised.value.problems[0].startswith("SANDBOX_PORT")


@pytest.mark.parametrize("text", ["-1", "10", "1.5", "one", "\u0661"])
def test_the_number_of_proxies_is_a_digit(text: str):
    (problem,) = problems(PROXIES=text)

    assert problem.startswith("PROXIES")


@pytest.mark.parametrize(("text", "number"), [(None, 0), (" ", 0), ("0", 0), ("1", 1), ("9", 9)])
def test_without_a_word_no_proxy_stands_before_the_shop(text: str | None, number: int):
    assert settings(**({} if text is None else {"PROXIES": text})).proxies == number


def test_a_live_key_never_travels_in_the_open():
    (problem,) = problems(XENDIT_API_URL="http://api.example")

    assert problem.startswith("XENDIT_API_URL")
    assert settings(XENDIT_API_URL="http://api.example", XENDIT_SECRET_KEY="xnd_development_key")
    assert settings(XENDIT_API_URL="http://127.0.0.1:8001")


@pytest.mark.parametrize("name", ["SECRET_KEY", "XENDIT_SECRET_KEY"])
def test_no_problem_prints_a_secret(name: str):
    found = problems(**{name: "a-secret-of-the-merchant", "XENDIT_WEBHOOK_TOKEN": "short-secret", "PORT": "x"})

    assert "secret-of" not in "".join(found)
    assert "short-secret" not in "".join(found)


def test_an_empty_public_url_means_the_default():
    good = settings(PUBLIC_URL="", PORT="9000", XENDIT_API_URL="http://127.0.0.1:8001")

    assert good.public_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize("driver", ["psycopg", "none_of_that_name"])
def test_a_database_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, driver: str):
    monkeypatch.setitem(sys.modules, driver, None)

    (problem,) = problems(DATABASE_URL=f"postgresql+{driver}://warung@localhost/warung")

    assert problem.startswith(f"DATABASE_URL needs the driver {driver}, which is not installed")


@pytest.mark.parametrize(
    "url", ["sandbox", "https://sandbox.example/path", "ftp://sandbox.example", "http://[::1]:8001"]
)
def test_the_sandboxs_public_url_is_an_address_that_a_form_may_lead_to(url: str):
    (problem,) = problems(SANDBOX_PUBLIC_URL=url)

    assert problem.startswith("SANDBOX_PUBLIC_URL")


@pytest.mark.parametrize(("url", "read"), [("HTTPS://Sandbox.Example.:443/", "https://sandbox.example"), ("", None)])
def test_the_sandboxs_public_url_is_read_in_its_one_spelling(url: str, read: str | None):
    assert settings(SANDBOX_PUBLIC_URL=url).sandbox_public_url == read
