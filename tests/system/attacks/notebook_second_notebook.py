# Tries: extra notebooks in the submission, with better marks and other labs' names.
# Ends: the notebook of the lab's name counts.
import json


def attack(folder, notebook):
    for name in ("zz.ipynb", "site_log.ipynb", ".first_contact.ipynb", "first_contact-Copy1.ipynb"):
        (folder / name).write_text(json.dumps(notebook | {"cells": []}))
