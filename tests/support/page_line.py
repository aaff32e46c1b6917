"""The line between a page of a bench and its server, without a browser."""

import json
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect


async def talk(url: str, *messages: str, **headers: str) -> list[Any]:
    """Send messages to the server of the page at a URL. Returns what comes back until the server
    has refused one or closes the line."""
    request = HTTPRequest(url.replace("http", "ws") + "live", headers=headers)
    line = await websocket_connect(request)
    found = []
    for message in messages:
        await line.write_message(message)
    while (answer := await line.read_message()) is not None:
        found.append(json.loads(answer))
        if "refused" in found[-1]:
            line.close()
    line.close()
    return found
