# Tries: a notebook in which every graded cell occurs three times, with other sources and kinds.
# Ends: the last of the cells with the same id counts, and graded cells come from the release.
import copy


def attack(folder, notebook):
    for cell in list(notebook["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            for kind in ("code", "markdown"):
                twin = copy.deepcopy(cell)
                twin |= {"cell_type": kind, "source": "4", "id": f"{cell['id']}-{kind}"}
                if kind == "markdown":
                    del twin["outputs"], twin["execution_count"]
                notebook["cells"].insert(0, twin)
                notebook["cells"].append(copy.deepcopy(twin))
