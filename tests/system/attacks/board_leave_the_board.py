# Tries: a board program that reaches the host: processes, raw memory, native code, modules of the host.
# Ends: no host access is compiled in; seccomp.
### ATTACK
for text in (
    "import os; os.system('touch @TOUCHED@')",
    "import os; os.fork()",
    "import subprocess",
    "import ctypes",
    "import ffi; ffi.open('libc.so.6')",
    "import uctypes; uctypes.bytearray_at(0, 64)[0] = 1",
    "import machine; machine.mem32[0] = 0xFFFFFFFF",
    "import vfs; vfs.mount(vfs.VfsPosix('/'), '/host')",
    "@micropython.viper\ndef f():\n p = ptr32(0)\n p[0] = 1\nf()",
    "@micropython.asm_thumb\ndef f():\n bkpt(0)\nf()",
):
    try:
        exec(text)
    except Exception:
        pass
### END
### BASE
