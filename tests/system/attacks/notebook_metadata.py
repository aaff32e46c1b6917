# Tries: a notebook whose metadata gives itself points, unlocks cells and claims to be graded already.
# Ends: metadata comes from the release.
def attack(folder, notebook):
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader")
        if about and about["grade"]:
            about |= {"points": 99, "locked": False, "solution": True, "task": True, "score": 99}
            cell["metadata"]["deletable"] = True
    notebook["metadata"]["warsha"] = {"seeds": "public 3", "sandbox": "none", "lab": "", "board": ""}
    notebook["metadata"]["kernelspec"] = {"name": "../../mallory", "display_name": "x", "language": "sh"}
    notebook["metadata"]["celltoolbar"] = "Create Assignment"
