"""Commands on MQTT: publish a message, and expect messages of a board. Both are ours."""

import re
from dataclasses import dataclass
from typing import Self

import yaml

from hardware.bench.network.mqtt.packets import MqttError, check_topic
from hardware.bench.scenario.command import Command, CommandContext, CommandError
from hardware.bench.scenario.nodes import Nodes
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
    """Expects messages that a board published to a topic: at least one, or `min`, and at most
    `max`. If `match` is given, only payloads that match it count. `for` and `board` as in
    expect-i2c."""

    KEY = "expect-mqtt"
    OURS = True
    topic: str
    match: re.Pattern[str] | None
    minimum: int
    maximum: int
    for_ns: int | None
    board: str | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("topic", "match", "min", "max", "for", "board"), ("topic",))
        match = nodes.optional(keys, "match", nodes.pattern)
        minimum = nodes.count(keys["min"]) if "min" in keys else 1
        maximum = nodes.count(keys["max"]) if "max" in keys else 2**31
        for_ns = nodes.optional(keys, "for", nodes.duration)
        board = nodes.optional(keys, "board", nodes.text)
        return cls(nodes.text(keys["topic"]), match, minimum, maximum, for_ns, board)

    def run(self, context: CommandContext) -> None:
        window = context.window(self.for_ns)
        found = [
            note
            for note in context.trace(self.board).mqtt()
            if note.kind == "publish"
            and note.client
            and note.topic == self.topic
            and window.begin_ns <= note.t_ns < window.end_ns
            and (self.match is None or self.match.search(note.payload.decode(errors="replace")))
        ]
        if not self.minimum <= len(found) <= self.maximum:
            what = _("{seen} such messages under {topic}, expected {wanted}")
            wanted = (
                f"{self.minimum} …"
                if self.maximum == 2**31
                else f"{self.minimum} … {self.maximum}"
            )
            raise CommandError(what.format(seen=len(found), topic=repr(self.topic), wanted=wanted))
