# Tries: a file in six hundred nested folders: a program that copies or removes them needs the same depth of recursion.
# Ends: folders are copied 32 deep, and a note is printed.
def attack(folder, notebook):
    for _number in range(600):
        folder = folder / "a"
        folder.mkdir()
    (folder / "deep.txt").write_text("x")
