"""What the words behind `%board` do: connect, status, info, a prompt."""

from IPython.core.error import StdinNotImplementedError

from hardware.bench.serving.address import SCHEME
from hardware.errors import BoardNotFound, DeviceError
from hardware.i18n import _
from hardware.notebook.cell_output import CellOutput
from hardware.notebook.running import print_note, stopped
from hardware.notebook.session import available, current
from hardware.wire.board_info import ASK, parse_info


def connect(url: str = "") -> None:
    """Connect a board; without a URL, the only real one."""
    current.connect(url or _only_one())
    print_note(_("connected to {url}").format(url=current.url))
    for remark in current.bench.diagram.remarks if current.bench else ():
        print_note(remark)
    if current.proposed and current.is_bare():
        print_note(_("this board has no parts: to return to the lab's bench, run its %lab cell"))
    elif current.proposed and current.bench is None:
        print_note(
            _(
                "cells run on the real board now; to return to the lab's bench, restart the "
                "kernel and run its %lab cell"
            )
        )


def _only_one() -> str:
    """The port of the real board. Raises: BoardNotFound when there is none, or several."""
    ports = [url for url, _title in available() if not url.startswith(SCHEME)]
    if len(ports) == 1:
        return ports[0]
    if not ports:
        cure = _("Plug it in, or take a virtual one: %board connect esp32")
        raise BoardNotFound(_("No board is plugged in."), cure)
    cure = _("Name one of them: {ports}").format(ports=", ".join(ports))
    raise BoardNotFound(_("Several boards are plugged in."), cure)


def print_list() -> None:
    """Print what can be connected."""
    for url, title in available():
        print(f"{url:32} {title}")


def interrupt() -> None:
    """Stop the program that runs."""
    current.need_board().interrupt()


def status() -> None:
    """Print what is connected, and the virtual time."""
    if current.board is None:
        print_note(
            _("no board yet; the first %%board cell opens the lab's bench")
            if current.will_open_bench()
            else _("no board yet; %board connect esp32 gives a virtual one, %board list shows all")
        )
        return
    current.board.check_line()
    print_note(_("connected to {url}").format(url=current.url))
    if current.bench:
        snapshot = current.bench.snapshot()
        state = snapshot.ended or _("running")
        print_note(
            _("virtual time {s:.3f} s, {state}").format(s=snapshot.now_ns / 1e9, state=state)
        )


def info() -> None:
    """Print what the board itself says: its chip, firmware, clock, memory and flash. What a board
    cannot say is left out."""
    said = parse_info(current.need_board().run(ASK))
    print_note(said.machine)
    print_note(said.version)
    if said.hertz:
        print_note(_("clock: {mhz:g} MHz").format(mhz=said.hertz / 1e6))
    if said.unique_id:
        print_note(_("chip: {id}").format(id=said.unique_id))
    space = _("{free} bytes free of {all}")
    memory = space.format(free=f"{said.free:,}", all=f"{said.heap:,}")
    print_note(_("memory: {space}").format(space=memory))
    if said.flash:
        files = space.format(free=f"{said.flash_free:,}", all=f"{said.flash:,}")
        print_note(_("flash: {space}").format(space=files))


def prompt() -> None:
    """A prompt of the board below the cell: values are printed as at a REPL. An empty line ends
    it, and the stop button."""
    board = current.need_board()
    print_note(_("this is the board; an empty line ends it"))
    while text := _typed():
        code = f"exec(compile({text!r}, '<stdin>', 'single'))"
        current.note_program(text)
        try:
            with CellOutput() as output:
                board.run(code, timeout_s=None, on_output=output.write)
        except DeviceError as error:
            head, _ours, *lines = error.traceback.splitlines()
            print(head, *lines, sep="\n")
        except KeyboardInterrupt:
            raise stopped() from None


def _typed() -> str:
    """A line, or a block up to its empty line."""
    try:
        lines = [input(">>> ")]
        while lines[-1] and (len(lines) > 1 or lines[0].rstrip().endswith(":")):
            lines.append(input("... "))
    except (EOFError, KeyboardInterrupt, StdinNotImplementedError):
        return ""
    return "\n".join(lines).rstrip() and "\n".join([*lines, ""])
