# Tries: a notebook of five million empty lists and objects, to fill the memory of the reader.
# Ends: 16 MB at most; only texts are read.
import json


def attack(folder, notebook):
    text = json.dumps(notebook)
    return text[:-1] + ', "more": [' + "[],{}," * 2_500_000 + "0]}"
