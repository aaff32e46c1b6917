"""MQTT: publish something, and expect what the board published. Ours."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import yaml

from hardware.bench.network.mqtt.packets import MqttError, check_topic
from hardware.bench.scenario.command import Command, CommandError
from hardware.bench.scenario.nodes import Nodes
from hardware.i18n import _

if TYPE_CHECKING:
    import re

    from hardware.bench.scenario.player import Player


@dataclass(frozen=True)
class PublishMqtt(Command):
    """A message from somewhere else on the network."""

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
            what = _("{value!r} is no topic that can be published").format(value=topic)
            cure = _("A topic is not empty and has neither + nor #.")
            raise nodes.fail(keys["topic"], what, cure) from error
        retain = nodes.level(keys["retain"]) if "retain" in keys else False
        return cls(topic, nodes.bytes(keys["payload"]), retain)

    def run(self, player: "Player") -> None:
        player.bench.network.broker.publish(self.topic, self.payload, retain=self.retain)


@dataclass(frozen=True)
class ExpectMqtt(Command):
    """Messages that a board published under a topic: at least one, or `min`, at most `max`, whose
    payload matches a regular expression, if that is asked. `for` and `board` as in expect-i2c."""

    KEY = "expect-mqtt"
    OURS = True
    topic: str
    match: "re.Pattern[str] | None"
    least: int
    most: int
    for_ns: int | None
    board: str | None

    @classmethod
    def read(cls, node: yaml.Node, nodes: Nodes) -> Self:
        keys = nodes.mapping(node, ("topic", "match", "min", "max", "for", "board"), ("topic",))
        match = nodes.pattern(keys["match"]) if "match" in keys else None
        least = nodes.count(keys["min"]) if "min" in keys else 1
        most = nodes.count(keys["max"]) if "max" in keys else 2**31
        stretch = nodes.duration(keys["for"]) if "for" in keys else None
        board = nodes.text(keys["board"]) if "board" in keys else None
        return cls(nodes.text(keys["topic"]), match, least, most, stretch, board)

    def run(self, player: "Player") -> None:
        stretch = player.stretch(self.for_ns)
        found = [
            note
            for note in player.trace(self.board).mqtt()
            if note.kind == "publish"
            and note.client
            and note.topic == self.topic
            and stretch.begin_ns <= note.t_ns < stretch.end_ns
            and (self.match is None or self.match.search(note.payload.decode(errors="replace")))
        ]
        if not self.least <= len(found) <= self.most:
            what = _("{seen} such messages under {topic}, expected {wanted}")
            wanted = f"{self.least} …" if self.most == 2**31 else f"{self.least} … {self.most}"
            raise CommandError(what.format(seen=len(found), topic=repr(self.topic), wanted=wanted))
