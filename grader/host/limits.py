"""What host code may use up. One child serves one run, so these are for all of its calls."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HostLimits:
    """Bounds of a child; the first four are the kernel's, the rest is the parent's."""

    cpu_s: int = 4
    memory_bytes: int = 256 << 20
    """Of address space, the interpreter's 30 MB among them."""
    tmp_bytes: int = 16 << 20
    """All files together; in a plain child, of each file."""
    open_files: int = 256
    wall_s: float = 6.0
    """The parent waits so long for all answers together."""
    answer_bytes: int = 1 << 20

    @property
    def kernels(self) -> dict[str, tuple[int, int]]:
        """Soft and hard limits by their names in `resource`."""
        bounds = {
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_FSIZE": self.tmp_bytes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_CORE": 0,
        }
        # The soft one says why it ends a process, the hard one comes when that was not heeded.
        return {name: (value, value) for name, value in bounds.items()} | {
            "RLIMIT_CPU": (self.cpu_s, self.cpu_s + 1)
        }
