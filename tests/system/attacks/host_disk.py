# Tries: host code that fills the disk: one big file, many small ones, other folders.
# Ends: a private /tmp of 16 MB and 1000 files; the rest is read-only.
### ATTACK
import os

for folder in (".", "/dev/shm", "/dev", "/var/tmp", "/run", "@ROOT@"):
    names = []
    try:
        for number in range(100_000):
            name = os.path.join(folder, f"fill{number}")
            with open(name, "wb") as file:
                names.append(name)
                file.write(bytes(1 << 20) if number < 40 else b"")
    except OSError:
        pass
    for name in names:
        os.remove(name)
### END
### BASE
