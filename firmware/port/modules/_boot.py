# Mounts the flash at /, and formats it first if it has no file system, like ports/esp32 and
# ports/rp2.
import vfs
from _flash import flash

try:
    fs = vfs.VfsLfs2(flash, progsize=256)
except OSError:
    vfs.VfsLfs2.mkfs(flash, progsize=256)
    fs = vfs.VfsLfs2(flash, progsize=256)
vfs.mount(fs, "/")
del vfs, flash, fs
