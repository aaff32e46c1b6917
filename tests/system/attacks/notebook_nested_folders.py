# Tries: a file below six hundred folders in each other: who copies or removes them goes as deep himself.
# Ends: folders are copied 32 deep, which is said.
def attack(folder, notebook):
    for _number in range(600):
        folder = folder / "a"
        folder.mkdir()
    (folder / "deep.txt").write_text("x")
