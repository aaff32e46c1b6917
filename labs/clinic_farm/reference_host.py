import json
import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages(
    device TEXT, seq INTEGER, ts INTEGER, kind TEXT, q INTEGER, m TEXT,
    PRIMARY KEY(device, seq));
CREATE VIEW IF NOT EXISTS v_excursions AS
    SELECT device, m ->> 'probe' AS probe, m ->> 'start' AS start,
        (m ->> 'end' - m ->> 'start') / 60.0 AS minutes,
        m ->> 'extreme' AS extreme, m ->> 'door' AS door
    FROM messages WHERE kind = 'excursion' ORDER BY device, seq;
CREATE VIEW IF NOT EXISTS v_water_use AS
    SELECT device, date(m ->> 'start', 'unixepoch') AS day, sum(m ->> 'l') AS litres
    FROM messages WHERE kind = 'water' GROUP BY device, day ORDER BY device, day;
"""


def ingest(db, messages):
    with sqlite3.connect(db) as base:
        base.executescript(SCHEMA)
        for _, payload in messages:
            one = json.loads(payload)
            row = one["id"], one["seq"], one["ts"], one["kind"], one["q"], json.dumps(one["m"])
            base.execute("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?)", row)
        return base.execute("SELECT count(*) FROM messages").fetchone()[0]


def rows(db, view):
    with sqlite3.connect(db) as base:
        return base.execute("SELECT * FROM " + view).fetchall()
