# A shell for the prompt: `from upysh import *`. Interface: upysh of micropython-lib.
import os
import sys

_FOLDER = 0x4000
_HELP = """\
upysh is intended to be imported using:
from upysh import *

To see this help text again, type "man".

upysh commands:
clear, ls, ls(...), head(...), cat(...), newfile(...)
cp('src', 'dest'), mv('old', 'new'), rm(...)
pwd, cd(...), mkdir(...), rmdir(...)
"""


# Commands that run when the prompt prints them.
class LS:
    def __repr__(self):
        self()
        return ""

    def __call__(self, path="."):
        entries = sorted(os.ilistdir(path))
        for entry in entries:
            if entry[1] == _FOLDER:
                print("    <dir> %s" % entry[0])
        for entry in entries:
            if entry[1] != _FOLDER:
                print("% 9d %s" % (entry[3], entry[0]))
        system = os.statvfs(path)
        print("\n{:,d}k free".format(system[1] * system[3] // 1024))


class PWD:
    def __repr__(self):
        return os.getcwd()

    def __call__(self):
        return os.getcwd()


class CLEAR:
    def __repr__(self):
        return "\x1b[2J\x1b[H"

    def __call__(self):
        return repr(self)


class Man:
    def __repr__(self):
        return "\n" + _HELP


def head(f, n=10):
    with open(f) as file:
        for number, line in enumerate(file):
            if number == n:
                break
            sys.stdout.write(line)


def cat(f):
    head(f, -1)


def _is_folder(path):
    try:
        return os.stat(path)[0] & _FOLDER
    except OSError:
        return False


def cp(s, t):
    if _is_folder(t):
        t = t.rstrip("/") + "/" + s
    piece = bytearray(512)
    with open(s, "rb") as source, open(t, "wb") as target:
        while n := source.readinto(piece):
            target.write(memoryview(piece)[:n])


def newfile(path):
    print("Type file contents line by line, finish with EOF (Ctrl+D).")
    with open(path, "w") as file:
        while True:
            try:
                file.write(input() + "\n")
            except EOFError:
                break


def rm(d, recursive=False):
    try:
        if _is_folder(d) and recursive:
            for entry in os.ilistdir(d):
                rm(d + "/" + entry[0], True)
            os.rmdir(d)
        else:
            os.remove(d)
    except OSError:
        print("rm of '%s' failed" % d)


man = Man()
pwd = PWD()
ls = LS()
clear = CLEAR()
cd = os.chdir
mkdir = os.mkdir
mv = os.rename
rmdir = os.rmdir

print(man)
