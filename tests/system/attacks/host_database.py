# Tries: host code that attaches the gradebook to its own database, loads native extensions, and asks questions that never end or fill the memory.
# Ends: the sandbox contains no file of the course; the memory and CPU limits of the child.
### ATTACK
import sqlite3

link = sqlite3.connect(":memory:")
for text in (
    "ATTACH '@ROOT@/gradebook.db' AS book",
    "ATTACH 'file:@ROOT@/gradebook.db?immutable=1' AS book",
    "ATTACH '/tmp/new.db' AS new",
    "SELECT load_extension('@TOUCHED@')",
    "SELECT writefile('@TOUCHED@', 'x')",
    "SELECT length(zeroblob(2000000000))",
    "SELECT length(randomblob(900000000))",
    "SELECT printf('%.999999999d', 1)",
    "PRAGMA temp_store_directory = '/'",
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000) SELECT count(*) FROM n",
    "SELECT 1 WHERE " + "(" * 5000 + "1" + ")" * 5000,
):
    try:
        link.execute(text).fetchall()
    except (sqlite3.Error, MemoryError, OverflowError):
        pass
try:
    link.enable_load_extension(True)
    link.load_extension("libc.so.6")
except (AttributeError, sqlite3.Error):
    pass
link.close()
### END
### BASE
