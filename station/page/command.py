"""The verb `warsha station`. This module only parses arguments and prints.

SQLAlchemy and tornado take long to import, so modules that need them are imported in the verb.
"""

import platform
import signal
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from hardware.i18n import _
from hardware.wire.loopback import LOOPBACK

app = typer.Typer()
HTTP_PORT = 8467
"""The usual port, so that a bookmark stays true."""


@app.command()
def station(
    port: Annotated[
        list[str] | None,
        typer.Option(help="A board that is not at USB: /dev/pts/7, rfc2217://…; may be repeated."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder of the records and labels.")] = Path(
        "certificates"
    ),
    image: Annotated[
        Path | None, typer.Option(help="Write this image, in place of the known one of the chip.")
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="Serve other machines, too: the address of this one in the network."),
    ] = LOOPBACK,
    http: Annotated[
        int, typer.Option(help="The TCP port of the page; 0: a free one.")
    ] = HTTP_PORT,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Serve the station page: plug boards in, press one button, see which are good.

    It flashes and certifies boards side by side and prints their labels, for people who never
    open a terminal. Ctrl-C ends it.
    """
    from station.certify.keys import signing_key
    from station.flash.images import image_for, image_from_file
    from station.inventory import boards, jobs
    from station.inventory.database import Inventory
    from station.page.board_work import BoardWork
    from station.page.station_server import StationServer
    from station.page.station_site import StationSite
    from station.page.tray import Tray, usual_slots

    given = image_from_file(image) if image else None
    site = StationSite(host, http)
    name = f"{platform.node()}:{site.port}"
    out.mkdir(parents=True, exist_ok=True)
    with Inventory() as inventory:
        with inventory.change() as change:
            stopped = [job.mac or job.slot for job in jobs.end_interrupted(change, name)]
        with inventory.read() as session:
            half = [one.label for one in boards.listed(session, states=["half-written"])]
        work = BoardWork(
            inventory, signing_key(), out, name, lambda chip: given or image_for(chip)
        )
        named = port or []
        with (
            suppress(KeyboardInterrupt),  # also a second one, while work on boards ends
            Tray(work, lambda: usual_slots(named)) as tray,
            StationServer(tray, site, stopped=stopped, half_written=half) as server,
        ):
            # Service managers send SIGTERM; a process in a shell's background ignores SIGINT.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.default_int_handler)
            print(f"{_('page'):8} {site.url}", flush=True)
            print(_("code of this station: {code}").format(code=site.code), flush=True)
            for path in named:
                if path.startswith("/") and not Path(path).exists():  # it may be plugged in later
                    print(_("there is no port {port} now").format(port=path), flush=True)
            if open_:
                webbrowser.open(site.url_once())
            server.wait()
