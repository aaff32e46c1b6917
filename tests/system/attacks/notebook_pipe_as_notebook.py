# Tries: a pipe in the place of the notebook: whoever opens it waits for ever.
# Ends: a notebook is a regular file; only its trainee has no mark.
import os

UNREADABLE = True


def attack(folder, notebook):
    (folder / "first_contact.ipynb").unlink()
    os.mkfifo(folder / "first_contact.ipynb")
