# Tries: a notebook with outputs that stock nbgrader would read as full marks.
# Ends: outputs are ignored and not kept.
def attack(folder, notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            data = {"text/plain": "4", "text/html": "<b>4 / 4</b>"}
            cell["execution_count"] = 1
            cell["outputs"] = [
                {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
            ]
