# Tries: a notebook in UTF-16, which other programs read and show.
# Ends: it is unreadable: only its trainee has no mark.
import json

UNREADABLE = True


def attack(folder, notebook):
    return json.dumps(notebook).encode("utf-16")
