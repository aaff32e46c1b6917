# Tries: a notebook whose metadata is nested as deeply as can be read.
# Ends: only the text of cells is read.
def attack(folder, notebook):
    for place in (notebook["metadata"], notebook["cells"][0]["metadata"]):
        deep = []
        for _ in range(400):
            deep = [{"a": deep}]
        place["deep"] = deep
