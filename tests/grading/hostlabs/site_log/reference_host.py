import sqlite3


def ingest(db, messages):
    """Store the messages, each once; returns how many readings there are."""
    with sqlite3.connect(db) as link:
        link.execute("CREATE TABLE IF NOT EXISTS readings(seq INTEGER PRIMARY KEY, value REAL)")
        link.executemany("INSERT OR IGNORE INTO readings VALUES (:seq, :value)", messages)
        return link.execute("SELECT count(*) FROM readings").fetchone()[0]


def gaps(db):
    """The numbers between the first and the last that are not there."""
    with sqlite3.connect(db) as link:
        found = [seq for (seq,) in link.execute("SELECT seq FROM readings ORDER BY seq")]
    return [seq for seq in range(found[0], found[-1]) if seq not in found]
