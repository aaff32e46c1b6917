# Misconception: one function is enough.
import sqlite3


def ingest(db, messages):
    with sqlite3.connect(db) as link:
        link.execute("CREATE TABLE IF NOT EXISTS readings(seq INTEGER PRIMARY KEY, value REAL)")
        link.executemany("INSERT OR IGNORE INTO readings VALUES (:seq, :value)", messages)
        return link.execute("SELECT count(*) FROM readings").fetchone()[0]
