# Tries: so many links beside the notebook that the messages about them hide all others.
# Ends: 1000 entries are looked at, and what is left out is one line.
def attack(folder, notebook):
    for number in range(20_000):
        (folder / f"link{number}").symlink_to("/etc/passwd")
