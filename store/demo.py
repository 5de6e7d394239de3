"""The demo, for `python app.py` and `make run`: shop, worker and, without a key of Xendit's, the sandbox.

Each is a process of its own with its name before every line it prints; they end together. The
sandbox is started like any other program and met over HTTP alone.
"""

import errno
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from honcho import manager as honcho
from honcho.printer import Message, Printer

from .config import INSTANCE, PORTS, ROOT, Settings, SettingsError, read_environment, read_port, read_settings
from .rules.secrets import secret_key_problem, webhook_token_problem, xendit_key_problem
from .xendit import is_loopback, origin

try:
    import fcntl
except ImportError:  # Windows has none.
    fcntl = None

HOST = "127.0.0.1"
# Seconds. A shop that has just called Xendit waits 10 for the answer, and on a busy machine all takes longer.
honcho.KILL_WAIT = 20
# What is made once for the demo, and kept so that a second run changes nothing.
SECRETS_FILE = INSTANCE / "demo-secrets"
# The demo's settings for other commands: flask --env-file instance/demo.env --app app orders
ENV_FILE = INSTANCE / "demo.env"
# Held while a demo with the database of this folder runs.
LOCK_FILE = INSTANCE / "demo.lock"
RUNS_ALREADY = (
    "The demo of this folder runs already: stop it first, or start another one beside it with"
    " PORT=8010 SANDBOX_PORT=8011 DATABASE_URL=sqlite:///second.db make run."
)
# What honcho returns after Ctrl-C and TERM, which is how the demo is meant to end.
STOPPED_BY_SIGNAL = (130, 143)
SHARED = ("SECRET_KEY", "XENDIT_SECRET_KEY", "XENDIT_API_URL", "XENDIT_WEBHOOK_TOKEN", "PORT", "PUBLIC_URL")
SHARED_IF_SET = ("DATABASE_URL", "SANDBOX_PUBLIC_URL")
CHECKS = {
    "SECRET_KEY": secret_key_problem,
    "XENDIT_SECRET_KEY": xendit_key_problem,
    "XENDIT_WEBHOOK_TOKEN": webhook_token_problem,
}


def run_demo() -> int:
    """Start everything, print the addresses, and return the exit status once all of it has stopped.

    Raises SettingsError.
    """
    # They are read by now, and `flask` would look for other ones in the folders above.
    environ = {**read_environment(), "FLASK_SKIP_DOTENV": "1"}
    port, sandbox_port = read_port(environ, "PORT", 8000), read_port(environ, "SANDBOX_PORT", 8001)
    with_sandbox = not environ.get("XENDIT_SECRET_KEY")
    _check_ports({"PORT": port, "SANDBOX_PORT": sandbox_port} if with_sandbox else {"PORT": port})
    with _alone(environ):
        return _start(environ, port, sandbox_port if with_sandbox else None)


@contextmanager
def _alone(environ: dict[str, str]) -> Iterator[None]:
    """Keep a second demo away from the same database: its sandbox would know nothing of the orders' sessions."""
    if environ.get("DATABASE_URL") or fcntl is None:
        yield
        return
    _write_private(LOCK_FILE, [])
    with LOCK_FILE.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingsError([RUNS_ALREADY]) from error
        yield


def _start(environ: dict[str, str], port: int, sandbox_port: int | None) -> int:
    if sandbox_port:
        _add_demo_settings(environ, port, sandbox_port)
    settings = read_settings(environ)
    # gunicorn reads it before the shop does, and ends in a traceback where it is empty.
    environ["WEB_CONCURRENCY"] = str(settings.workers)
    if status := subprocess.run(_flask("init-db"), env=environ, cwd=ROOT).returncode:
        return status
    print(f"Shop:    {settings.public_url}")
    if sandbox_port:
        _write_env_file({**environ, "DATABASE_URL": settings.database_url})
        _print_sandbox(settings, f"http://{HOST}:{sandbox_port}")
    print("Stop with Ctrl-C.", flush=True)
    return _run(environ, sandbox_port)


def _check_ports(ports: dict[str, int]) -> None:
    if len(set(ports.values())) < len(ports):
        raise SettingsError([f"{' and '.join(ports)} are both {ports['PORT']}; set one of them to another port."])
    refused = {name: error for name, port in ports.items() if (error := refusal(port))}
    if refused:
        raise SettingsError([port_problem(name, ports[name], error) for name, error in refused.items()])


def port_problem(name: str, port: int, error: OSError) -> str:
    """Say in a sentence why this machine refuses the port that the setting `name` has, and which other one to try."""
    if error.errno == errno.EADDRINUSE:
        why = "is in use"
    elif error.errno in (errno.EACCES, errno.EPERM):
        why = "may not be opened by this user"
    else:
        why = f"cannot be opened ({error.strerror})"
    # Below 1024 most systems let only their administrator in.
    other = port + 8000 if port < 1024 else port + 10 if port + 10 in PORTS else port - 10
    return f"Port {port} {why}; set {name} to another one, for example {name}={other} make run."


