# Mounts the flash at / as FAT, for a firmware that is built for it. None of the official ones is.
import vfs
import machine, rp2

bdev = rp2.Flash()
try:
    vfs.mount(vfs.VfsFat(bdev), "/")
except OSError:
    vfs.VfsFat.mkfs(bdev)
    vfs.mount(vfs.VfsFat(bdev), "/")
del vfs, bdev
