# Tries: host code that writes into the gradebook, the records and others' submissions.
# Ends: the sandbox contains libraries and no file of the course.
### ATTACK
import glob
import os
import sqlite3

try:
    with sqlite3.connect("@ROOT@/gradebook.db") as link:
        link.execute("UPDATE grade SET manual_score = 20")
except sqlite3.Error:
    pass
for name in ["@VICTIM@", "@TOUCHED@", *glob.glob("@ROOT@/*/*/*")]:
    for act in (lambda: open(name, "w").close(), lambda: os.remove(name), lambda: os.rename(name, name + "x")):
        try:
            act()
        except OSError:
            pass
try:
    os.makedirs("@ROOT@/autograded/mallory", exist_ok=True)
except OSError:
    pass
### END
### BASE
