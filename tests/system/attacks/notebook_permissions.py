# Tries: attached files with the right to run as their owner, and files and folders that nobody may read, change or remove.
# Ends: only bytes are copied, with the permissions of a new file; what cannot be read is a note.
import os


def attack(folder, notebook):
    for mode in (0o6777, 0o4755, 0o2755, 0o1777, 0o000, 0o222, 0o111):
        file = folder / f"mode{mode:o}.sh"
        file.write_text("#!/bin/sh\ntouch @TOUCHED@\n")
        file.chmod(mode)
        inner = folder / f"folder{mode:o}"
        inner.mkdir()
        (inner / "data.csv").write_text("x")
        if mode & 0o700 == 0o700:
            inner.chmod(mode)
    for name in ("user.mime_type", "user.x"):
        try:
            os.setxattr(folder / "mode4755.sh", name, b"<script>")
        except OSError:
            pass
