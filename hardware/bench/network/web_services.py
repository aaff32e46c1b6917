"""Web services that courses use, offline: each answers as its documentation says, for one board or
for all boards of a bench.

A service is found by the host in a request. What a service knows about the world (the weather) is
always the same, and its clock is that of the bench.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from hardware.bench.network.ntp import NS, WallClock

TEXT, JSON = "text/plain; charset=utf-8", "application/json"
LEAST_S = 15
"""ThingSpeak takes a message of a free account each 15 seconds."""
MOST_FEEDS, FIELDS, LONGEST = 8_000, 8, 255
"""How many entries ThingSpeak returns at most, the fields of each, and the letters of a field."""
MOST_KEYS = 100
"""For how many keys the time of the last message is known."""
KELVIN = 273.15
WEATHER_C, HUMIDITY, PRESSURE = 24.0, 40, 1013


class WebRequest(NamedTuple):
    """A request to a web server."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the part behind `?`."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The part behind `?`."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def sent(self) -> dict[str, Any]:
        """The values in the body: a form or JSON."""
        text = self.body.decode(errors="replace")
        if "json" not in self.headers.get("content-type", ""):
            return dict(parse_qsl(text, keep_blank_values=True))
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


Answer = tuple[int, str, bytes]
"""Status, type and content."""
Service = Callable[[WebRequest], Answer]


def services(clock: WallClock) -> dict[str, Service]:
    """The services of one bench, by host."""
    return {
        "api.thingspeak.com": ThingSpeak(clock),
        "api.openweathermap.org": weather,
        "worldtimeapi.org": WorldTime(clock),
        "httpbin.org": mirror,
    }


def as_json(value: object, status: int = 200) -> Answer:
    """An answer in JSON."""
    return status, JSON, json.dumps(value).encode()


def text(words: object, status: int = 200) -> Answer:
    """An answer in plain text."""
    return status, TEXT, str(words).encode()


def missing() -> Answer:
    """The answer for a page that a service does not have."""
    return text("There is no such page.", 404)


class ThingSpeak:
    """One channel for all keys and numbers: what is written can be read."""

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock
        self._feeds = deque[dict[str, Any]](maxlen=MOST_FEEDS)
        self._entries = 0
        self._last_ns: dict[str, int] = {}
        """When each key has written last."""

    def __call__(self, request: WebRequest) -> Answer:
        path = request.path.rstrip("/")
        if path in ("/update", "/update.json"):
            return self._update(request, in_json=path.endswith(".json"))
        words = path.split("/")[1:]
        if words[:1] != ["channels"] or len(words) < 3:
            return missing()
        return self._read(words[1], words[2:], request.query)

    def _update(self, request: WebRequest, *, in_json: bool) -> Answer:
        values = {**request.query, **request.sent}
        key = str(values.get("api_key") or request.headers.get("x-thingspeakapikey", ""))
        now_ns = self._clock.unix_ns
        fields = {name: values[name] for name in _names() if name in values}
        last_ns = self._last_ns.get(key)
        too_soon = last_ns is not None and now_ns - last_ns < LEAST_S * NS
        if not key or not fields or too_soon:
            return text(0, 200 if key else 400)
        self._last_ns.pop(key, None)
        self._last_ns[key] = now_ns
        if len(self._last_ns) > MOST_KEYS:
            del self._last_ns[next(iter(self._last_ns))]
        self._entries += 1
        entry = {"created_at": _utc(now_ns), "entry_id": self._entries}
        self._feeds.append(entry | {name: str(fields[name])[:LONGEST] for name in fields})
        return as_json(self._feeds[-1]) if in_json else text(self._entries)

    def _read(self, channel: str, words: list[str], query: Mapping[str, str]) -> Answer:
        results = query.get("results", "")
        count = int(results[:4]) if results.isdecimal() else 100
        name = ""
        if words[0] == "fields" and len(words) > 1:
            name = f"field{words[1].removesuffix('.json')}"
            words = words[1:]
            if words[0].endswith(".json"):
                words = ["feeds.json"]
        kept = ("created_at", "entry_id", *([name] if name else _names()))
        feeds = [{k: feed[k] for k in kept if k in feed} for feed in self._feeds]
        match words[-1]:
            case "last.json" if feeds:
                return as_json(feeds[-1])
            case "last" | "last.txt" if feeds and name:
                return text(feeds[-1].get(name, ""))
            case "feeds.json":
                about = {"id": channel, "last_entry_id": self._entries}
                return as_json({"channel": about, "feeds": feeds[-count:] if count else []})
        return missing()


def weather(request: WebRequest) -> Answer:
    """OpenWeatherMap's current weather; the same at every place."""
    query = request.query
    if request.path != "/data/2.5/weather":
        return as_json({"cod": "404", "message": "Internal error"}, 404)
    if not query.get("appid"):
        return as_json({"cod": 401, "message": "Invalid API key."}, 401)
    degrees = {"metric": WEATHER_C, "imperial": WEATHER_C * 9 / 5 + 32}
    now = round(degrees.get(query.get("units", ""), WEATHER_C + KELVIN), 2)
    main = {"temp": now, "feels_like": now, "temp_min": now, "temp_max": now}
    return as_json(
        {
            "weather": [{"id": 800, "main": "Clear", "description": "clear sky", "icon": "01d"}],
            "main": main | {"pressure": PRESSURE, "humidity": HUMIDITY},
            "wind": {"speed": 3.0, "deg": 90},
            "name": query.get("q", "").partition(",")[0],
            "cod": 200,
        }
    )


class WorldTime:
    """WorldTimeAPI; every zone has UTC."""

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock

    def __call__(self, request: WebRequest) -> Answer:
        words = request.path.strip("/").split("/")
        if words[:2] not in (["api", "timezone"], ["api", "ip"]):
            return missing()
        unix_s = self._clock.unix_ns // NS
        now = datetime.fromtimestamp(unix_s, UTC)
        zone = "/".join(words[2:]) if words[1] == "timezone" else "Etc/UTC"
        return as_json(
            {
                "timezone": zone,
                "abbreviation": "UTC",
                "utc_offset": "+00:00",
                "raw_offset": 0,
                "dst": False,
                "dst_offset": 0,
                "datetime": now.isoformat(timespec="microseconds"),
                "utc_datetime": now.isoformat(timespec="microseconds"),
                "unixtime": unix_s,
                "day_of_week": now.isoweekday() % 7,
                "day_of_year": now.timetuple().tm_yday,
                "week_number": now.isocalendar().week,
            }
        )


def mirror(request: WebRequest) -> Answer:
    """httpbin: the request itself."""
    word = request.path.strip("/").split("/")[0]
    if word.upper() not in ("GET", "POST", "PUT", "PATCH", "DELETE", "ANYTHING"):
        return missing()
    if word != "anything" and word.upper() != request.method:
        return text("Method Not Allowed", 405)
    is_json = "json" in request.headers.get("content-type", "")
    told: dict[str, Any] = {
        "args": request.query,
        "headers": dict(request.headers),
        "url": f"http://httpbin.org{request.target}",
    }
    if request.method != "GET":
        told["data"] = request.body.decode(errors="replace")
        told["form"] = {} if is_json else request.sent
        told["json"] = request.sent if is_json else None
    return as_json(told)


def _names() -> list[str]:
    return [f"field{number}" for number in range(1, FIELDS + 1)]


def _utc(unix_ns: int) -> str:
    return datetime.fromtimestamp(unix_ns // NS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
