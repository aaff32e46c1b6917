# Tries: a time stamp without a day, so that it changes each day and gives other seeds.
# Ends: a text without a date and a time is not a time stamp.
UNREADABLE = True


def attack(folder, notebook):
    (folder / "timestamp.txt").write_text("10:00\n")
