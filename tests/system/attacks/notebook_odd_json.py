# Tries: a notebook with duplicate keys, invalid numbers, lone surrogates and values of other types.
# Ends: only texts are read, the rest is ignored.
import json


def attack(folder, notebook):
    odd = [None, 7, [], {}, {"cell_type": 3}, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "code", "source": ["a", 3, None]}]
    notebook["cells"] += odd
    notebook["cells"].append({"cell_type": "code", "source": "x = '\ud800\udfff'", "metadata": {"nbgrader": []}})
    notebook["cells"].append({"cell_type": "markdown", "source": "", "metadata": [], "id": {"a": 1}})
    notebook["metadata"] = {"n": float("nan"), "i": float("inf"), "kernelspec": 5}
    text = json.dumps(notebook)
    return text[:-1] + ', "nbformat": "four", "cells_": 1, "nbformat_minor": 1e400, "metadata": []}'
