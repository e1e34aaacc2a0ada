"""A PostgreSQL server of our own, out of Debian's package: for the length of a benchmark or a test run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "apt-get install postgresql"


def binaries() -> Path | None:
    """Return the directory with `initdb` and `pg_ctl`: the newest that Debian installed, or the one on the path."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    if installed:
        return installed[-1].parent
    return Path(found).resolve().parent if found else None


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the address of an empty server on a Unix socket, fsync on, page checksums on; it is stopped at the end.

    Raises: FileNotFoundError: there is no server to start.
    """
    tools = binaries()
    if tools is None:
        raise FileNotFoundError(f"PostgreSQL is not installed: {INSTALL}")
    # a short path: the socket's name is limited to 107 bytes
    home = Path(tempfile.mkdtemp(prefix="mumian-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, _unprivileged())
        data, log = home / "data", home / "log"
        _run(tools / "initdb", "-D", data, "-U", "mumian", "-A", "trust", "-E", "UTF8", "--locale=C", "-k", "-N")
        options = f"-k {home} -c listen_addresses='' -c shared_buffers=32MB"
        _run(tools / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            yield f"postgresql://mumian@/postgres?host={home}"
        finally:
            _run(tools / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home)


def _unprivileged() -> str:
    users = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _run(*command: str | Path) -> None:
    """Run a command of the server, as an unprivileged user when we are root: PostgreSQL refuses to run as root."""
    become = ["runuser", "-u", _unprivileged(), "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*become, *map(str, command)], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/"
    )
