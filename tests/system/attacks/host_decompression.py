# Tries: host code that unpacks small data into gigabytes, in every format of the library.
# Ends: the memory and CPU limits of the child; a private /tmp of 16 MB.
### ATTACK
import bz2
import gzip
import lzma
import zipfile
import zlib

block = bytes(1 << 20)
for pack, unpack in ((zlib.compress, zlib.decompress), (bz2.compress, bz2.decompress), (lzma.compress, lzma.decompress)):
    try:
        packed = pack(block * 4)
        for _ in range(6):
            packed += packed
        unpack(packed) if pack is not zlib.compress else zlib.decompress(zlib.compress(block * 60), bufsize=1 << 30)
    except (MemoryError, OverflowError, ValueError, EOFError, OSError, lzma.LZMAError):
        pass
try:
    with zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(40):
            made.writestr(f"{number}", block)
    zipfile.ZipFile("bomb.zip").extractall("out")
    gzip.open("bomb.zip").read()
except (MemoryError, OSError):
    pass
import shutil

shutil.rmtree("out", ignore_errors=True)
block = packed = None
### END
### BASE
