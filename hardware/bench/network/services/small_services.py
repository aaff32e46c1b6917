"""Services with one kind of request: IFTTT's webhooks, the weather, the time of day, a mirror.

https://ifttt.com/maker_webhooks, https://openweathermap.org/current, http://worldtimeapi.org/api,
https://httpbin.org
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hardware.bench.network.http import (
    HttpRequest,
    HttpResponse,
    json_object,
    json_response,
)
from hardware.bench.network.services.service import Service, ServiceNetwork

EVENT = re.compile(r"/trigger/([^/]+)(?:/json)?/with/key/([^/]+)/?")
VALUES = ("value1", "value2", "value3")
ZERO_C = 273.15
ZONE = re.compile(r"/api/(?:ip|timezone/([A-Z][A-Za-z]+(?:/[A-Za-z_/+-]+\d{0,2})))")
"""A zone has an area: `localtime` would be this machine's."""


class Ifttt(Service):
    """The name of a value is the event; all that came with it is the value."""

    NAME = "ifttt"
    WEB = ("maker.ifttt.com",)

    def answer(self, request: HttpRequest) -> HttpResponse:
        found = EVENT.fullmatch(request.path)
        if found is None:
            return json_response({"errors": [{"message": "Not found"}]}, 404)
        if not self.network.accepts(found[2]):
            return json_response({"errors": [{"message": "You sent an invalid key."}]}, 401)
        values = request.values
        self.got(request.board, found[1], " ".join(values[v] for v in VALUES if v in values))
        text = f"Congratulations! You've fired the {found[1]} event"
        return HttpResponse(content=text.encode())


class OpenWeatherMap(Service):
    """The weather is the same everywhere: `temp` (°C), `humidity` (%), `pressure` (hPa) and `wind`
    (m/s) can be set."""

    NAME = "openweathermap"
    WEB = ("api.openweathermap.org",)

    def __init__(self, network: ServiceNetwork) -> None:
        super().__init__(network)
        self._weather = {"temp": 25.0, "humidity": 40.0, "pressure": 1013.0, "wind": 3.0}

    def answer(self, request: HttpRequest) -> HttpResponse:
        values = request.values
        if not self.network.accepts(values.get("appid") or values.get("APPID") or ""):
            return _refusal(401, "Invalid API key.")
        if request.path != "/data/2.5/weather":
            return _refusal(404, "Internal error")
        city = values.get("q", "")
        if not city and not ("lat" in values and "lon" in values) and "id" not in values:
            return _refusal(400, "Nothing to geocode")
        return json_response(self._report(city.partition(",")[0], values.get("units", "")))

    def set(self, name: str, value: str) -> None:
        if name not in self._weather:
            raise ValueError
        self._weather[name] = float(value)

    def _report(self, city: str, units: str) -> dict[str, Any]:
        celsius = self._weather["temp"]
        kelvin, fahrenheit = celsius + ZERO_C, celsius * 9 / 5 + 32
        temp = round({"metric": celsius, "imperial": fahrenheit}.get(units, kelvin), 2)
        day_s = self.unix_s - self.unix_s % 86_400
        return {
            "coord": {"lon": 0, "lat": 0},
            "weather": [{"id": 800, "main": "Clear", "description": "clear sky", "icon": "01d"}],
            "base": "stations",
            "main": {
                **{name: temp for name in ("temp", "feels_like", "temp_min", "temp_max")},
                **{name: round(self._weather[name]) for name in ("pressure", "humidity")},
            },
            "visibility": 10_000,
            "wind": {"speed": self._weather["wind"], "deg": 0},
            "clouds": {"all": 0},
            "dt": self.unix_s,
            "sys": {"country": "XX", "sunrise": day_s + 6 * 3600, "sunset": day_s + 18 * 3600},
            "timezone": 0,
            "id": 1,
            "name": city,
            "cod": 200,
        }


class WorldTimeApi(Service):
    """The time of the bench, in any zone."""

    NAME = "worldtimeapi"
    WEB = ("worldtimeapi.org", "www.worldtimeapi.org")

    def answer(self, request: HttpRequest) -> HttpResponse:
        found = ZONE.fullmatch(request.path)
        zone = (found[1] or "Etc/UTC") if found else ""
        try:
            there = datetime.fromtimestamp(self.unix_s, ZoneInfo(zone))
        except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            return json_response({"error": "unknown location"}, 404)
        offset, summer = there.utcoffset() or timedelta(), there.dst() or timedelta()
        report = {
            "abbreviation": there.tzname(),
            "datetime": there.isoformat(timespec="microseconds"),
            "day_of_week": there.isoweekday() % 7,
            "day_of_year": there.timetuple().tm_yday,
            "dst": bool(summer),
            "dst_offset": round(summer.total_seconds()),
            "raw_offset": round((offset - summer).total_seconds()),
            "timezone": zone,
            "unixtime": self.unix_s,
            "utc_datetime": there.astimezone(UTC).isoformat(timespec="microseconds"),
            "utc_offset": there.strftime("%z")[:3] + ":" + there.strftime("%z")[3:],
            "week_number": there.isocalendar().week,
        }
        return json_response(report)


class Httpbin(Service):
    """Tells the request back. The name of a value is the name in the request."""

    NAME = "httpbin"
    WEB = ("httpbin.org",)

    def answer(self, request: HttpRequest) -> HttpResponse:
        word = request.path.strip("/").partition("/")[0]
        if word not in ("get", "post", "put", "patch", "delete", "anything"):
            return json_response({"error": "Not Found"}, 404)
        if word not in ("anything", request.method.lower()):
            return json_response({"error": "Method Not Allowed"}, 405)
        text = request.body.decode(errors="replace")
        args = request._replace(body=b"").values
        sent = request._replace(target="").values
        for name, value in {**args, **sent}.items():
            self.got(request.board, name, value)
        told: dict[str, Any] = {
            "args": args,
            "headers": request.headers,
            "url": f"http://httpbin.org{request.target}",
        }
        if request.method != "GET":
            is_json = text.lstrip().startswith("{")
            form = {} if is_json else sent
            told |= {"data": text, "form": form, "json": json_object(text) if is_json else None}
        return json_response(told)


def _refusal(status: int, text: str) -> HttpResponse:
    return json_response({"cod": status, "message": text}, status)
