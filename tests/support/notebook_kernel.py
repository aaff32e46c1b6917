"""A real kernel with Warsha in it, for tests, and what its answers are."""

from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

from tests.support.project import ROOT

LONGEST_S = 300.0
"""A kernel that starts on a busy machine."""


class NotebookKernel:
    """A kernel with Warsha in it, and what its answers are."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager, self._client = manager, client
        assert self.run("%load_ext warsha") == ""

    def run(self, cell: str, stop_at: str | None = None) -> str:
        """What a cell prints, with its error, on a page without an input box. `stop_at`: the stop
        button is pressed when this text has come."""
        texts: list[str] = []

        def note(message: dict[str, dict[str, object]]) -> None:
            content = message["content"]
            texts.append(str(content.get("text", content.get("traceback", ""))))
            if stop_at and stop_at in texts[-1]:
                self._manager.interrupt_kernel()

        self._client.execute_interactive(
            cell, allow_stdin=False, timeout=LONGEST_S, output_hook=note
        )
        return "".join(text for text in texts if text)

    def answered(self, cell: str, *lines: str) -> tuple[str, list[str]]:
        """What a cell prints when the box of the page is given these lines; and what the boxes
        asked. After the last of them, a box stays empty."""
        texts, asked, left = list[str](), list[str](), list(lines)

        def note(message: dict[str, dict[str, object]]) -> None:
            content = message["content"]
            texts.append(str(content.get("text", content.get("evalue", ""))))

        def answer(message: dict[str, dict[str, object]]) -> None:
            asked.append(str(message["content"]["prompt"]))
            if left:
                self._client.input(left.pop(0))

        self._client.execute_interactive(
            cell, allow_stdin=True, timeout=LONGEST_S, output_hook=note, stdin_hook=answer
        )
        return "".join(text for text in texts if text), asked

    def complete(self, cell: str) -> list[str]:
        """The names that fit at the end of a cell."""
        reply = self._client.complete(cell, len(cell), reply=True, timeout=LONGEST_S)["content"]
        return list(reply["matches"])

    def inspect(self, cell: str) -> str:
        """The text about what is at the end of a cell."""
        reply = self._client.inspect(cell, len(cell), reply=True, timeout=LONGEST_S)["content"]
        return str(reply["data"].get("text/plain", ""))


@contextmanager
def started_kernel() -> Iterator[NotebookKernel]:
    """A kernel in the folder of Warsha."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))
    try:
        yield NotebookKernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
