# Tries: one file of 3 MB under five hundred names, so that the copies fill the disk, and the notebook itself under a second name.
# Ends: 64 MB of attached files are copied at most; a file counts once for each of its names.
import os


def attack(folder, notebook):
    with open(folder / "data.bin", "wb") as file:
        file.write(b"x" * (3 << 20))
    for number in range(500):
        os.link(folder / "data.bin", folder / f"data{number}.bin")
    os.link(folder / "first_contact.ipynb", folder / "notes.txt")
