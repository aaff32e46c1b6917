"""L17: what a listener reads of the same command without TLS and with it."""

import hashlib
import hmac

from grader import Episode, Run, observe

KEY = "6f1d0c52a9b84e7733c0de5af2914b08d7e65a3c8f0219b4e6ad70c5183f92b1"
"""That of given/secrets.json."""
CODE = hmac.new(bytes.fromhex(KEY), b"cmd 17 on", hashlib.sha256).hexdigest()
WORDS = {"topic": "lab/pump/cmd", "command": '"cmd": "on"', "code": CODE, "key": KEY}


@observe(Episode("predict", seconds=12, from_reset=True), program="experiment.py")
def readable(run: Run) -> dict[str, str] | None:
    """Which of the words can be read in the packets of each port."""
    values = {}
    for port in (1883, 8883):
        packets = [
            one.payload
            for one in run.trace.packets()
            if one.kind == "tcp" and port in (one.source_port, one.target_port)
        ]
        if not packets:
            return None
        sent = b"".join(packets)
        found = [name for name, word in WORDS.items() if word.encode() in sent]
        values[f"words_{port}"] = " ".join(found) or "-"
        values[f"bytes_{port}"] = str(len(sent))
    return values
