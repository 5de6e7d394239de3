"""The demo, for `python app.py` and `make run`: shop, worker and, without a key of Xendit's, the sandbox.

Each is a process of its own with its name before every line it prints; they end together. The
sandbox is started like any other program and met over HTTP alone.
"""

import os
import secrets
import shlex
import socket
import subprocess
import sys
from pathlib import Path

from honcho.manager import Manager

from .config import INSTANCE, ROOT, Settings, SettingsError, read_environment, read_port, read_settings
from .xendit import is_loopback, origin

HOST = "127.0.0.1"
# What is made once for the demo, and kept so that a second run changes nothing.
SECRETS_FILE = INSTANCE / "demo-secrets"
# The demo's settings for other commands: flask --env-file instance/demo.env --app app orders
ENV_FILE = INSTANCE / "demo.env"
# What honcho returns after Ctrl-C and TERM, which is how the demo is meant to end.
STOPPED_BY_SIGNAL = (130, 143)
SHARED = ("SECRET_KEY", "XENDIT_SECRET_KEY", "XENDIT_API_URL", "XENDIT_WEBHOOK_TOKEN", "PORT", "PUBLIC_URL")
SHARED_IF_SET = ("DATABASE_URL", "SANDBOX_PUBLIC_URL")


def run_demo() -> int:
    """Start everything, print the addresses, and return the exit status once all of it has stopped.

    Raises SettingsError.
    """
    environ = read_environment()
    port, sandbox_port = read_port(environ, "PORT", 8000), read_port(environ, "SANDBOX_PORT", 8001)
    with_sandbox = not environ.get("XENDIT_SECRET_KEY")
    _check_ports({"PORT": port, "SANDBOX_PORT": sandbox_port} if with_sandbox else {"PORT": port})
    if with_sandbox:
        _add_demo_settings(environ, port, sandbox_port)
    settings = read_settings(environ)
    if status := subprocess.run(_flask("init-db"), env=environ, cwd=ROOT).returncode:
        return status
    print(f"Shop:    {settings.public_url}")
    if with_sandbox:
        _write_env_file(environ)
        _print_sandbox(settings, f"http://{HOST}:{sandbox_port}")
    print("Stop with Ctrl-C.", flush=True)
    return _run(environ, sandbox_port if with_sandbox else None)


def _check_ports(ports: dict[str, int]) -> None:
    if len(set(ports.values())) < len(ports):
        raise SettingsError([f"{' and '.join(ports)} are both {ports['PORT']}; set one of them to another port."])
    problems = [
        f"Port {port} is in use; set {name} to another one, for example {name}={port + 10} make run."
        for name, port in ports.items()
        if is_in_use(port)
    ]
    if problems:
        raise SettingsError(problems)


def is_in_use(port: int, system: str = os.name) -> bool:
    """Tell whether another program has this port."""
    with socket.socket() as probe:
        # On Windows this option would let every bind succeed. Elsewhere a port whose program has just ended
        # would be taken for one in use without it.
        if system != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _add_demo_settings(environ: dict[str, str], port: int, sandbox_port: int) -> None:
    """Fill in what the demo needs and nobody has set."""
    made_once = _made_once()
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


def _made_once() -> dict[str, str]:
    if not SECRETS_FILE.exists():
        made = {
            "SECRET_KEY": secrets.token_hex(32),
            "XENDIT_SECRET_KEY": f"xnd_development_{secrets.token_hex(24)}",
            "XENDIT_WEBHOOK_TOKEN": secrets.token_hex(32),
        }
        _write_private(SECRETS_FILE, [f"{name}={value}" for name, value in made.items()])
    return dict(line.split("=", 1) for line in SECRETS_FILE.read_text().splitlines())


def _write_private(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")


def _run(environ: dict[str, str], sandbox_port: int | None) -> int:
    environ["PYTHONUNBUFFERED"] = "1"
    manager = Manager()
    manager.add_process("shop", _command(_shop(environ)), env=environ, cwd=str(ROOT))
    manager.add_process("worker", _command(_flask("worker")), env=environ, cwd=str(ROOT))
    if sandbox_port:
        manager.add_process("sandbox", _command(_sandbox(environ, sandbox_port)), env=environ, cwd=str(ROOT))
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
