# Tries: a notebook with new grade ids, those of other labs, and paths.
# Ends: only ids of the release count.
def attack(folder, notebook):
    names = ("z", "a ", "A", "e\u200b", "../e", "e/../../b", "", "x" * 5000)
    for number, name in enumerate(names):
        about = {"grade": True, "grade_id": name, "locked": False, "points": 20, "schema_version": 3, "solution": True, "task": False}
        cell = {"cell_type": "code", "id": f"extra-{number}", "source": "20", "metadata": {"nbgrader": about}}
        notebook["cells"].append(cell | {"outputs": [], "execution_count": None})
