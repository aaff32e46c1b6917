# Tries: a file that is not a notebook but a hundred thousand brackets.
# Ends: it is unreadable: only its trainee has no mark.
UNREADABLE = True


def attack(folder, notebook):
    return "[" * 100_000
