"""Messages of sensors as JSON, topics matched by a regular expression."""

import json
import re

TOPIC = re.compile("lab/([a-z0-9]+)/(temp|hum)")


def run():
    latest = {}
    for n in range(6):
        for kind in ("temp", "hum"):
            topic = "lab/node%d/%s" % (n % 3, kind)
            text = json.dumps({"value": 20.5 + n, "unit": "C", "tags": [n, kind, None]})
            found = TOPIC.match(topic)
            data = json.loads(text)
            latest.setdefault(found.group(1), {})[found.group(2)] = data["value"]
    return json.dumps(latest)
