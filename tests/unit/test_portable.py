"""The bench without Linux: it runs a board in memory from hello to its end."""

import subprocess
import sys
from textwrap import dedent

PROGRAM = dedent(
    """
    import os, select, sys
    sys.modules.update(dict.fromkeys(("fcntl", "resource", "hardware.bench.board.process")))
    for missing in ("epoll", "poll"):
        delattr(select, missing)
    for missing in ("memfd_create", "eventfd", "posix_spawn", "sched_setaffinity"):
        delattr(os, missing)

    from contextlib import nullcontext

    from hardware.bench.bench import Bench
    from hardware.bench.board.board_process import Exit
    from hardware.bench.circuit.circuit import Circuit
    from hardware.bench.diagram import load
    from hardware.bench.protocol import frames
    from hardware.bench.protocol.records import PACKER

    class MemoryBoard:
        pid, unresponsive, torn = 1, False, False

        def __init__(self):
            self.sent, self.ended = [], False
            self.output = [
                PACKER.pack(frames.REC_HELLO, frames.VERSION, 1, 32, 0),
                PACKER.pack(frames.REC_TX, 2, int.from_bytes(b"hi", "little"), 0, 5000)
                + PACKER.pack(frames.REC_SYNC, 1, 0, 255, 6000),
            ]

        def fileno(self):
            raise AssertionError("only an interactive bench waits for it")

        def receive(self, wait):
            return self.output.pop(0) if self.output else None

        def send(self, data):
            self.sent.append(data)
            return True

        def end(self):
            self.ended = True
            return Exit(0, 0.25)


    class Memory:
        def start(self, family, flash, args, limits):
            self.board, self.image = MemoryBoard(), flash.store.bytes
            self.seed = args[args.index("--seed") + 1]
            return self.board

        def queued_s(self, *pids):
            return 0.0

        def one_processor(self, *pids):
            return nullcontext()


    parts = [{"type": "wokwi-esp32-devkit-v1", "id": "esp"}]
    diagram = load({"version": 1, "parts": parts, "connections": []})
    memory = Memory()
    with Bench(Circuit(diagram), seed=7, platform=memory) as bench:
        bench.run(1_000_000)
        assert bench.trace.serial().data == b"hi"
        assert bench.ended.cause == frames.END_CRASH and bench.ended.detail == "exit code 0"
    assert memory.seed.isdigit() and memory.seed != "7"  # a hash: a program can read it
    assert (len(memory.board.sent), memory.board.ended) == (2, True)
    assert b"littlefs" in memory.image
    print("good")
    """
)


def test_a_board_in_memory_on_a_platform_without_processes() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "good\n"), done.stderr


def test_a_headless_bench_loads_nothing_that_serves_people() -> None:
    """Threads and waiting for descriptors are in `hardware.bench.serving` alone."""
    program = (
        "import sys\n"
        "import hardware.bench.bench, hardware.bench.circuit.circuit\n"
        "loaded = [name for name in sys.modules if name.startswith('hardware.bench.serving')]\n"
        "print([*loaded, *({'select', 'selectors', 'asyncio'} & set(sys.modules))])\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
