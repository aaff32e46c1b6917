# Tries: attached files that block the reader, or never end.
# Ends: only regular files are read, and of bounded size.
import os
import socket


def attack(folder, notebook):
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe.ipynb")
    here = os.getcwd()
    os.chdir(folder)  # a socket's name is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
    os.chdir(here)
    with open(folder / "sparse.bin", "wb") as file:
        file.truncate(1 << 31)
