# Tries: so many links next to the notebook that the messages about them hide all others.
# Ends: 1000 entries are checked, and the omitted ones are one line.
def attack(folder, notebook):
    for number in range(20_000):
        (folder / f"link{number}").symlink_to("/etc/passwd")
