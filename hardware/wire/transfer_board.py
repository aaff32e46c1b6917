"""The board's half of a transfer, as MicroPython source; `transfer.py` has the host's half.

The source comes deflated, over a line that may damage it, so a CRC guards it. It leaves no name on
the board. WRITE brings a small file in its source. RECEIVE and SEND exchange frames: they need
26 KB of heap while they run, and more where the heap is in pieces. The interrupt character is off
meanwhile, because frames hold every byte; it is on again at the end in every case.

Nothing is deflated on its way from a board: the official firmware of ESP32 and Pico has
`deflate` without its compressor (MICROPY_PY_DEFLATE_COMPRESS, py/mpconfig.h).

`sys.stdin.buffer.readinto` waits until it has all bytes, so pieces are short: when bytes were
lost, FILLER ends it.
"""

import zlib
from binascii import b2a_base64

WINDOW = 256
"""Bytes that may be on their way to the board: the receive ring of an ESP32 has 260."""
FILLER = b" " * 64
"""What the host sends when the board seems to wait for lost bytes: a slow piece with this in it
is taken for damaged."""
PAUSE_MS = 100
PIECE = 64
"""The board reads so many bytes at once, and then grants as many."""
PACKED = 4096
"""The longest content of a frame, in bytes."""
WINDOW_BITS = 12
"""Of deflate: the board needs a buffer of 4 KB."""
SENT = 1024
"""Bytes in a frame from the board."""
HEAD = "<IHHI"
"""Of a frame: offset in the file, length, length when inflated, CRC-32 of all that and the
content. Equal lengths: the content is not deflated."""
DATA, LAST = 0xA5, 0xA6
"""The first byte of a frame from the board; LAST: the content is the file's SHA-256, in hex."""
DONE = 0xFFFF_FFFF
"""An offset that ends the board's sending."""
STOPPED = (3, 1)
"""The end of what `Repl.sync` sends: who connects wants the prompt."""

_SAY = """
import os
from binascii import hexlify
from hashlib import sha256

def say(*words):
 line = ' '.join(str(word) for word in words).encode()
 print('@%s %08x' % (line.decode(), crc32(line)))

def failed(error):
 if isinstance(error, OSError): say('error', error.errno or 5)
 else: say('memory')

def hashed(name):
 total, found, piece = 0, sha256(), bytearray(512)
 try:
  with open(name, 'rb') as file:
   while True:
    got = file.readinto(piece)
    if not got: break
    total += got
    found.update(memoryview(piece)[:got])
 except OSError: return 0, '-'
 return total, hexlify(found.digest()).decode()
"""

# FAT cannot rename to the name of an existing file; littlefs removes empty folders by os.remove.
_KEEP = """
def keep(name, part, size, digest):
 if hashed(part) != (size, digest):
  os.remove(part)
  return say('damaged')
 try: os.rename(part, name)
 except OSError:
  if os.stat(name)[0] & 0x4000: raise OSError(21)
  os.remove(name)
  os.rename(part, name)
 say('done')

def drop(part, error):
 try: os.remove(part)
 except OSError: pass
 failed(error)
"""

_FRAMES = f"""
import sys, select, micropython
from struct import pack, unpack
from time import ticks_ms, ticks_diff
rx, tx = sys.stdin.buffer, sys.stdout.buffer
ready = select.poll()
ready.register(sys.stdin, select.POLLIN)
count = 0
head = bytearray(12)

def fill(view):
 global count
 for at in range(0, len(view), {PIECE}):
  began = ticks_ms()
  if not ready.poll(4000): return False
  part = view[at:at + {PIECE}]
  rx.readinto(part)
  if ticks_diff(ticks_ms(), began) > {PAUSE_MS} and b'{" " * 16}' in bytes(part): return False
  was = count // {PIECE}
  count += len(part)
  if count // {PIECE} != was: tx.write(bytes((128 | count // {PIECE} & 127,)))
 return True

def stopped():
 global count
 one, last = bytearray(1), b''
 while ready.poll(50):
  rx.readinto(one)
  last = (last + one)[-2:]
 count = 0
 return last == bytes({STOPPED})
"""

