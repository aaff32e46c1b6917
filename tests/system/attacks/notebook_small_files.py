# Tries: ten thousand small files in a hundred folders next to the notebook.
# Ends: 1000 files are copied, and a note is printed.
def attack(folder, notebook):
    for number in range(100):
        inner = folder / f"data{number}"
        inner.mkdir()
        for other in range(100):
            (inner / f"{other}.csv").write_text("x")
