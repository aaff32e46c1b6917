# Tries: files whose names are no text: bytes that are no UTF-8, letters that look alike in two normal forms, names that differ in capitals only.
# Ends: names have no effect; they are escaped in all output.
import os


def attack(folder, notebook):
    here = os.fsencode(folder)
    for name in (b"\xff\xfe.txt", b"\x80" * 200, b"caf\xc3\xa9.txt", b"cafe\xcc\x81.txt", b"DATA.csv", b"data.csv", b"Data.CSV", b"\xed\xa0\x80.txt", b"~", b" ", b"..."):
        with open(os.path.join(here, name), "wb") as file:
            file.write(name)
    os.mkfifo(os.path.join(here, b"\xc0\xaf..\xc0\xaf"))
    os.symlink(b"\xff/\xfe", os.path.join(here, b"\xf8\x88link"))
    os.mkdir(os.path.join(here, b"\xfffolder"))
    with open(os.path.join(here, b"\xfffolder", b"\xfe"), "wb") as file:
        file.write(b"x")