def refusal(port: int, system: str = os.name) -> OSError | None:
    """Return the error with which this machine refuses the port to a program, or None."""
    with socket.socket() as probe:
        # On Windows this option would let every bind succeed. Elsewhere a port whose program has just ended
        # would be taken for one in use without it.
        if system != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error
    return None


def _add_demo_settings(environ: dict[str, str], port: int, sandbox_port: int) -> None:
    """Fill in what the demo needs and nobody has set."""
    made_once = _kept_secrets() or _new_secrets()
    environ.pop("XENDIT_SECRET_KEY", None)
    for name, value in {
        **made_once,
        "XENDIT_API_URL": f"http://{HOST}:{sandbox_port}",
        "PORT": str(port),
        "PUBLIC_URL": f"http://{HOST}:{port}",
    }.items():
        environ[name] = environ.get(name) or value
    # A classroom's proxy cannot reach this machine's own addresses.
    environ["NO_PROXY"] = environ["no_proxy"] = f"{HOST},localhost"


def _print_sandbox(settings: Settings, address: str) -> None:
    print(f"Sandbox: {settings.sandbox_public_url or address}")
    if settings.sandbox_public_url is None and not is_loopback(origin(settings.public_url).host):
        print(
            f"Buyers elsewhere cannot pay yet: set SANDBOX_PUBLIC_URL to an address by which they reach {address},"
            " a second tunnel for example."
        )


def _write_env_file(environ: dict[str, str]) -> None:
    names = [*SHARED, *(name for name in SHARED_IF_SET if environ.get(name))]
    _write_private(ENV_FILE, [f"{name}={environ[name]}" for name in names])


def _kept_secrets() -> dict[str, str] | None:
    """Return what was made by an earlier start, if it is whole."""
    if not SECRETS_FILE.exists():
        return None
    try:
        lines = SECRETS_FILE.read_text(errors="replace").splitlines()
    except OSError as error:
        raise SettingsError([f"{SECRETS_FILE} cannot be read: {error.strerror}."]) from error
    kept = dict(line.split("=", 1) for line in lines if "=" in line)
    if kept.keys() >= CHECKS.keys() and not any(problem(kept[name]) for name, problem in CHECKS.items()):
        return {name: kept[name] for name in CHECKS}
    print(f"{SECRETS_FILE} was empty or damaged, so new secrets are made; carts of earlier visits are empty now.")
    return None


def _new_secrets() -> dict[str, str]:
    made = {
        "SECRET_KEY": secrets.token_hex(32),
        "XENDIT_SECRET_KEY": f"xnd_development_{secrets.token_hex(24)}",
        "XENDIT_WEBHOOK_TOKEN": secrets.token_hex(32),
    }
    _write_private(SECRETS_FILE, [f"{name}={value}" for name, value in made.items()])
    return made


def _write_private(path: Path, lines: list[str]) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")
    except OSError as error:
        raise SettingsError([f"{path}, which the demo needs, cannot be written: {error.strerror}."]) from error


class _Terminal(Printer):
    """Prints what the programs say. Once nobody can read it any more, the demo ends, as after Ctrl-C."""

    def write(self, message: Message) -> None:
        try:
            super().write(message)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.output.fileno())
            # honcho's own lines may come before all programs have started, and it can end no others.
            if message.name != honcho.SYSTEM_PRINTER_NAME:
                signal.raise_signal(signal.SIGTERM)


def _run(environ: dict[str, str], sandbox_port: int | None) -> int:
    environ["PYTHONUNBUFFERED"] = "1"
    manager = honcho.Manager(_Terminal())
    manager.add_process("shop", _command(_shop(environ)), env=environ, cwd=str(ROOT))
    manager.add_process("worker", _command(_flask("worker")), env=environ, cwd=str(ROOT))
    if sandbox_port:
        manager.add_process("sandbox", _command(_sandbox(environ, sandbox_port)), env=environ, cwd=str(ROOT))
    if os.name != "nt" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        # The terminal was closed. Without this, only the first process would end, and the others keep their ports.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    manager.loop()
    return 0 if manager.returncode in STOPPED_BY_SIGNAL else manager.returncode or 0


def _shop(environ: dict[str, str]) -> list[str]:
    if os.name == "nt":
        # gunicorn does not run on Windows; the demo does, on Flask's own server.
        return [*_flask("run"), "--port", environ["PORT"], "--no-reload"]
    return [sys.executable, "-m", "gunicorn", "app:app"]


def _sandbox(environ: dict[str, str], port: int) -> list[str]:
    return [
        sys.executable, "-m", "sandbox", "--port", str(port),
        "--secret-key", environ["XENDIT_SECRET_KEY"],
        # Both are on this machine: webhooks need no tunnel, and none can keep them out.
        "--webhook-url", f"http://{HOST}:{environ['PORT']}/webhooks/xendit",
        "--webhook-token", environ["XENDIT_WEBHOOK_TOKEN"],
        *(["--public-url", environ["SANDBOX_PUBLIC_URL"]] if environ.get("SANDBOX_PUBLIC_URL") else []),
    ]  # fmt: skip


def _flask(*command: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "app", *command]


def _command(words: list[str]) -> str:
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
