# Tries: a time stamp whose zone is the name of a file that the reader would open and wait for.
# Ends: a time is digits and the name of a zone, never a path.
UNREADABLE = True


def attack(folder, notebook):
    (folder / "timestamp.txt").write_text("2026-01-15 10:00:00 /proc/self/mem\n")
