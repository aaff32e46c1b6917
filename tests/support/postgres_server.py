"""A real PostgreSQL server on a Unix socket, for one test process; conftest.py registers its
fixture."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

USER, PASSWORD = "grader", "not-in-any-file"
START_S = 300.0


@dataclass(frozen=True)
class Server:
    """The server's address. A connection needs the password."""

    socket: Path

    def connect(self, database: str) -> psycopg.Connection:
        """Connect as the grader."""
        return psycopg.connect(
            host=str(self.socket), user=USER, password=PASSWORD, dbname=database, autocommit=True
        )

    def create(self, database: str) -> str:
        """Make an empty database; returns its URL, as an instructor writes it, without the
        password."""
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return f"postgresql+psycopg://{USER}@/{database}?host={self.socket}"


def _program(name: str) -> str:
    """On Debian the programs of the server are not in PATH; each version has its own folder."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or name


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private server that ends with the tests."""
    # Short: the path of a socket has at most 107 characters. PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        place = Path(name)
        owner = "postgres" if os.geteuid() == 0 else None
        password, data = place / "password", place / "data"
        password.write_text(PASSWORD)
        place.chmod(0o755)
        if owner:
            shutil.chown(place, owner)
            shutil.chown(password, owner)
        subprocess.run(
            [
                _program("initdb"),
                "-D",
                data,
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "-N",
                "--pwfile",
                password,
                "--locale=C.UTF-8",
            ],
            user=owner,
            cwd=place,
            check=True,
            capture_output=True,
        )
        with subprocess.Popen(
            [_program("postgres"), "-D", data, "-k", place, "-c", "listen_addresses=", "-F"],
            user=owner,
            cwd=place,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                server = Server(place)
                _wait_for(server, process)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # "fast": it does not wait for clients
                process.wait(timeout=START_S)


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    end = time.monotonic() + START_S
    while True:
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
