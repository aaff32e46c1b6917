# Tries: thousands of notebooks that all have the lab's name, in lower and upper case.
# Ends: a few are named and the rest is counted.
import itertools

UNREADABLE = True


def attack(folder, notebook):
    letters = ((letter, letter.upper()) for letter in "first_contac")
    for name in itertools.islice(itertools.product(*letters), 3000):
        (folder / f"{''.join(name)}t.ipynb").write_text("{}")
