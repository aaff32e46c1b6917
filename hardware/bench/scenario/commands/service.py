"""Commands on the services of the network (ThingSpeak, Telegram …): what a service got, and what
its other users do. Both are ours."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.diagram import suggest
from hardware.bench.network.services.services import NAMES
from hardware.bench.scenario.command import Command, CommandContext
from hardware.bench.scenario.expected_texts import ExpectedTexts
from hardware.bench.scenario.nodes import Nodes
from hardware.bench.trace.trace import Trace
from hardware.i18n import _


@dataclass(frozen=True)
class SetServiceValue(Command):
    """Does what another user of a service does; see `Services.set`."""

    KEY = "set-service"
    OURS = True
    service: str
    name: str
    value: str

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("service", "name", "value")
        keys = nodes.mapping(node, needed, needed)
        service = _service(keys["service"], nodes)
        return cls(service, nodes.text(keys["name"]), nodes.text(keys["value"]))

    def run(self, context: CommandContext) -> None:
        context.bench.network.services.set(self.service, self.name, self.value)


@dataclass(frozen=True)
class ExpectService(Command):
    """Expects values that a service got from a board under a name; see `ExpectedTexts`."""

    KEY = "expect-service"
    OURS = True
    service: str
    name: str
    expected: ExpectedTexts

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("service", "name")
        keys = nodes.mapping(node, (*needed, *ExpectedTexts.KEYS), needed)
        service, expected = _service(keys["service"], nodes), ExpectedTexts.read(keys, nodes)
        return cls(service, nodes.text(keys["name"]), expected)

    def run(self, context: CommandContext) -> None:
        def got(trace: Trace) -> list[tuple[int, str]]:
            return [
                (note.t_ns, note.value)
                for note in trace.services()
                if note.service == self.service and note.name == self.name
            ]

        self.expected.check(context, got, f"{self.service} {self.name}")


def _service(node: yaml.Node, nodes: Nodes) -> str:
    if (name := nodes.text(node)) not in NAMES:
        what = _("there is no service {name!r}").format(name=name)
        raise nodes.fail(node, what, suggest(name, NAMES))
    return name
