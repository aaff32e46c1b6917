# Tries: graded cells with ids that look like those of the release: letters of other alphabets, wide letters, invisible characters.
# Ends: only exact ids of the release count.
import copy

LOOKS = {"a": "\u0430\uff41", "b": "\uff42\u2181", "c": "\u0441\uff43", "d": "\uff44", "e": "\u0435\uff45"}


def attack(folder, notebook):
    more = []
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader")
        if about and about["grade"]:
            name = about["grade_id"]
            for alike in [*LOOKS.get(name, ""), name + "\u200d", "\u2066" + name, name.upper(), name + "\u0000", name + " "]:
                forged = copy.deepcopy(cell)
                forged["metadata"]["nbgrader"] |= {"grade_id": alike, "points": 99, "solution": True}
                forged["source"] = "20"
                more.append(forged)
    notebook["cells"] += more
