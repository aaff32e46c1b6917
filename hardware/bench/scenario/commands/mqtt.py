"""Commands on MQTT: publish a message, and expect messages of a board. Both are ours."""

from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.network.mqtt.packets import MqttError, check_topic
from hardware.bench.scenario.command import Command, CommandContext
from hardware.bench.scenario.expected_texts import ExpectedTexts
from hardware.bench.scenario.nodes import Nodes
from hardware.bench.trace.trace import Trace
from hardware.i18n import _


@dataclass(frozen=True)
class PublishMqtt(Command):
    """Publishes a message from another client on the network."""

    KEY = "publish"
    OURS = True
    topic: str
    payload: bytes
    retain: bool

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("topic", "payload", "retain"), ("topic", "payload"))
        topic = nodes.text(keys["topic"])
        try:
            check_topic(topic)
        except MqttError as error:
            what = _("{value!r} is not a topic to publish to").format(value=topic)
            cure = _("A topic is not empty and has no + and no #.")
            raise nodes.fail(keys["topic"], what, cure) from error
        retain = nodes.level(keys["retain"]) if "retain" in keys else False
        return cls(topic, nodes.bytes(keys["payload"]), retain)

    def run(self, context: CommandContext) -> None:
        context.bench.network.broker.publish(self.topic, self.payload, retain=self.retain)


@dataclass(frozen=True)
class ExpectMqtt(Command):
    """Expects messages that a board published to a topic; see `ExpectedTexts`."""

    KEY = "expect-mqtt"
    OURS = True
    topic: str
    expected: ExpectedTexts

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("topic", *ExpectedTexts.KEYS), ("topic",))
        return cls(nodes.text(keys["topic"]), ExpectedTexts.read(keys, nodes))

    def run(self, context: CommandContext) -> None:
        def published(trace: Trace) -> list[tuple[int, str]]:
            return [
                (note.t_ns, note.payload.decode(errors="replace"))
                for note in trace.mqtt()
                if note.kind == "publish" and note.client and note.topic == self.topic
            ]

        self.expected.check(context, published, self.topic)
