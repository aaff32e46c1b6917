"""Commands on a phone: what its app does by Bluetooth, and what it gets. Both are ours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.network.bluetooth.phone import Done, PhoneApp
from hardware.bench.parts.phone import Phone
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.expected_texts import ExpectedTexts
from hardware.bench.scenario.nodes import Nodes
from hardware.bench.trace.trace import Trace
from hardware.errors import HardwareError
from hardware.i18n import _

TIMEOUT_NS = 10_000_000_000
ACTIONS = ("connect", "read", "write", "subscribe", "disconnect")


@dataclass(frozen=True)
class DoOnPhone(Command):
    """Does one thing with the app, and waits for its end. `connect` names a board; `read`, `write`
    and `subscribe` name a characteristic by its UUID."""

    KEY = "phone"
    OURS = True
    part: str
    action: str
    name: str
    value: bytes
    timeout_ns: int

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("part-id", *ACTIONS, "value", "timeout"), ("part-id",))
        given = [action for action in ACTIONS if action in keys]
        if len(given) != 1:
            what = _("a step of a phone does one thing: {actions}")
            raise nodes.fail(node, what.format(actions=", ".join(ACTIONS)), _("Write one."))
        action = given[0]
        if ("value" in keys) != (action == "write"):
            what = _("value belongs to write")
            raise nodes.fail(node, what, _("Write for example write: 2a6e, value: on."))
        return cls(
            nodes.text(keys["part-id"]),
            action,
            nodes.text(keys[action]),
            nodes.bytes(keys["value"]) if "value" in keys else b"",
            nodes.optional(keys, "timeout", nodes.duration) or TIMEOUT_NS,
        )

    def run(self, context: CommandContext) -> None:
        phone = _phone(context, self.part)
        answers: list[str] = []

        def done(why: str) -> None:
            answers.append(why)
            context.bench.stop()

        self._begin(phone)(done)
        if not answers:
            context.run(context.deadline(self.timeout_ns))
        why = answers[0] if answers else _("no answer")
        if why:
            what = _("the phone cannot {action} {name}: {why}")
            raise CommandError(what.format(action=self.action, name=repr(self.name), why=why))
        context.run(context.bench.now_ns + 1)  # the next step sees what came with the answer

    def _begin(self, phone: PhoneApp) -> Callable[[Done], None]:
        match self.action:
            case "connect":
                return lambda done: phone.connect(self.name, self.timeout_ns, done)
            case "read":
                return lambda done: phone.read(self.name, done)
            case "write":
                return lambda done: phone.write(self.name, self.value, done)
            case "subscribe":
                return lambda done: phone.subscribe(self.name, done)
        return phone.disconnect


@dataclass(frozen=True)
class ExpectPhone(Command):
    """Expects values that a phone got of a characteristic; see `ExpectedTexts`. Bytes that are no
    text are in hexadecimal: `e8 03`."""

    KEY = "expect-phone"
    OURS = True
    part: str
    characteristic: str
    expected: ExpectedTexts

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        needed = ("part-id", "characteristic")
        texts = tuple(key for key in ExpectedTexts.KEYS if key != "board")
        keys = nodes.mapping(node, (*needed, *texts), needed)
        part, characteristic = (nodes.text(keys[key]) for key in needed)
        return cls(part, characteristic, ExpectedTexts.read(keys, nodes))

    def run(self, context: CommandContext) -> None:
        phone = _phone(context, self.part)

        def got(_trace: Trace) -> list[tuple[int, str]]:
            wanted = self.characteristic.lower()
            return [(each.t_ns, each.text) for each in phone.values if each.uuid == wanted]

        self.expected.check(context, got, self.characteristic)


def _phone(context: CommandContext, part_id: str) -> PhoneApp:
    """The phone with this id. Raises: HardwareError."""
    part = context.part(part_id)
    if not isinstance(part, Phone):
        what = _("part {part} is no phone").format(part=repr(part_id))
        raise HardwareError(what, _("Use a part of type warsha-phone."))
    return part.app
