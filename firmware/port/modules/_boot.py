# Mounts the flash at /, and formats it first if there is no file system on it, as ports/esp32 and
# ports/rp2 do.
import vfs
from _flash import flash

try:
    fs = vfs.VfsLfs2(flash, progsize=256)
except OSError:
    vfs.VfsLfs2.mkfs(flash, progsize=256)
    fs = vfs.VfsLfs2(flash, progsize=256)
vfs.mount(fs, "/")
del vfs, flash, fs
