"""A real MQTT broker, mosquitto, on loopback."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
WAIT_S = 60.0


def free_port() -> int:
    """A TCP port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether a listener appears there in time."""
    end = monotonic() + WAIT_S
    while monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            sleep(0.02)
    return False


@contextmanager
def real_broker(folder: Path, port: int | None = None) -> Iterator[int]:
    """The port of a broker, which keeps its configuration and its sessions in this folder: one
    that is started there again knows what it has not delivered."""
    assert Path(MOSQUITTO).exists(), "sh firmware/port/packages.sh test"
    config = folder / "mosquitto.conf"
    port = port or free_port()
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n"
        f"persistence true\npersistence_location {folder}/\n"
    )
    with subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL) as broker:
        try:
            assert listens(port)
            yield port
        finally:
            broker.terminate()
