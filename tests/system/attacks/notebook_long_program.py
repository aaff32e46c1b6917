# Tries: a program of the most lines possible, with characters that each become six on a page, to make feedback huge.
# Ends: a page shows only the beginning of a long program.
def attack(folder, notebook):
    for cell in notebook["cells"]:
        if "%%board main.py" in cell["source"]:
            cell["source"] = "".join(cell["source"])
            cell["source"] += "\n#\u202e" * ((249_000 - len(cell["source"])) // 3)
