# Tries: a time stamp without a day, which is another one with each day: it would bring other seeds.
# Ends: a time stamp has a date and a time, or it is none.
UNREADABLE = True


def attack(folder, notebook):
    (folder / "timestamp.txt").write_text("10:00\n")
