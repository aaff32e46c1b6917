# Tries: folders, links and pipes that have the lab's name next to the notebook, in other capitals and with other ends.
# Ends: the regular file of the lab's exact name counts; no link is followed.
import os


def attack(folder, notebook):
    (folder / "first_contact").mkdir()
    (folder / "first_contact" / "first_contact.ipynb").write_text("{}")
    (folder / "copy.ipynb").mkdir()
    (folder / "link.ipynb").symlink_to(folder / "first_contact.ipynb")
    (folder / "FIRST_CONTACT.IPYNB").symlink_to("@VICTIM@")
    (folder / "first_contact (1).ipynb").mkdir()
    os.mkfifo(folder / "first_contact-2.ipynb")
