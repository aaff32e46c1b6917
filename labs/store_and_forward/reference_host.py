import json
import sqlite3
from itertools import pairwise

TABLES = """
CREATE TABLE IF NOT EXISTS readings(
    device TEXT, seq INTEGER, ts INTEGER, value REAL, q INTEGER, PRIMARY KEY(device, seq));
CREATE TABLE IF NOT EXISTS sites(device TEXT PRIMARY KEY, site TEXT);
"""


def ingest(db, messages):
    with sqlite3.connect(db) as base:
        base.executescript(TABLES)
        for topic, payload in messages:
            site, device = topic.split("/")[1:3]
            m = json.loads(payload)
            row = device, m["seq"], m["ts"], m["m"]["t"], m["q"]
            base.execute("INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?, ?)", row)
            base.execute("INSERT OR REPLACE INTO sites VALUES (?, ?)", (device, site))
        return base.execute("SELECT count(*) FROM readings").fetchone()[0]


def gaps(db):
    with sqlite3.connect(db) as base:
        rows = base.execute("SELECT device, seq FROM readings ORDER BY device, seq").fetchall()
    missing = {}
    for (device, seq), (other, following) in pairwise(rows):
        if device == other and following > seq + 1:
            missing.setdefault(device, []).extend(range(seq + 1, following))
    return missing


def by_site(db):
    query = """
        SELECT site, count(*), avg(CASE q WHEN 0 THEN value END)
        FROM readings JOIN sites USING (device) GROUP BY site"""
    with sqlite3.connect(db) as base:
        return {site: [count, mean] for site, count, mean in base.execute(query)}