WRITE = (
    _SAY
    + _KEEP
    + """
def main(name, part, size, digest):
 say('check')
 data = source[len(source) - size:]
 try:
  if hashed(name) == (size, digest): return say('same')
  with open(part, 'wb') as file: file.write(data)
  keep(name, part, size, digest)
 except (OSError, MemoryError) as error: drop(part, error)
"""
)

RECEIVE = (
    _SAY
    + _KEEP
    + _FRAMES
    + f"""
import deflate
from io import BytesIO

def write(file, view, plain):
 if len(view) == plain:
  file.write(view)
  return
 source, piece = deflate.DeflateIO(BytesIO(view), deflate.RAW, {WINDOW_BITS}), bytearray(512)
 while plain:
  got = source.readinto(piece)
  file.write(memoryview(piece)[:got])
  plain -= got

def receive(name, part, size, digest):
 say('check')
 try:
  if os.stat(name)[6] == size and hashed(name) == (size, digest): return say('same')
 except OSError: pass
 done, was = hashed(part)
 flash = os.statvfs(name[:name.rfind('/') + 1] or os.getcwd())
 if size - done > flash[0] * flash[3]: raise OSError(28)
 body = memoryview(bytearray({PACKED}))
 file = open(part, 'ab')
 try:
  say('at', done, was)
  while True:
   if not ready.poll(4000): return say('silent')
   if fill(memoryview(head)):
    at, packed, plain, crc = unpack('{HEAD}', head)
    view = body[:packed]
    if packed <= {PACKED} and fill(view) and crc32(view, crc32(memoryview(head)[:8])) == crc:
     if at == 0 != done:
      file.close()
      file = open(part, 'wb')
      done = 0
     if at == done:
      if not packed: break
      write(file, view, plain)
      done, was = done + plain, '-'
      continue
   if stopped(): return say('stopped')
   say('at', done, was)
 finally: file.close()
 say('check')
 keep(name, part, size, digest)

def main(name, part, size, digest):
 micropython.kbd_intr(-1)
 try: receive(name, part, size, digest)
 except (OSError, MemoryError) as error:
  stopped()
  drop(part, error)
 finally: micropython.kbd_intr(3)
"""
)

SEND = (
    _SAY
    + _FRAMES
    + f"""
def frame(kind, at, view):
 start = pack('<BIH', kind, at, len(view))
 tx.write(start + pack('<I', crc32(view, crc32(start))))
 tx.write(view)

def send(name, file, at):
 body, sent = memoryview(bytearray({SENT})), False
 file.seek(at)
 while True:
  if ready.poll(4000 if sent else 0):
   if fill(memoryview(head)) and unpack('{HEAD}', head)[3] == crc32(memoryview(head)[:8]):
    at = unpack('{HEAD}', head)[0]
    if at == {DONE}: return say('done')
    file.seek(at)
    sent = False
   elif stopped(): return say('stopped')
   continue
  if sent: return say('silent')
  got = file.readinto(body)
  if got: frame({DATA}, at, body[:got])
  else:
   frame({LAST}, at, hashed(name)[1].encode())
   sent = True
  at += got

def main(name, at):
 micropython.kbd_intr(-1)
 try:
  with open(name, 'rb') as file: send(name, file, at)
 except (OSError, MemoryError) as error: failed(error)
 finally: micropython.kbd_intr(3)
"""
)


def program(source: str, *arguments: object, data: bytes = b"") -> str:
    """One of the programs above with its arguments, to run in the raw REPL. The program finds
    itself, with `data` behind it, under the name `source`."""
    text = f"{source}main{arguments!r}\n".encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -WINDOW_BITS)
    packed = packer.compress(text + data) + packer.flush()
    coded = b2a_base64(packed, newline=False).decode()
    return (
        "import binascii as _b, deflate as _d, io as _i\n"
        f"_i = _i.BytesIO(_b.a2b_base64('{coded}'))\n"
        f"_d = _d.DeflateIO(_i, _d.RAW, {WINDOW_BITS}).read()\n"
        f"if _b.crc32(_d) != {zlib.crc32(text + data)}: raise ValueError('damaged')\n"
        "_b = {'crc32': _b.crc32, 'source': _d}\n"
        # Compiled piece by piece: that takes less memory.
        f"for _i in _d[:{len(text)}].split(b'\\n\\n'): exec(_i, _b)\n"
        "del _b, _d, _i\n"
    )
