# The partition of the file system.
from esp32 import Partition

bdev = Partition.find(Partition.TYPE_DATA, label="vfs")[0]
