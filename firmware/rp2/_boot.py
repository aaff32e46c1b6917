# Mounts the flash at /, and formats it first if it has no file system, like ports/rp2. Programs
# find the names `machine` and `rp2` that it leaves.
import vfs
import machine, rp2

bdev = rp2.Flash()
try:
    fs = vfs.VfsLfs2(bdev, progsize=256)
except OSError:
    vfs.VfsLfs2.mkfs(bdev, progsize=256)
    fs = vfs.VfsLfs2(bdev, progsize=256)
vfs.mount(fs, "/")
del vfs, bdev, fs
