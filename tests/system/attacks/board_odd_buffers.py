# Tries: a board program that writes outside of a buffer: pictures larger than theirs, seeks beyond the end, streams of its own that answer false lengths.
# Ends: buffers keep their bounds; a panic is the end of a program, not a fault of the grader.
### ATTACK
import array
import deflate
import framebuf
import io
import os
import sys


class False_(io.IOBase):
    def readinto(self, buffer):
        return 10**6

    def write(self, buffer):
        return -(10**6)

    def ioctl(self, request, argument):
        return 2**31 - 1


class Disk:
    def readblocks(self, number, buffer, offset=0):
        buffer.extend(b"x") if hasattr(buffer, "extend") else None

    def writeblocks(self, number, buffer, offset=0):
        return 0

    def ioctl(self, operation, argument):
        return 1 << 30


odd = False_()
picture = bytearray(8)
stream = io.BytesIO(b"12345678")
for act in (
    lambda: framebuf.FrameBuffer(picture, 1 << 16, 1 << 16, framebuf.MONO_HLSB).fill(1),
    lambda: framebuf.FrameBuffer(picture, 8, 8, framebuf.MONO_VLSB, 1 << 30).pixel(7, 7, 1),
    lambda: framebuf.FrameBuffer(picture, 2, 1, framebuf.RGB565).blit(framebuf.FrameBuffer(picture, 1 << 15, 2, framebuf.GS8), -9, -9),
    lambda: framebuf.FrameBuffer(picture, 8, 1, framebuf.MONO_HMSB).poly(-1000, -1000, array.array("h", [30_000] * 64), 1, True),
    lambda: stream.seek(-(10**9), 1),
    lambda: stream.seek(2**31 - 1) and stream.write(b"x"),
    lambda: stream.readinto(memoryview(picture)[-8:]),
    lambda: odd.read(10),
    lambda: sys.print_exception(ValueError("x"), odd),
    lambda: print("x" * 100, file=odd),
    lambda: deflate.DeflateIO(odd, deflate.RAW, 15).read(100),
    lambda: deflate.DeflateIO(io.BytesIO(b"\x01\x00\x80\xff\x7f" + bytes(32_768)), deflate.RAW).read(10**6),
    lambda: memoryview(picture)[2:].__setitem__(slice(0, 8), bytes(8)),
    lambda: array.array("d", [1e300] * 3).append("x"),
    lambda: os.VfsFat(Disk()).open("a", "w"),
    lambda: os.mount(Disk(), "/odd"),
):
    try:
        act()
    except BaseException:
        pass
### END
raise SystemExit
