# Mounts the flash at /, and sets it up first if it is erased, like ports/esp32. Programs find the
# names `gc`, `vfs` and `bdev` that it leaves.
import gc
import vfs
from flashbdev import bdev

try:
    vfs.mount(vfs.VfsLfs2(bdev, progsize=256), "/")
except OSError:
    import inisetup

    inisetup.setup()

gc.collect()
