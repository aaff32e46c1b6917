# Tries: attached files that are links to the secret, the gradebook, others' folders and the root.
# Ends: links are not followed and not copied.
def attack(folder, notebook):
    targets = ("@SECRET@", "@ROOT@/gradebook.db", "@VICTIM@", "@ROOT@/store", "/", "/proc/self/environ")
    for number, target in enumerate(targets):
        (folder / f"link{number}.txt").symlink_to(target)
        (folder / f"link{number}.ipynb").symlink_to(target)
    (folder / "loop").symlink_to(folder)
    inner = folder / "data"
    inner.mkdir()
    (inner / "deeper.csv").symlink_to("@SECRET@")
