import json
import sqlite3

TABLES = """
CREATE TABLE IF NOT EXISTS readings(
    device TEXT, seq INTEGER, ts INTEGER, v REAL, i REAL, g REAL, t REAL, wh REAL,
    PRIMARY KEY(device, seq));
CREATE TABLE IF NOT EXISTS sites(device TEXT PRIMARY KEY, site TEXT);
"""


def ingest(db, messages):
    with sqlite3.connect(db) as base:
        base.executescript(TABLES)
        for topic, payload in messages:
            one = json.loads(payload)
            m = one["m"]
            row = one["id"], one["seq"], one["ts"], m["v"], m["i"], m["g"], m["t"], m["wh"]
            base.execute("INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            site = topic.split("/")[1]
            base.execute("INSERT OR REPLACE INTO sites VALUES (?, ?)", (one["id"], site))
        return base.execute("SELECT count(*) FROM readings").fetchone()[0]


def kwh(db):
    query = """
        SELECT site, sum(wh) / 1000 FROM sites JOIN
            (SELECT device, max(wh) - min(wh) AS wh FROM readings GROUP BY device)
        USING (device) GROUP BY site"""
    with sqlite3.connect(db) as base:
        return dict(base.execute(query))


def curve(db, device):
    query = """
        SELECT ts % 86400 / 3600 AS hour, avg(v * i) FROM readings
        WHERE device = ? AND i IS NOT NULL GROUP BY hour ORDER BY hour"""
    with sqlite3.connect(db) as base:
        return base.execute(query, (device,)).fetchall()


def anomalies(db, k, gamma):
    query = """
        SELECT device, ts FROM readings
        WHERE g > 200 AND v * i < 0.7 * ? * g * (1 - ? * (t - 25)) ORDER BY ts"""
    with sqlite3.connect(db) as base:
        return base.execute(query, (k, gamma)).fetchall()
