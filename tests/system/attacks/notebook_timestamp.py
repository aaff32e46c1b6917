# Tries: a time stamp that is long, in the far future, or in other characters.
# Ends: 100 characters are read; seeds need the secret, too.
def attack(folder, notebook):
    (folder / "timestamp.txt").write_text("9999-12-31 23:59:59 UTC\n" + "x" * 5_000_000)
