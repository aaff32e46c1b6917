# Tries: numbers of a million digits in the notebook: reading one takes minutes, and its value fills the memory.
# Ends: it is unreadable: only its trainee has no mark.
import json

UNREADABLE = True


def attack(folder, notebook):
    text = json.dumps(notebook)
    return text[:-1] + ', "more": [' + ",".join(["9" * 1_000_000] * 10) + "]}"
