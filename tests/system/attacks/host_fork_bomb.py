# Tries: host code that starts processes and threads without end.
# Ends: seccomp: one process, one thread.
### ATTACK
import os
import subprocess
import threading
import time

for _ in range(200):
    for act in (
        os.fork,
        lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "touch @TOUCHED@"], {}),
        lambda: subprocess.run(["sh", "-c", ":(){ :|:& };:"], check=False),
        lambda: threading.Thread(target=time.sleep, args=(60,), daemon=True).start(),
        lambda: os.execv("/python/bin/python", ["python"]),
    ):
        try:
            act()
        except (OSError, RuntimeError):
            pass
### END
### BASE
