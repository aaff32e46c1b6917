"""Telegram: one bot, which sends messages and reads those of its chats.

https://core.telegram.org/bots/api
"""

import re
from collections import deque
from typing import Any

from hardware.bench.network.http import HttpRequest, HttpResponse, json_response
from hardware.bench.network.services.service import MOST_KEPT, Service, ServiceNetwork, count_of

PATH = re.compile(r"/bot([^/]+)/(\w+)")
MOST_TEXT = 4096
FIRST_UPDATE = 1_000
BOT = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


class Telegram(Service):
    """`set` says something to the bot: its name is the number of the chat. `getUpdates` answers at
    once; it does not wait for `timeout`."""

    NAME = "telegram"
    WEB = ("api.telegram.org",)

    def __init__(self, network: ServiceNetwork) -> None:
        super().__init__(network)
        self._messages = self._last_update = 0
        self._updates: deque[dict[str, Any]] = deque(maxlen=MOST_KEPT)

    def answer(self, request: HttpRequest) -> HttpResponse:
        found = PATH.fullmatch(request.path)
        if found is None:
            return _refusal(404, "Not Found")
        if not self.network.accepts(found[1]):
            return _refusal(401, "Unauthorized")
        values = request.values
        match found[2].lower():
            case "getme":
                return _result(BOT)
            case "sendmessage":
                return self._send(request.board, values.get("chat_id", ""), values.get("text", ""))
            case "getupdates":
                return self._get(values.get("offset", ""), values.get("limit", ""))
        return _refusal(404, "Not Found: method not found")

    def set(self, name: str, value: str) -> None:
        user = {"id": _chat(name), "is_bot": False, "first_name": "User"}
        message = self._message(name, value) | {"from": user}
        self._last_update += 1
        self._updates.append({"update_id": FIRST_UPDATE + self._last_update, "message": message})

    # -- inside ---------------------------------------------------------------------------------

    def _send(self, board: object, chat: str, text: str) -> HttpResponse:
        if not chat:
            return _refusal(400, "Bad Request: chat_id is empty")
        if not text:
            return _refusal(400, "Bad Request: message text is empty")
        if len(text) > MOST_TEXT:
            return _refusal(400, "Bad Request: message is too long")
        self.got(board, chat, text)
        return _result(self._message(chat, text) | {"from": BOT})

    def _get(self, offset: str, limit: str) -> HttpResponse:
        """The updates from `offset` on; those before it are confirmed and forgotten."""
        first, last = count_of(offset) or 0, count_of(offset.removeprefix("-")) or 0
        while self._updates and self._updates[0]["update_id"] < first:
            self._updates.popleft()
        found = list(self._updates)[-last if offset.startswith("-") else 0 :]
        return _result(found[: count_of(limit) or None])

    def _message(self, chat: str, text: str) -> dict[str, Any]:
        self._messages += 1
        about = {"id": _chat(chat), "first_name": "User", "type": "private"}
        return {"message_id": self._messages, "chat": about, "date": self.unix_s, "text": text}


def _chat(name: str) -> int | str:
    return int(name) if re.fullmatch(r"-?\d{1,15}", name) else name


def _result(value: object) -> HttpResponse:
    return json_response({"ok": True, "result": value})


def _refusal(status: int, text: str) -> HttpResponse:
    return json_response({"ok": False, "error_code": status, "description": text}, status)
